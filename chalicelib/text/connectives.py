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

TURNS: Final[Mapping[str, frozenset[str]]] = {
    "en": _words("so but now okay ok however finally anyway meanwhile then"),
    "de": _words("aber also jetzt nun dann"),
    "fr": _words("donc mais alors ensuite puis"),
    "es": _words("pero entonces ahora luego"),
    "pt": _words("mas então agora depois"),
    "it": _words("ma quindi allora però poi"),
    "nl": _words("maar dus nu dan"),
    "ru": _words("но итак поэтому теперь потом затем"),
}
"""Words with which a speaker goes on to a new clause, where a word of BEGINNERS follows."""

BEGINNERS: Final[Mapping[str, frozenset[str]]] = {
    "en": _words(
        """i we you he she it they there this that's these those the a an my our your his their its i'm i've
        i'd i'll we're we've we'd we'll you're you've you'll they're they've they'd they'll he's she's it's
        there's here's let's what what's how why where who if when while once as after since in at on by every
        each most nobody everybody everyone somebody"""
    ),
    "de": _words("ich wir er sie es man das der die ein eine wenn als was wie warum ihr du"),
    "fr": _words("je j'ai on nous vous il elle ils elles ça c'est ce le la les un une si quand tu"),
    "es": _words("yo él ella ellos nosotros el la los las un una si cuando eso esto hay no se es"),
    "pt": _words("eu ele ela eles nós a o os as um uma se quando isso isto não há é você vocês"),
    "it": _words("io lui lei noi loro il lo la gli le un una se quando questo questa non c'è è"),
    "nl": _words("ik we wij hij ze zij het de een als wat hoe dat er je jij"),
    "ru": _words("я мы вы он она они оно это если когда в на как что ты"),
}

ADDING: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "en": (
        _words("and"),
        _words(
            """then so now yet we they he she we're we've we'd they're they've they'd he's he'd she's it's
            that's there's i'm i've if when"""
        ),
    ),
    "de": (_words("und"), _words("dann so jetzt wir ich wenn man es")),
    "fr": (_words("et"), _words("puis donc alors là on nous je si quand c'est ça")),
    "es": (_words("y"), _words("entonces luego ahora por eso así si cuando")),
    "pt": (_words("e"), _words("então depois agora aí se quando isso")),
    "it": (_words("e"), _words("poi quindi allora adesso se quando questo")),
    "nl": (_words("en"), _words("dan toen nu dus we ik als het")),
    "ru": (_words("и а"), _words("потом тогда теперь если когда я мы это он она они")),
}
"""What adds a clause to the one before, if one of the second words follows."""

HOLDING: Final[Mapping[str, frozenset[str]]] = {
    "en": _words(
        """right until by from even just ever every now then back since nothing anything all none think say
        said do does did not very quite more good like only here"""
    ),
    "de": _words("bis von erst gerade eben hat haben habe hatte wird auch"),
    "fr": _words("ou jusque depuis non"),
    "es": _words("hasta desde por"),
    "pt": _words("até desde por"),
    "it": _words("fino da d'ora"),
    "nl": _words("tot van nog heeft hebben"),
    "ru": _words("до от не"),
}
"""Behind these a turn is a part of what they say: `right now`, `nothing but`."""

NOT_FIRST: Final[Mapping[str, frozenset[str]]] = {
    "en": _words(
        """of than or to is was are were be been has have had will would can could should does did not me him
        us them up out off away down apart together either enough ago"""
    )
}
"""Words that begin hardly any sentence."""

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
