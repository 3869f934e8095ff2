"""Captions that a caller sends along, or that were fetched as a file: SRT, WebVTT, JSON, plain text."""

from __future__ import annotations

from chalicelib.text.captions.parse import MAX_BYTES, TIMED_TEXT, Captions, NoCues, parse

__all__ = ["MAX_BYTES", "TIMED_TEXT", "Captions", "NoCues", "parse"]
