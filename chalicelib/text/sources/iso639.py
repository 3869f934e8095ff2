"""Language codes as media files have them, as tags of BCP 47."""

from __future__ import annotations

from chalicelib import iso639
from chalicelib.text.language import tag
from chalicelib.text.transcript import UNKNOWN_LANGUAGE


def bcp47(code: str | None) -> str:
    """`eng` is `en`, `pt-BR` stays; what is no language code is `und`."""
    if not code:
        return UNKNOWN_LANGUAGE
    rest = code.strip().replace("_", "-").partition("-")[2]
    short = iso639.primary(code)
    return tag(f"{short}-{rest}" if rest else short)
