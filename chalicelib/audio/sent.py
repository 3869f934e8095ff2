"""What a caller has sent for one audio job: its upload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.audio import inbox, inbox_items


def forget(job_id: str, request: Mapping[str, Any]) -> None:
    url = str(request["url"])
    if url.startswith(inbox.SCHEME):
        inbox.remove(url)
        inbox_items.remove(inbox.id_in(url))
