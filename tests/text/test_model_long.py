"""Talks that do not fit the model's window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest

from chalicelib.text.request import MODES
from chalicelib.text.summarize.model.lines import tokens
from chalicelib.text.summarize.model.notes import MOST_PARTS
from chalicelib.text.transcript import Chapter
from tests.stand_ins.models import Call, Refuses, Says, written
from tests.text.model_talks import ENGINES, Bench, bench, talk

WINDOW = 8000
LONG = 600
"""Segments: 1 h 40 min, about 17,000 tokens."""


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with bench(monkeypatch, request.param, model_context=WINDOW) as made:
        yield made


def parts(desk: Bench) -> list[Call]:
    return sorted((c for c in desk.server.calls if c.modes == ["notes"]), key=lambda call: min(call.lines))


def test_a_long_talk_is_read_in_parts_to_its_end(desk: Bench) -> None:
    made = desk.run(talk(LONG), "detailed")["detailed"]
    read = parts(desk)
    assert len(desk.server.calls) == len(read) + 1
    assert 3 <= len(read) <= 6
    assert set().union(*(call.lines for call in read)) == set(range(LONG))
    assert made.covered_until == LONG * 10
    assert made.usage is not None
    assert made.usage.calls == len(desk.server.calls)


def test_parts_overlap_by_two_segments(desk: Bench) -> None:
    desk.run(talk(LONG), "tldr")
    read = parts(desk)
    for before, after in pairwise(read):
        assert sorted(before.lines)[-2:] == sorted(after.lines)[:2]


def test_every_call_fits_the_window(desk: Bench) -> None:
    desk.run(talk(LONG), *MODES)
    for call in desk.server.calls:
        asked = tokens(call.system) + tokens(call.user) + tokens(json.dumps(call.schema))
        assert asked + call.answer_tokens <= WINDOW


def test_citations_point_at_the_original_segments(desk: Bench) -> None:
    made = desk.run(talk(LONG), "key_insights")["key_insights"]
    assert made.points[0].cites == (0,)
    assert made.points[-1].cites == (LONG - 1,)
    assert made.points[-1].start == (LONG - 1) * 10
    for point in made.points:
        (cite,) = point.cites
        assert point.start == cite * 10
        assert f"Part {cite} of the lecture" in point.text


def test_notes_without_a_real_citation_do_not_reach_the_summary(desk: Bench) -> None:
    def answer(call: Call) -> Says:
        if call.modes == ["notes"]:
            first = min(call.lines)
            rows = [{"text": f"Note {first}.", "cites": [first]}, {"text": "Invented.", "cites": [99_999]}]
            return Says({"language": "en", "notes": {"points": rows}})
        return Says(written(call))

    desk.server.otherwise = answer
    desk.run(talk(LONG), "tldr")
    last = desk.server.calls[-1]
    assert len(last.lines) == len(parts(desk))
    assert all(text.startswith("Note ") for text in last.lines.values())


def test_wishes_are_for_the_last_call_alone(desk: Bench) -> None:
    made = desk.run(talk(LONG), "tldr", wishes="as a pirate")["tldr"]
    assert all("pirate" not in json.dumps(call.body) for call in parts(desk))
    assert "<wishes>as a pirate</wishes>" in desk.server.calls[-1].user
    assert made.custom_instructions_applied == "wishes"


def test_the_authors_chapters_survive_the_parts(desk: Bench) -> None:
    chapters = (Chapter(0, "First"), Chapter(3000, "Second"))

    def answer(call: Call) -> Says:
        if call.modes == ["notes"]:
            return Says(written(call))
        late = max(call.lines)
        rows = [{"chapter": n, "points": [{"text": "Said.", "cites": [0, late]}]} for n in (1, 2)]
        return Says({"language": "en", "timestamped": {"chapters": rows}})

    desk.server.otherwise = answer
    sections = desk.run(talk(LONG, chapters=chapters), "timestamped")["timestamped"].sections
    assert [(s.title, s.start, s.end) for s in sections] == [("First", 0, 3000), ("Second", 3000, 6000)]
    assert [s.points[0].cites for s in sections] == [(0,), (LONG - 1,)]


def test_a_part_that_fails_for_good_fails_the_model(desk: Bench) -> None:
    def answer(call: Call) -> Says | Refuses:
        if min(call.lines) > 100:
            return Refuses(403, "AccessDeniedException")
        return Says(written(call))

    desk.server.otherwise = answer
    made = desk.run(talk(LONG), "tldr", "brief")
    for summary in made.values():
        assert summary.engine == "embedded"
        assert summary.fallback_reason
        assert summary.covered_until > 5900


def test_what_was_not_read_is_not_claimed(desk: Bench) -> None:
    made = desk.run(talk(texts=["word " * 250] * 600), "tldr")["tldr"]
    read = [call for call in parts(desk) if "notes on" not in call.user and "text on" not in call.user]
    assert len(read) == MOST_PARTS
    last = max(number for call in read for number in call.lines)
    assert last < 599
    assert made.engine != "embedded"
    assert made.covered_until == (last + 1) * 10


def test_six_modes_are_split_where_their_answers_do_not_fit(desk: Bench) -> None:
    made = desk.run(talk(20), *MODES)
    assert all(call.answer_tokens <= WINDOW // 2 for call in desk.server.calls)
    assert [mode for call in desk.server.calls for mode in call.modes] == list(MODES)
    assert {summary.fallback_reason for summary in made.values()} == {None}


def test_a_window_too_small_to_be_of_use_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench(monkeypatch, "openai", model_context=1000) as desk:
        made = desk.run(talk(LONG), "tldr")["tldr"]
        assert made.fallback_reason == "The model's window is too small"
        assert desk.server.calls == []
