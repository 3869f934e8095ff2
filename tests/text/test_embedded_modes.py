"""Each mode has its own shape."""

from __future__ import annotations

import pytest

from chalicelib.text.request import MODES
from chalicelib.text.summarize.embedded.engine import Embedded
from chalicelib.text.summary import Summary
from tests.text.spoken import HARBOUR, ORCHARD, captions, made, spoken, talk

BOTH = pytest.mark.parametrize("form", [spoken, captions], ids=["punctuated", "captions"])
LONG_SENTENCES = """The committee that the ministry appointed visited every one of the forty harbours on
the northern coast and wrote down for each of them how deep the basin was and how many boats were
registered there that winter. Because the breakwater had been built of limestone instead of granite the
storms of three winters were enough to wash away a third of its volume and the engineers had to dump
concrete behind it every single spring. What the fishermen wanted was not a deeper basin but an ice plant
and an auction hall close to the quay since the fish lost half of its price on the lorry that took it to
the auction in the next town inland. The ministry paid for the ice plant in the end after a newspaper had
printed a photograph of four tons of cod rotting on the quay while the only lorry in the harbour stood in
a garage waiting for a new gearbox."""
HASHES = """The function is called a hash function. A hash table is an array of slots in which every key
has its place. The hash function turns a key into a slot of the hash table. Alice has a key, and the hash
of Alice is the slot of Alice. If two keys share a slot of the hash table there is a collision. The load
factor is the number of keys divided by the number of slots. With a high load factor the hash table has
more collisions. We fold the table twice. Every slot of the hash table holds one key."""


@BOTH
@pytest.mark.parametrize("text", [LONG_SENTENCES, HARBOUR, ORCHARD, HARBOUR + ORCHARD])
def test_a_tldr_has_two_or_three_sentences(text: str, form: type) -> None:
    tldr = made("tldr", talk(form(text)))
    assert 2 <= len(tldr.points) <= 3


def test_a_tldr_prefers_short_sentences() -> None:
    tldr = made("tldr", talk(spoken(f"{LONG_SENTENCES} {HARBOUR}")))
    assert len(tldr.overview.split()) <= 60


def test_of_one_sentence_there_is_a_tldr_of_one() -> None:
    assert len(made("tldr", talk(spoken("The river carries mud into the harbour."))).points) == 1


def sections(summary: Summary) -> list[list[str]]:
    return [[point.text for point in section.points] for section in summary.sections]


@BOTH
@pytest.mark.parametrize("text", [HARBOUR, ORCHARD, HASHES, f"{HARBOUR} {ORCHARD} {HASHES}"])
def test_details_and_notes_are_not_the_same(text: str, form: type) -> None:
    said = talk(form(text))
    assert sections(made("detailed", said)) != sections(made("study_notes", said))


@BOTH
def test_details_tell_of_the_beginning_and_the_end_of_each_part(form: type) -> None:
    said = talk(form(f"{HARBOUR} {ORCHARD} {HARBOUR} {ORCHARD}"))
    for section in made("detailed", said).sections:
        middle = (section.start + section.end) / 2
        assert section.points[0].start < middle <= section.points[-1].start


@BOTH
def test_notes_have_at_most_three_points_a_part_and_neither_questions_nor_definitions(form: type) -> None:
    said = talk(form(f"{HARBOUR} {ORCHARD}"))
    notes = made("study_notes", said)
    explained = {term.definition for term in notes.terms}
    assert explained
    for points in sections(notes):
        assert 1 <= len(points) <= 3
        assert not explained & set(points)
        assert not [text for text in points if text.endswith("?")]


@BOTH
def test_a_term_is_not_explained_by_itself(form: type) -> None:
    terms = {term.term for term in made("study_notes", talk(form(HASHES))).terms}
    assert "hash table" in terms
    assert "hash function" not in terms


@BOTH
def test_questions_are_about_subjects_and_not_about_any_noun(form: type) -> None:
    questions = " ".join(q.question.lower() for q in made("study_notes", talk(form(HASHES))).questions)
    assert "“hash table”" in questions
    assert "“alice”" not in questions
    assert "“fold”" not in questions


@BOTH
def test_no_word_is_in_two_titles(form: type) -> None:
    said = talk(form(f"{HARBOUR} {ORCHARD} {HASHES} {HARBOUR} {HASHES}"))
    titles = [section.title for section in made("timestamped", said).sections]
    words = [
        word for title in titles if not title.endswith((".", "…")) for word in set(title.lower().split())
    ]
    assert len(titles) > 2
    assert len(words) == len({word.strip(",") for word in words})


@BOTH
def test_no_text_has_two_ellipses_in_a_row(form: type) -> None:
    said = talk(form(f"{HARBOUR} {ORCHARD} {HASHES} {LONG_SENTENCES}"))
    for summary in Embedded().summarize(said, MODES, None):
        assert "… …" not in summary.overview
