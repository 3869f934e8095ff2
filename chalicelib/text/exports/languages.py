"""What formats must know of a language: its tag, and the way it is written."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.text.transcript import UNKNOWN_LANGUAGE

_TAG: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}")
_RTL_LANGUAGES: Final = re.compile("ar|arc|ckb|dv|fa|he|iw|ji|khw|ks|lrc|mzn|nqo|pnb|ps|sd|syr|ug|ur|yi")
_RTL_SCRIPTS: Final = re.compile("adlm|arab|hebr|mand|mend|nkoo|rohg|samr|syrc|thaa")


def tag(language: str | None) -> str:
    """The language if it is a BCP 47 tag, as formats print it unquoted; else the unknown one."""
    return language if language and _TAG.fullmatch(language) else UNKNOWN_LANGUAGE


def right_to_left(language: str) -> bool:
    """A script that the tag names decides; else the language's usual one does."""
    primary, *rest = language.lower().split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    return bool(_RTL_SCRIPTS.fullmatch(script) if script else _RTL_LANGUAGES.fullmatch(primary))
