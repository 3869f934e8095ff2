"""What a text must not carry, on its way to a model and back."""

from __future__ import annotations

import re

# characters that nobody sees: controls, surrogates, zero-width and bidirectional marks, tags,
# variation selectors, blank letters
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# the two joiners are part of how Arabic and Indic scripts are spelt
_JOINER = re.compile("(?<![\u0600-\u109f])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u109f])")
_BRACKETS = str.maketrans({"<": "‹", ">": "›", "＜": "‹", "＞": "›", "﹤": "‹", "﹥": "›"})

_TAG = re.compile(r"<[/!?]?[A-Za-z][^<>]{0,500}>|<!--|-->")
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()]{0,500}\)")
_REFERENCE = re.compile(r"[ ]?[\[(]L\d{1,7}(?:\s?[,;–-]\s?L?\d{1,7}){0,20}[\])]")
_URL = re.compile(
    r"[a-z][a-z0-9+.-]{0,20}://\S*|\b(?:https?|javascript|vbscript|data|mailto|tel|file):[^\s]\S*|\bwww\.\S+"
    r"|(?<!\S)//\S+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
    r"|(?<![\w.-])(?:[\w-]{2,63}\.){1,8}[a-z]{2,24}/\S*",
    re.IGNORECASE,
)
"""Also without a scheme, if a path follows, as no word has one."""
_NESTING = 3


def seen(text: str) -> str:
    """One line without characters that nobody sees."""
    return " ".join(_JOINER.sub("", _UNSEEN.sub("", text)).split())


def for_model(text: str, limit: int) -> str:
    """One line that closes no marker."""
    return seen(text[: 4 * limit]).translate(_BRACKETS)[:limit].rstrip()


def from_model(text: str, limit: int) -> str:
    """Plain words: no links, images, tags or control characters, at most `limit` characters."""
    plain = seen(text[: 4 * limit])
    for _ in range(_NESTING):
        plain = _MARKDOWN_LINK.sub(r"\1", _TAG.sub("", plain))
    plain = _REFERENCE.sub("", plain).replace("](", "] (").translate(_BRACKETS)
    return shorten(" ".join(_URL.sub("", plain).split()), limit)


def shorten(text: str, limit: int) -> str:
    """Cut between words where there are any."""
    if len(text) <= limit:
        return text
    cut = text[: max(0, limit - 1)]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip() + "…"
