"""Numbers that are spoken in several words: no cut may fall inside of one, or it becomes another number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

_FARTHEST = 4
"""Words from one number word to the next of the same number: `two um and a half`."""
_HAN: Final = frozenset("〇零一二三四五六七八九十百千万萬亿億兆两兩点點半0123456789０１２３４５６７８９")


class _Numerals(NamedTuple):
    words: frozenset[str]
    links: frozenset[str]
    """What may stand between two words of one number."""
    articles: frozenset[str]


def _numerals(words: str, links: str, articles: str) -> _Numerals:
    return _Numerals(frozenset(words.split()), frozenset(links.split()), frozenset(articles.split()))


_BY_LANGUAGE: Final[Mapping[str, _Numerals]] = {
    "en": _numerals(
        """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds
        thousand thousands million millions billion billions trillion dozen dozens zero oh percent cent half
        halves third thirds quarter quarters fifth fifths tenth tenths hundredth couple""",
        "and a an point per out of the to or um uh",
        "a an",
    ),
    "de": _numerals(
        """null ein eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig
        fünfzig sechzig siebzig achtzig neunzig hundert tausend million millionen milliarde milliarden prozent
        halb halbe halber halben halbes einhalb viertel drittel dutzend""",
        "und komma von bis oder ein eine einen",
        "ein eine einen einem einer",
    ),
    "fr": _numerals(
        """zéro un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize
        vingt vingts trente quarante cinquante soixante cent cents mille million millions milliard milliards
        demi demie tiers quart quarts pourcent dizaine douzaine centaine""",
        "et virgule pour de sur à ou un une",
        "un une",
    ),
    "es": _numerals(
        """cero uno un una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince
        dieciséis veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento cientos
        doscientos trescientos quinientos mil millón millones medio media tercio cuarto cuartos docena""",
        "y coma por de a o",
        "un una",
    ),
    "pt": _numerals(
        """zero um uma dois duas três quatro cinco seis sete oito nove dez onze doze treze catorze quinze
        vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem cento centos duzentos trezentos
        quinhentos mil milhão milhões bilhão bilhões meio meia terço quarto quartos dúzia""",
        "e vírgula por de a ou",
        "um uma",
    ),
    "it": _numerals(
        """zero uno un una due tre quattro cinque sei sette otto nove dieci undici dodici quindici venti
        trenta quaranta cinquanta sessanta settanta ottanta novanta cento mille mila milione milioni miliardo
        miliardi mezzo mezza terzo terzi quarto quarti dozzina""",
        "e virgola per di su a o",
        "un una",
    ),
    "nl": _numerals(
        """nul een één twee drie vier vijf zes zeven acht negen tien elf twaalf twintig dertig veertig vijftig
        zestig zeventig tachtig negentig honderd duizend miljoen miljard procent half halve kwart derde""",
        "en komma van tot of een",
        "een",
    ),
    "ru": _numerals(
        """ноль один одна два две три четыре пять шесть семь восемь девять десять двадцать тридцать сорок
        пятьдесят шестьдесят семьдесят восемьдесят девяносто сто двести триста пятьсот тысяча тысячи тысяч
        миллион миллиона миллионов миллиард миллиарда миллиардов процент процента процентов половина
        половиной четверть треть полтора""",
        "с и целых из до или",
        "",
    ),
}
_NONE: Final = _numerals("", "", "")


def continued(words: Sequence[str], language: str) -> list[bool]:
    """For each word, in lower case, whether the number that it is a part of goes on behind it."""
    known = _BY_LANGUAGE.get(language, _NONE)
    found = [False] * len(words)
    numeral = [word in known.words or word[0].isdigit() for word in words]
    last = len(words) - 1
    for i, word in enumerate(words[:-1]):
        if numeral[i]:
            j = i + 1
            while j < last and j - i < _FARTHEST and not numeral[j] and words[j] in known.links:
                j += 1
            if numeral[j]:
                found[i:j] = [True] * (j - i)
        elif word in known.articles:
            found[i] |= numeral[i + 1]
        elif word[-1] in _HAN and words[i + 1][0] in _HAN:
            found[i] = True
    return found


def numerals(language: str) -> frozenset[str]:
    """The words that numbers are spoken with."""
    return _BY_LANGUAGE.get(language, _NONE).words
