"""Words that tell where a sentence begins or cannot end, for captions without punctuation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABBREVIATIONS: Final = _words(
    """mr. mrs. ms. dr. prof. st. vs. etc. e.g. i.e. fig. no. inc. ltd. jr. sr. cf. al. approx. dept.
    gen. gov. sen. rep. mt. z.b. bzw. usw. ca. nr. d.h. u.a. evtl. ggf. inkl. p.ex. sra. dra. ud.
    av. env. mme. м. г. т.д. т.е. т.п. ул. им. np. tzw. itd. ecc. sig. dott. bijv. enz. örn. vb."""
)

OPENERS: Final[Mapping[str, frozenset[str]]] = {
    "en": _words(
        """so and but now okay ok well then because however first second third finally next also let's i we
        you if when what the this there it it's he she they"""
    ),
    "de": _words(
        "also und aber jetzt nun dann denn wenn wir ich sie es das der die ein man als zuerst danach"
    ),
    "fr": _words(
        "donc et mais alors ensuite parce si quand je nous on vous il elle ils ce c'est les le la un"
    ),
    "es": _words(
        "entonces y pero ahora luego porque si cuando yo nosotros es el la los las un una en esto eso"
    ),
    "pt": _words("então e mas agora depois porque se quando eu nós a gente é o os as um uma em isso isto"),
    "it": _words("quindi e ma adesso allora poi perché se quando io noi è il la lo gli le un una questo"),
    "nl": _words("dus en maar nu dan want als wanneer ik wij we je het de een er dat dit"),
    "ru": _words("итак и но а теперь затем потом потому если когда я мы вы это он она они"),
}

MOSTLY_WITHIN: Final[Mapping[str, frozenset[str]]] = {
    "en": _words("and because the this there it it's when what if first second"),
    "de": _words("und denn wenn das die der ein man"),
    "fr": _words("et parce si quand ce c'est les le la un"),
    "es": _words("y porque si cuando el la los las un una esto eso"),
    "pt": _words("e porque se quando o os a as um uma isso isto"),
    "it": _words("e perché se quando il lo la gli le un una questo"),
    "nl": _words("en want als wanneer de het een dat dit er"),
    "ru": _words("и потому если когда это"),
}
"""Openers that stand in the middle of a sentence as often: they tell nothing of the one before."""

CONNECTIVES: Final[Mapping[str, frozenset[str]]] = {
    "en": _words(
        """a an the of to and or but so because with for in on at by from is are was were be been am my your
        our their his its if that which who than as into about very i we they he she i'm it's
        we're they're that's there's you're can could will would should just really like um uh
        when where while this these those not"""
    ),
    "de": _words(
        """der die das den dem des ein eine einen einem einer und oder aber weil dass wenn mit für in im an
        am auf von vom zu zum zur bei aus ist sind war waren sehr nicht auch wir ich mein unser
        als wie"""
    ),
    "fr": _words(
        """le la les un une des du de à au aux et ou mais parce que qui dans en sur pour par avec est sont
        était très ne pas je nous on mon notre ce cette comme si"""
    ),
    "es": _words(
        """el la los las un una unos unas de del a al y o pero porque que en con por para sin es son era muy
        no se mi su nuestro este esta como si cuando"""
    ),
    "pt": _words(
        """o a os as um uma de do da dos das em no na e ou mas porque que com por para é são era muito não se
        meu seu nosso este esta como quando"""
    ),
    "it": _words(
        """il lo la i gli le un una di del della a al alla e o ma perché che in nel con per da è sono era
        molto non si mio suo nostro questo questa come se quando"""
    ),
    "nl": _words(
        """de het een en of maar want omdat dat met voor in op aan van te bij uit is zijn was waren heel niet
        ook mijn ons als"""
    ),
    "ru": _words(
        "и а но или что чтобы в во на с со к ко о об от до из за по для у как если не ни это мой наш"
    ),
}
"""No sentence ends with these."""

ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "ja": (
        "です",
        "ます",
        "ました",
        "でした",
        "ません",
        "ですね",
        "ますね",
        "ですよ",
        "ますよ",
        "ですか",
        "ますか",
        "ください",
    ),
    "ko": ("니다", "니까", "어요", "아요", "예요", "에요", "네요", "세요", "거든요"),
    "th": ("ครับ", "ค่ะ", "คะ", "นะ"),
}
"""How a sentence ends in languages whose verbs or particles show it."""
