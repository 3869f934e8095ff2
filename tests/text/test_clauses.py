from __future__ import annotations

import pytest

from chalicelib.text.clauses import clauses, plain


@pytest.mark.parametrize(
    ("language", "before", "following"),
    [
        ("en", "years", "so the council"),
        ("en", "winter", "but it never"),
        ("en", "harbour", "and then they"),
        ("en", "boats", "and they came"),
        ("en", "boats", "okay so what"),
        ("en", "cable", "now let's look"),
        ("de", "hafen", "aber wir haben"),
        ("fr", "rivière", "donc on a"),
        ("es", "barcos", "pero el agua"),
        ("pt", "barcos", "então a água"),
        ("it", "barche", "quindi il fiume"),
        ("nl", "haven", "maar we hebben"),
        ("ru", "рыба", "но мы видели"),
    ],
)
def test_a_clause_begins_where_a_speaker_goes_on_to_something_new(
    language: str, before: str, following: str
) -> None:
    first, second, _ = following.split()
    assert clauses(language).begins(before, first, second)
    assert clauses(language).sign(before, first, second) > clauses(language).sign(before, "x", "y")


@pytest.mark.parametrize(
    ("before", "following"),
    [
        ("thank", "you so much"),
        ("empty", "it at four"),
        ("third", "he delays the"),
        ("two", "and a half"),
        ("wall", "so that the"),
        ("came", "so few people"),
        ("built", "but for the"),
        ("right", "now the river"),
        ("nothing", "but the truth"),
        ("the", "but we know"),
        ("and", "so the river"),
        ("mud", "and the river"),
        ("soft", "because the bees"),
        ("depends", "well water is"),
    ],
)
def test_no_clause_surely_begins_where_the_sentence_may_go_on(before: str, following: str) -> None:
    first, second, _ = following.split()
    assert not clauses("en").begins(before, first, second)


@pytest.mark.parametrize("language", ["xx", "", "th"])
def test_of_other_languages_nothing_is_sure(language: str) -> None:
    assert not clauses(language).begins("years", "so", "the")
    assert clauses(language).sign("years", "so", "the") == 0


def test_a_word_is_compared_without_what_stands_at_it() -> None:
    assert plain("“So,”") == "so"
    assert plain("It's:") == "it's"
