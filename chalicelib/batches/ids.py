"""Ids are addresses: a job is read by one GetItem, without an index.

A token is 13 hex digits; `batch_<token>000` is the batch, `job_<token><index>` its jobs, index 001 to fff.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import NamedTuple

MAX_JOBS = 0xFFF
_TOKEN_DIGITS = 13
_FORM = re.compile(r"(job|batch)_([0-9a-z]{16})")
_HEX = re.compile(r"[0-9a-f]{16}")


class Address(NamedTuple):
    token: str
    number: int
    """0 is the batch itself."""


def new_token() -> str:
    return secrets.token_hex(7)[:_TOKEN_DIGITS]


def derived_token(*parts: str) -> str:
    """The same parts give the same token, so that a repeated request meets its own items."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_TOKEN_DIGITS]


def batch_id(token: str) -> str:
    return f"batch_{token}000"


def job_id(token: str, index: int) -> str:
    return f"job_{token}{index:03x}"


def common_to_jobs(token: str) -> str:
    """What the ids of all jobs of a batch begin with, and of no other."""
    return f"job_{token}"


def well_formed(kind: str, text: str) -> bool:
    """Whether `text` looks like an id of that kind (`job` or `batch`), whether or not one exists."""
    match = _FORM.fullmatch(text)
    return bool(match and match.group(1) == kind)


def parse(text: str) -> Address | None:
    match = _FORM.fullmatch(text)
    if not match or not _HEX.fullmatch(match.group(2)):
        return None
    address = Address(match.group(2)[:_TOKEN_DIGITS], int(match.group(2)[_TOKEN_DIGITS:], 16))
    return address if (match.group(1) == "batch") == (address.number == 0) else None
