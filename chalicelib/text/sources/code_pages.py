"""Subtitles from before everything was UTF-8."""

from __future__ import annotations

from typing import Final

from chalicelib.text.language import base

_LANGUAGES: Final = {
    "cp874": "th",
    "cp932": "ja",
    "cp949": "ko",
    "cp1250": "bs cs hr hu pl ro sk sl sq",
    "cp1251": "be bg kk mk ru sr uk",
    "cp1252": "af ca da de en es et eu fi fr ga gl id is it ms nl nn no pt sv sw",
    "cp1253": "el",
    "cp1254": "az tr",
    "cp1255": "he yi",
    "cp1256": "ar fa ur",
    "cp1257": "lt lv",
    "cp1258": "vi",
}
_BY_LANGUAGE: Final = {code: page for page, codes in _LANGUAGES.items() for code in codes.split()}


def in_utf8(data: bytes, language: str) -> bytes | None:
    """From the code page in which people wrote this language, if it is not UTF-8. None: no guess is good
    enough, and a wrong one would be another text."""
    try:
        data.decode()
    except UnicodeDecodeError:
        page = _BY_LANGUAGE.get(base(language))
    else:
        return data
    try:
        return data.decode(page).encode() if page else None
    except UnicodeDecodeError:
        return None
