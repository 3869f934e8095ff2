"""Seconds as people and subtitle formats write them."""

from __future__ import annotations

from chalicelib.text.exports.clean import seconds


def clock(value: float) -> str:
    """1:02:03, or 2:03 within the first hour."""
    minutes, rest = divmod(int(seconds(value)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def stamp(milliseconds: int, point: str) -> str:
    """01:02:03,004 with the format's own decimal point; hours have two digits or more."""
    rest, thousandths = divmod(milliseconds, 1000)
    minutes, whole = divmod(rest, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{whole:02}{point}{thousandths:03}"
