"""Three-letter language codes, as media files have them, to the two-letter ones of BCP 47."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.text.language import tag
from chalicelib.text.transcript import UNKNOWN_LANGUAGE

# of languages with two codes, both: the terminological and the bibliographic one
_PAIRS: Final = """
afr af amh am ara ar asm as aze az bel be ben bn bos bs bul bg cat ca ces cs cze cs cym cy wel cy dan da
deu de ger de ell el gre el eng en epo eo est et eus eu baq eu fas fa per fa fin fi fra fr fre fr gle ga
glg gl guj gu hau ha heb he hin hi hrv hr hun hu hye hy arm hy ibo ig ind id isl is ice is ita it jav jv
jpn ja kan kn kat ka geo ka kaz kk khm km kir ky kor ko kur ku lao lo lat la lav lv lit lt ltz lb mal ml
mar mr mkd mk mac mk mlg mg mlt mt mon mn mri mi mao mi msa ms may ms mya my bur my nep ne nld nl dut nl
nno nn nob nb nor no ori or pan pa pol pl por pt pus ps ron ro rum ro rus ru sin si slk sk slo sk slv sl
sna sn snd sd som so spa es sqi sq alb sq srp sr sun su swa sw swe sv tam ta tat tt tel te tgk tg tha th
tuk tk tur tr uig ug ukr uk urd ur uzb uz vie vi xho xh yid yi yor yo zho zh chi zh zul zu
"""
_WORDS: Final = _PAIRS.split()
TWO_LETTERS: Final[Mapping[str, str]] = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))


def bcp47(code: str | None) -> str:
    """`eng` is `en`, `pt-BR` stays; what is no language code is `und`."""
    if not code:
        return UNKNOWN_LANGUAGE
    first, _, rest = code.strip().replace("_", "-").partition("-")
    short = TWO_LETTERS.get(first.lower(), first.lower())
    return tag(f"{short}-{rest}" if rest else short)
