from __future__ import annotations

import pytest

from chalicelib.text.numerals import continued


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "two~and~a~half grams"),
        ("en", "a~hundred~and~sixty~percent more"),
        ("en", "eight~out~of~ten eels"),
        ("en", "ninety~five~per~cent of them"),
        ("en", "two~point~five and so on"),
        ("en", "gave us eleven~hundred"),
        ("en", "two~um~and~a~half cups"),
        ("en", "1.5~million tons"),
        ("en", "the first ten and because of them"),
        ("en", "sixty~eight~thousand and it needs"),
        ("en", "two"),
        ("de", "zwei~komma~fünf~prozent mehr"),
        ("de", "zwei~und~ein~halber tag"),
        ("fr", "deux~et~demi pour"),
        ("fr", "quatre~vingts litres"),
        ("es", "ciento~sesenta barcos"),
        ("es", "treinta~y~cinco años"),
        ("pt", "dois~e~meio litros"),
        ("it", "due~e~mezzo litri"),
        ("nl", "twee~en~een~half uur"),
        ("ru", "два~с~половиной литра"),
        ("zh", "十六~亿吨"),
        ("xx", "two and a half"),
    ],
)
def test_a_number_goes_on_to_its_last_word(language: str, said: str) -> None:
    words = said.replace("~", " ").split()
    shown = "".join(
        word + ("~" if more else " ") for word, more in zip(words, continued(words, language), strict=True)
    )
    assert shown.strip() == said
