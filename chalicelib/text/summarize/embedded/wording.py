"""The few sentences that are not the speaker's own, by language, and how speakers define a term."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

QUESTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("What is said about “{}”?", "What matters about “{}”?"),
    "de": ("Was wird über „{}“ gesagt?", "Worauf kommt es bei „{}“ an?"),
    "fr": ("Que dit-on de « {} » ?", "Que faut-il retenir sur « {} » ?"),
    "es": ("¿Qué se dice sobre «{}»?", "¿Qué hay que recordar sobre «{}»?"),
    "pt": ("O que se diz sobre “{}”?", "O que é importante sobre “{}”?"),
    "it": ("Che cosa si dice di «{}»?", "Che cosa è importante di «{}»?"),
    "nl": ("Wat wordt er gezegd over ‘{}’?", "Wat is belangrijk aan ‘{}’?"),
    "pl": ("Co powiedziano o „{}”?", "Co jest ważne w temacie „{}”?"),
    "ru": ("Что говорится о теме «{}»?", "Что важно знать по теме «{}»?"),
    "ar": ("ماذا قيل عن «{}»؟", "ما المهم بشأن «{}»؟"),
    "hi": ("“{}” के बारे में क्या कहा गया है?", "“{}” के बारे में क्या महत्वपूर्ण है?"),
    "ja": ("「{}」について何が述べられていますか。", "「{}」について重要なことは何ですか。"),
    "zh": ("关于“{}”说了什么？", "关于“{}”，要点是什么？"),
    "ko": ("‘{}’에 대해 무엇을 말합니까?", "‘{}’에서 중요한 것은 무엇입니까?"),
    "th": ("มีการพูดถึง “{}” ว่าอย่างไร", "สิ่งสำคัญเกี่ยวกับ “{}” คืออะไร"),
}
NEUTRAL: Final = ("“{}”?",)
"""For a talk in a language without wordings: a question in another one would be none to its readers."""

_NAME = r"(?<![\w'’])(?P<term>[^\W\d_][\w-]+(?: [^\W\d_][\w-]+){0,3})"
DEFINITIONS: Final[Mapping[str, tuple[re.Pattern[str], ...]]] = {
    language: tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
    for language, patterns in (
        (
            "en",
            (
                _NAME + r" (?:(?:is|are|was) (?:defined as |basically |just |simply )?(?:an?|the) "
                r"(?!(?:bit|lot|little|couple|few|same|only|one|way|reason|problem|point|question|answer|next|first|"
                r"second|last|most|least|whole|\w+est|good|great|bad|big|nice|real|mistake|mess|shame|pity|minimum|"
                r"maximum)\b)\w|means (?:an?|the|that)\b|refers? to\b|stands? for\b)",
                r"\b(?:an?|the|some) (?:(?!(?:we|you|i|they|he|she|it|where|who|that|been|be)\b)[\w-]+ ){1,4}"
                r"(?:called|known as) (?:an? |the )?"
                r"(?P<term>[^\W\d_][\w-]+(?: [^\W\d_][\w-]+)?)",
            ),
        ),
        (
            "de",
            (
                _NAME + r" (?:ist|sind) (?:ein|eine|der|die|das)\b",
                _NAME + r" (?:bedeutet|heißt|bezeichnet)\b",
            ),
        ),
        ("fr", (_NAME + r" (?:est|sont) (?:une?|le|la|les|des)\b", _NAME + r" (?:signifie|désigne)\b")),
        ("es", (_NAME + r" (?:es|son) (?:una?|el|la|los|las)\b", _NAME + r" (?:significa|se llama)\b")),
        ("pt", (_NAME + r" (?:é|são) (?:uma?|o|a|os|as)\b", _NAME + r" significa\b")),
        ("it", (_NAME + r" (?:è|sono) (?:un|uno|una|il|lo|la|gli|le)\b", _NAME + r" significa\b")),
        ("nl", (_NAME + r" (?:is|zijn) (?:een|de|het)\b", _NAME + r" betekent\b")),
        ("ru", (_NAME + r" ?[—–-] ?это\b", _NAME + r" (?:это|означает|называется)\b")),
        ("ja", (r"(?P<term>[\u30a0-\u30ff\u4e00-\u9fff]{2,12})とは",)),
        ("zh", (r"(?P<term>[\u4e00-\u9fff]{2,6})(?:是一种|是指|指的是|的意思是)",)),
    )
}
