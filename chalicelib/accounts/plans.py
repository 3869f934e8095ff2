"""The plans that are shipped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from chalicelib.accounts.plan import Plan, from_document

DEFAULT: Final = "pro"
"""Of an account that nobody has given a plan."""


@cache
def shipped() -> Mapping[str, Plan]:
    documents = json.loads(Path(__file__).with_name("plans.json").read_text())
    return {name: from_document(name, document) for name, document in documents.items()}
