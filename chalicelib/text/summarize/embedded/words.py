"""Words that tell talking from telling, by language. English is the most complete; a language that is missing
gets weaker summaries, never none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _any_of(text: str) -> re.Pattern[str]:
    """A pattern of whole words; `_` stands for a space, the longest of each beginning first."""
    words = sorted((re.escape(word.replace("_", " ")) for word in text.split()), key=lambda w: (-len(w), w))
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


SPOKEN_STOP_WORDS: Final[Mapping[str, str]] = {
    "en": """actually ah alright also anyway ask asked asking asks basically became become becomes began begin
        billion bit called calls came can can't come comes coming couldn't didn't doesn't doing
        don't eight eighteen eighty eleven else end ended ends er even ever every everybody everyone
        feel felt fifteen fifty find five folks forty found four fourteen gave get gets getting give
        given go goes going gone gonna good got gotta great guess guys hadn't happen happened
        happens hasn't hello hey hi hmm huh hundred isn't it'll just keep keeps kept kind kinda knew
        know left let let's lets like literally little look looking lot lots make makes making many
        may maybe mean mentioned mhm million mm much need needs never nine nineteen ninety oh ok
        okay one ones people please pretty probably put quite ran really right run said saw say
        saying says see seen sense seven seventeen seventy six sixteen sixty somebody someone
        something sometimes sort start started starts still stuff sure take talk talked talking tell
        tells ten thank thanks that'll thing things think thinking thirteen thirty though thousand
        three told took tried try trying turn turned twelve twenty two uh uhm um us use used using
        very wanna want wanted wants way well went what's whatever will won't would yeah yep yes
        you'll you've""",
    "de": """äh ähm also ja nein halt eben mal genau okay ok naja quasi sozusagen eigentlich einfach ganz sehr
        schon gut glaube sagen sagt gesagt gibt geht machen macht gemacht kommt sache sachen ding dinge""",
    "fr": """euh ben bah bon voilà donc alors ouais oui non ok okay quoi hein genre truc trucs chose choses
        faire
        fait dire dit va aller vraiment juste très""",
    "es": """eh pues bueno vale ok okay sí no entonces digamos osea cosa cosas hacer hace decir dice va ir ver
        verdad realmente muy""",
    "pt": "né tá então ok okay sim não gente coisa coisas fazer faz dizer vai ir ver realmente muito bem",
    "it": "eh allora ok okay sì no quindi cioè cosa cose fare fa dire va andare vedere veramente molto bene",
    "nl": "eh uh nou ja nee oké ok dus gewoon eigenlijk heel ding dingen zeggen gaan gaat doen echt",
    "ru": "ну да нет вот эээ ок так значит просто это вообще очень говорить делать",
    "ar": "إلى أن إن أو أي إذا أنا نحن أنت لأن لكن أيضا جدا شيء هناك هنا الآن يعني طيب نعم",
    "ja": "です ます した して から ので けど",
}

CHAT: Final[Mapping[str, frozenset[str]]] = {
    "en": _words(
        """i i'm i've i'd i'll me my mine you you're you've you'll your thanks thank hello hi hey welcome guys
        everybody everyone yeah okay sorry please subscribe um uh"""
    ),
    "de": _words("ich mir mich mein meine meinen du dir dich ihr euch danke hallo willkommen ja okay äh ähm"),
    "fr": _words("je j'ai moi mon ma mes tu toi vous votre merci bonjour salut bienvenue ouais euh"),
    "es": _words("yo me mi mis tú te usted ustedes vosotros gracias hola bienvenidos bienvenidas eh"),
    "pt": _words("eu me meu minha você vocês obrigado obrigada olá oi bem-vindos né"),
    "it": _words("io mi mio mia tu ti voi vi grazie ciao benvenuti eh"),
    "nl": _words("ik mij me mijn je jij jullie bedankt hallo welkom uh"),
    "ru": _words("я мне меня мой моя ты вы вам вас спасибо привет здравствуйте ну"),
}

ENDS_AS_QUESTION: Final = re.compile(r"[?？؟;][\"'”’»)\]」』）]*$")
BEGINS_AS_QUESTION: Final = re.compile(
    r"(?:(?:so|and|but|well|okay|ok|now|um|uh),?\s+)*"
    r"(?:(?:what|why|how|where|when)(?:'s|'re|\s+(?:is|are|was|were|do|does|did|can|could|would|should))"
    r"|(?:how|what)\s+about|(?:tell|remind)\s+(?:us|me)\s+(?:about|what|how|why|more)"
    r"|(?:who|which)\s+(?:do|does|did|can|could|would|should)"
    r"|(?:can|could|do|does|did|would|have|are|is|will)\s+(?:you|we|it|they|there|your|the))\b[^.!]*$",
    re.IGNORECASE,
)
"""Only by the order of the words: `when you soak beans` begins no question."""

DANGLING: Final[Mapping[str, re.Pattern[str]]] = {
    language: re.compile(rf"(?:(?:{fillers}),?\s+)*(?:{words})(?!\w)", re.IGNORECASE)
    for language, fillers, words in (
        (
            "en",
            "so|and|but|or|because|well|okay|ok|now|then|yeah|yes|no|um|uh",
            "that|that's|this|these|those|it|it's|its|he|he's|she|she's|they|they're|his|her|their|him|them|"
            "which|there|there's|because|or|then|also|otherwise|instead|neither|both|same|such",
        ),
        (
            "de",
            "und|aber|also|ja|nein|oder",
            "das|dies|diese|dieser|dieses|er|sie|es|ihr|sein|sonst|dann|damit",
        ),
        ("fr", "et|mais|donc|alors|oui|non|ou", "ça|cela|c'est|ce|cette|il|elle|ils|elles|sinon|puis|qui"),
        ("es", "y|pero|pues|entonces|sí|no|o", "eso|esto|este|esta|él|ella|ellos|ellas|lo|si no|luego"),
        ("pt", "e|mas|então|sim|não|ou", "isso|isto|este|esta|ele|ela|eles|elas|senão|depois"),
        ("it", "e|ma|quindi|allora|sì|no|o", "questo|questa|quello|ciò|lui|lei|esso|loro|altrimenti|poi"),
        ("nl", "en|maar|dus|ja|nee|of", "dat|dit|deze|die|hij|zij|het|anders|dan"),
        ("ru", "и|а|но|ну|да|нет|или", "это|этот|эта|он|она|оно|они|его|её|их|иначе|потом"),
    )
}

CUES: Final[Mapping[str, re.Pattern[str]]] = {
    "en": _any_of(
        """key important importantly main mainly biggest the_point because therefore means reason reasons
        problem problems solution never always should shouldn't must have_to need_to the_first
        in_other_words turns_out turned_out found_that discovered result results percent per_cent
        million billion thousand hundred lesson mistake decided conclusion instead rather_than only
        remember in_fact in_short learned proved"""
    ),
    "de": _any_of(
        """wichtig wichtigste entscheidend weil deshalb daher bedeutet grund problem lösung nie niemals immer
        sollte muss müssen prozent million millionen milliarden fehler ergebnis tatsächlich
        das_heißt stattdessen"""
    ),
    "fr": _any_of(
        """important importante essentiel parce_que donc signifie raison problème solution jamais toujours
        doit faut pour_cent million millions milliards erreur résultat en_fait c'est-à-dire"""
    ),
    "es": _any_of(
        """importante clave principal porque por_eso significa razón problema solución nunca siempre debe
        hay_que por_ciento millón millones error resultado de_hecho es_decir"""
    ),
    "pt": _any_of(
        "importante chave principal porque por_isso significa razão problema solução nunca sempre "
        "deve milhão "
        "milhões erro resultado na_verdade ou_seja"
    ),
    "it": _any_of(
        "importante chiave principale perché quindi significa ragione problema soluzione mai "
        "sempre deve bisogna "
        "milione milioni errore risultato infatti cioè"
    ),
    "nl": _any_of(
        "belangrijk belangrijkste omdat daarom betekent reden probleem oplossing nooit altijd moet "
        "procent miljoen "
        "fout resultaat"
    ),
    "ru": _any_of(
        "важно главное потому поэтому значит причина проблема решение никогда всегда нужно должен "
        "должны процентов "
        "миллион миллионов ошибка результат"
    ),
}
NUMBER: Final = re.compile(r"\d+")
