"""What a worker and its reader of pages say to each other: one order, then answers, a line of JSON each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

MOST_LINE: Final = 1 << 18
"""Bytes of an answer."""
FILE: Final = "media"
TOO_LARGE: Final = "TOO_LARGE"
DISK_FULL: Final = "DISK_FULL"
"""Codes of `Failed` beside those of SiteError."""
_Count = Annotated[int, Field(ge=0)]
_Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True)
class Order:
    url: str
    folder: str
    """Where to put the media."""
    seconds: float
    """For all of it."""
    max_bytes: int
    max_seconds: float
    """Of the media."""
    on_youtube: bool
    proxy: str | None = field(default=None, repr=False)
    cookies: str | None = field(default=None, repr=False)
    """A Netscape cookie file's text."""
    js_runtime: str = ""
    """`name:path`."""

    def allows(self, found: Found) -> bool:
        """As far as its page tells; `max_bytes` is counted, too."""
        return (found.size or 0) <= self.max_bytes and (found.seconds or 0) <= self.max_seconds


@dataclass(frozen=True)
class Found:
    """The one media of the page. With an address, the worker fetches it and nothing more is said."""

    title: str | None
    extension: str
    seconds: _Seconds | None
    size: _Count | None
    """In bytes."""
    address: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["found"] = "found"


@dataclass(frozen=True)
class Received:
    size: _Count
    """Bytes so far."""
    total: _Count | None
    """An estimate of all."""
    kind: Literal["received"] = "received"


@dataclass(frozen=True)
class Kept:
    """All of it lies in the order's folder, as FILE."""

    kind: Literal["kept"] = "kept"


@dataclass(frozen=True)
class Failed:
    code: str
    details: str | None = None
    kind: Literal["failed"] = "failed"


Answer = Found | Received | Kept | Failed
_ORDER: TypeAdapter[Order] = TypeAdapter(Order)
_ANSWER: TypeAdapter[Answer] = TypeAdapter(Annotated[Answer, Field(discriminator="kind")])


def line_of(message: Order | Answer) -> bytes:
    text = _ORDER.dump_json(message) if isinstance(message, Order) else _ANSWER.dump_json(message)
    return text + b"\n"


def order_in(line: bytes) -> Order:
    return _ORDER.validate_json(line)


def answer_in(line: bytes) -> Answer | None:
    """None for what is no answer."""
    try:
        return _ANSWER.validate_json(line, strict=True)
    except ValidationError:
        return None
