"""What a file on the web may be called."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_MOST = 200


def title_of(url: str) -> str | None:
    """The file's name without its extension; None if the URL names none."""
    last = unquote(urlsplit(url).path).rpartition("/")[2]
    name = _EXTENSION.sub("", _UNPRINTABLE.sub(" ", last).strip())
    return name[:_MOST].strip(" .") or None
