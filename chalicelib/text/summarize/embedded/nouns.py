"""Which words are names of things, by what stands before them. No tagger, no dictionary: the words that are
listed here are grammar. For a language that is missing every word may be one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_Lists = Mapping[str, frozenset[str]]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BEFORE_NOUNS: Final[_Lists] = {
    "en": _words(
        """the a an this these those my your his her its our their whose each every both no any some many few
        several more most less of for in on at from with without by about between into onto through over under
        per another other two three four five six seven eight nine ten twelve twenty thirty forty fifty
        hundred thousand million billion"""
    ),
    "de": _words(
        """der die das den dem des ein eine einen einem einer eines kein keine keinen mein meine sein seine
        ihr ihre unser unsere dieser diese dieses diesen im am vom zum zur beim ins mit von für ohne durch
        gegen zwei drei vier fünf"""
    ),
    "fr": _words(
        """le la les un une des du au aux ce cet cette ces mon ma mes son sa ses notre nos votre vos leur
        leurs de dans sur avec sans pour par deux trois quatre cinq"""
    ),
    "es": _words(
        """el la los las un una unos unas del al este esta estos estas ese esa mi mis su sus nuestro nuestra
        de en con sin por para sobre dos tres cuatro cinco"""
    ),
    "pt": _words(
        """o a os as um uma uns umas do da dos das no na nos nas ao à este esta esse essa meu minha seu sua
        de em com sem por para sobre dois duas três quatro cinco"""
    ),
    "it": _words(
        """il lo la i gli le un uno una del della dei delle degli al alla nel nella sul sulla dal dalla
        questo questa mio mia suo sua di in con senza per su due tre quattro cinque"""
    ),
    "nl": _words(
        """de het een dit dat deze die mijn jouw zijn haar ons onze hun van in op met zonder voor door over
        twee drie vier vijf"""
    ),
}

BEFORE_VERBS: Final[_Lists] = {
    "en": _words(
        """to i you he she we they it who can could will would shall should may might must don't doesn't
        didn't can't couldn't won't wouldn't let's i'll you'll he'll she'll we'll they'll i'd you'd he'd
        she'd we'd they'd i've you've we've they've i'm you're he's she's it's we're they're is are was
        were be been being am isn't aren't wasn't weren't has have had having get gets got not never just
        always also please everybody everyone nobody somebody someone people"""
    ),
    "de": _words("ich du er sie es wir ihr man zu nicht kann können muss müssen soll will wird werden wurde"),
    "fr": _words("je tu il elle on nous vous ils elles ne pas se est sont était a ont peut peuvent doit va"),
    "es": _words("yo tú él ella nosotros ellos se no es son era fue ha han puede pueden debe va que"),
    "pt": _words("eu você ele ela nós eles se não é são era foi tem têm pode podem deve vai que"),
    "it": _words("io tu lui lei noi voi loro si non è sono era ha hanno può possono deve va che"),
    "nl": _words("ik jij je hij zij ze wij we er niet te is zijn was waren kan kunnen moet moeten wordt"),
}

BEGIN_NAMES: Final[_Lists] = {"en": _words("new great")}
"""Words that say little but at the beginning of a name: `New York`."""

SAY_LITTLE: Final[_Lists] = {
    "en": _words(
        """percent percentage minute second hour day week weekend month year decade century time moment while
        metre meter kilometre kilometer mile inch foot feet gram kilo pound ton dollar euro cent couple
        half quarter dozen number amount kind type example case reason problem question answer point idea
        side end beginning middle top bottom bit piece part step word name person man woman guy today
        tomorrow yesterday morning evening night january february march april june july august september
        october november december monday tuesday wednesday thursday friday saturday sunday"""
    ),
    "de": _words("prozent minute minuten stunde stunden tag tage woche monat jahr jahre mal zeit beispiel"),
    "fr": _words("minute minutes heure heures jour jours semaine mois an ans année fois temps exemple"),
    "es": _words("minuto minutos hora horas día días semana mes meses año años vez veces tiempo ejemplo"),
    "pt": _words("minuto minutos hora horas dia dias semana mês meses ano anos vez vezes tempo exemplo"),
    "it": _words(
        "minuto minuti ora ore giorno giorni settimana mese mesi anno anni volta volte tempo esempio"
    ),
    "nl": _words("procent minuut minuten uur dag dagen week maand jaar jaren keer tijd voorbeeld"),
}
"""Nouns that name no subject when they stand alone."""

BELONGING: Final[_Lists] = {
    "en": _words(
        """of in on at from with without by about for to into between over under than like as per around
        behind and or your my his her their our this that these those first second last other another same"""
    ),
    "de": _words("von vom in im am an auf mit ohne für durch bei beim zu zum zur aus über unter und oder"),
    "fr": _words("de du des à au aux en dans sur avec sans pour par sous et ou"),
    "es": _words("de del a al en con sin por para sobre y o"),
    "pt": _words("de do da dos das em no na com sem por para sobre e ou"),
    "it": _words("di del della dei delle a al alla in nel nella con senza per su e o"),
    "nl": _words("van in op aan met zonder voor door over bij naar en of"),
}
"""Behind these a noun belongs to something else that is talked about, or is one of several things."""
