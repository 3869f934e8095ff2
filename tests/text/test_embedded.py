"""Summaries without a model, on talks whose central sentences are known."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.text.request import MODES
from chalicelib.text.summarize.embedded.engine import Embedded
from chalicelib.text.summarize.engine import EngineFailed
from chalicelib.text.summary import Summary
from chalicelib.text.transcript import Cue
from tests.text.spoken import HARBOUR, ORCHARD, captions, made, spoken, talk

ROOT = Path(__file__).parents[2]
BOTH = pytest.mark.parametrize("form", [spoken, captions], ids=["punctuated", "captions"])
CHATTER = ("welcome", "my name", "how are you", "thank you")


def said_in(summary: Summary) -> str:
    points = [*summary.points, *(point for section in summary.sections for point in section.points)]
    return " ".join([summary.overview, *(point.text for point in points)])


def test_every_mode_is_made_in_the_order_asked_for() -> None:
    asked = tuple(reversed(MODES))
    summaries = Embedded().summarize(talk(spoken(HARBOUR)), asked, None)
    assert tuple(summary.mode for summary in summaries) == asked
    assert {(s.engine, s.kind, s.language, s.model) for s in summaries} == {
        ("embedded", "extractive", "en", None)
    }


def test_a_tldr_is_two_or_three_sentences_on_the_subject() -> None:
    tldr = made("tldr", talk(spoken(HARBOUR)))
    assert 2 <= len(tldr.points) <= 3
    assert len(tldr.overview.split()) <= 52
    assert "mud" in tldr.overview
    assert not any(word in tldr.overview.lower() for word in CHATTER)
    assert "?" not in tldr.overview


@BOTH
@pytest.mark.parametrize("mode", ["tldr", "brief"])
def test_the_overview_is_its_points_in_order_of_time(mode: str, form: type) -> None:
    summary = made(mode, talk(form(HARBOUR + ORCHARD)))
    assert summary.overview == " ".join(point.text for point in summary.points).replace("… …", "…")
    assert "… …" not in summary.overview
    assert [p.start for p in summary.points] == sorted({p.start for p in summary.points})


def test_a_brief_of_a_long_talk_has_60_to_120_words() -> None:
    long = " ".join(f"{HARBOUR} {ORCHARD}".replace("1871", str(year)) for year in range(1800, 1810))
    assert 60 <= len(made("brief", talk(spoken(long))).overview.split()) <= 120


@BOTH
def test_every_point_cites_the_segment_that_says_it(form: type) -> None:
    said = talk(form(HARBOUR))
    for summary in Embedded().summarize(said, MODES, None):
        for point in [*summary.points, *(p for section in summary.sections for p in section.points)]:
            (cited,) = point.cites
            assert point.start == said.segments[cited].start
            assert point.text.strip("…. ").lower() in said.segments[cited].text.lower()
        assert summary.covered_until == said.segments[-1].end


def test_a_sentence_that_hangs_on_the_one_before_gives_way_to_one_that_stands_alone() -> None:
    hanging = "It carries the mud of the river into the old harbour."
    alone = "The tide carries the mud of the river into the harbour."
    said = f"{hanging} {alone} The river brings mud. The harbour fills with mud. Nobody sails the tide."
    (section,) = made("timestamped", talk(spoken(said))).sections
    assert [point.text for point in section.points] == [alone]


def test_what_was_said_twice_is_told_once() -> None:
    summary = made("brief", talk([Cue(3 * i, 3, "The same sentence is said again.") for i in range(50)]))
    assert summary.overview == "The same sentence is said again."


def test_insights_are_sentences_that_give_reasons_and_numbers() -> None:
    points = [point.text for point in made("key_insights", talk(spoken(HARBOUR))).points]
    assert any("because the river" in text for text in points)
    assert any("four hundred" in text for text in points)


def test_study_notes_explain_terms_where_the_talk_defines_them() -> None:
    notes = made("study_notes", talk(spoken(HARBOUR)))
    (term,) = [term for term in notes.terms if term.term == "training wall"]
    assert term.definition == "A training wall is a low wall under water that guides the current."
    assert term.start == pytest.approx(
        next(c.start for c in spoken(HARBOUR) if c.text == term.definition), abs=1
    )


def test_study_notes_ask_about_what_they_can_answer() -> None:
    notes = made("study_notes", talk(spoken(HARBOUR)))
    question = next(question for question in notes.questions if "mud" in question.question)
    assert question.answer is not None
    assert "mud" in question.answer


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("de", "Der Wald speichert Wasser. Im Wald leben viele Vögel. Der Wald ist alt.", "Was wird über"),
        ("es", "El bosque guarda agua. En el bosque viven pájaros. El bosque es antiguo.", "¿Qué se dice"),
        ("xx", "Zubo krela monti vako. Zubo krela dasti veko. Zubo krela ponti sako.", "“"),
        ("he", "השקיה בטפטוף חוסכת מים. המים בטפטוף מגיעים לשורש. השקיה בטפטוף היא שיטה.", "“"),
    ],
)
def test_questions_are_asked_in_the_language_of_the_talk(language: str, text: str, words: str) -> None:
    questions = made("study_notes", talk(spoken(text), language)).questions
    assert questions[0].question.startswith(words)


@BOTH
@pytest.mark.parametrize(("wish", "told"), [("Focus on the apple trees and frost", "frost"), ("mud!", "mud")])
def test_instructions_shift_the_weight_to_their_words(wish: str, told: str, form: type) -> None:
    said = talk(form(f"{HARBOUR} {ORCHARD}"))
    plain, focused = made("tldr", said), made("tldr", said, wish)
    assert focused.custom_instructions_applied == "focus_terms"
    assert plain.custom_instructions_applied is None
    assert focused.overview.count(told) > 0
    assert focused.overview.count(told) >= plain.overview.count(told)


def test_different_instructions_give_different_summaries() -> None:
    said = talk(spoken(f"{HARBOUR} {ORCHARD}"))
    assert len({made("tldr", said, wish).overview for wish in ("bees and pollen", "steam dredger")}) == 2


@pytest.mark.parametrize("wish", ["", "   ", "and the of it", "!!!"])
def test_instructions_without_terms_are_not_said_to_be_applied(wish: str) -> None:
    assert made("tldr", talk(spoken(HARBOUR)), wish).custom_instructions_applied is None


def test_captions_without_punctuation_read_as_sentences() -> None:
    text = "so i think the harbour wall made the water slow and i'm told the mud settled because of the"
    (point,) = made("tldr", talk([Cue(0, 8, text)])).points
    assert point.text == (
        "So I think the harbour wall made the water slow and I'm told the mud settled because of the …"
    )


def test_hesitations_are_left_out() -> None:
    (point,) = made("tldr", talk([Cue(0, 5, "So, um, the harbour, uh, was full of mud.")])).points
    assert point.text == "The harbour, was full of mud."


def test_the_same_talk_gives_the_same_bytes_under_any_hash_seed() -> None:
    program = (
        "from chalicelib.text.summarize.embedded.engine import Embedded;"
        "from chalicelib.text.request import MODES;"
        "from tests.text.spoken import *; said = talk(captions(HARBOUR + ORCHARD + HARBOUR));"
        "print([s.to_json() for s in Embedded().summarize(said, MODES, 'bees, mud and frost')])"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(printed) == 1


def test_where_nothing_is_said_the_engine_says_so() -> None:
    with pytest.raises(EngineFailed, match="Nothing is said") as failed:
        Embedded().summarize(talk([Cue(0, 5, "[Music]")]), MODES, None)
    assert not failed.value.retryable
