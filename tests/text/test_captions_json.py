from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.text.captions import Captions, parse
from chalicelib.text.failures import TextError
from chalicelib.text.result import Result
from chalicelib.text.transcript import Cue, Transcript, Video


def read(document: Any) -> Captions:
    found = parse(json.dumps(document).encode())
    assert found == parse(json.dumps(document).encode(), "json")
    return found


def test_what_this_api_gives_out_it_takes_in_again() -> None:
    cues = (Cue(0, 1.5, "Hello.", "Ann"), Cue(1.5, 2, "Hi."))
    transcript = Transcript(
        video=Video(url="https://a.test/b"), cues=cues, language="en-GB", source="youtube"
    )
    assert read(transcript.to_json()) == Captions(cues, "en-GB")
    assert read(Result(transcript, ()).to_json()) == Captions(cues, "en-GB")


def test_a_bare_list_with_ends_or_without() -> None:
    rows = [
        {"start": 0, "end": 1.5, "text": "With an end"},
        {"start": 2, "text": "until the next"},
        {"start": 3.5, "text": "as long as five words"},
    ]
    assert [cue.duration for cue in read(rows).cues] == [1.5, 1.5, 2.0]


def test_whisper() -> None:
    segment = {
        "id": 0,
        "seek": 0,
        "start": 0.0,
        "end": 2.5,
        "text": " Good evening.",
        "tokens": [1],
        "temperature": 0,
    }
    document = {"text": " Good evening.", "segments": [segment], "language": "en"}
    assert read(document) == Captions((Cue(0, 2.5, "Good evening."),), "en")


def test_youtubes_json3() -> None:
    events = [
        {"tStartMs": 0, "dDurationMs": 9000, "id": 1, "wpWinPosId": 1},
        {
            "tStartMs": 160,
            "dDurationMs": 4310,
            "segs": [{"utf8": "hello"}, {"utf8": " all", "tOffsetMs": 9}],
        },
        {"tStartMs": 2389, "dDurationMs": 2081, "aAppend": 1, "segs": [{"utf8": "\n"}]},
        {"tStartMs": 2399, "dDurationMs": 4000, "segs": [{"utf8": "welcome"}]},
    ]
    assert read({"wireMagic": "pb3", "events": events}).cues == (
        Cue(0.16, 4.31, "hello all"),
        Cue(2.399, 4.0, "welcome"),
    )


def word(text: str, start: float, end: float, speaker: str | None) -> dict[str, Any]:
    label = {"speaker_label": speaker} if speaker else {}
    times = {"start_time": str(start), "end_time": str(end)}
    return {"type": "pronunciation", "alternatives": [{"content": text}], **times, **label}


def mark(text: str) -> dict[str, Any]:
    return {"type": "punctuation", "alternatives": [{"content": text}]}


def test_transcribe_with_speakers() -> None:
    items = [
        word("Hello", 0.1, 0.4, "spk_0"), mark(","), word("there", 0.4, 0.7, "spk_0"), mark("."),
        word("Oh", 0.9, 1.0, "spk_0"), word("Hi", 1.1, 1.3, "spk_1"), word("later", 3.0, 3.4, "spk_1"),
    ]  # fmt: skip
    found = read({"jobName": "x", "results": {"language_code": "en-US", "items": items}})
    assert found == Captions(
        (
            Cue(0.1, 0.6, "Hello, there.", "spk_0"),
            Cue(0.9, 0.1, "Oh", "spk_0"),
            Cue(1.1, 0.2, "Hi", "spk_1"),
            Cue(3.0, 0.4, "later", "spk_1"),
        ),
        "en-US",
    )


def test_transcribe_with_speakers_in_a_list_of_their_own() -> None:
    labels = {"segments": [{"items": [{"start_time": "0.1", "speaker_label": "spk_3"}]}]}
    results = {"items": [word("Hello", 0.1, 0.4, None)], "speaker_labels": labels}
    assert read({"results": results}).cues == (Cue(0.1, 0.3, "Hello", "spk_3"),)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ('[{"start": -1, "text": "a"}]', "segment 0"),
        ('[{"start": 0, "text": "a"}, {"start": "1", "text": "a"}]', "segment 1"),
        ('[{"start": 1e308, "text": "a"}]', "segment 0"),
        ('[{"start": NaN, "text": "a"}]', "well-formed"),
        ('[{"start": Infinity, "text": "a"}]', "well-formed"),
        ('[{"start": 0, "duration": true, "text": "a"}]', "duration"),
        ('[{"start": 0, "end": 1e999, "text": "a"}]', "end"),
        ('[{"start": 0}]', "text"),
        ('[{"start": 0, "text": 1}]', "text"),
        ('[{"start": 0, "text": "a", "speaker": {}}, {"start": 1, "text": "b", "speaker": [1]}]', "speaker"),
        ("[[]]", "Segment 0"),
        ('{"events": [{"segs": [{"utf8": "a"}]}]}', "tStartMs"),
        ('{"results": {"items": [{}]}}', "results.items"),
        ('{"results": {"items": 7}}', "results.items"),
        ('{"results": {"items": [], "speaker_labels": [1]}}', "results.items"),
        ('{"nothing": 1}', "segments"),
        ("[{" * 100_000, "well-formed"),
        ('[{"start": ' + "1" * 10_000 + ', "text": "a"}]', "well-formed"),
    ],
)
def test_what_cannot_be_read_is_named(document: str, named: str) -> None:
    with pytest.raises(TextError) as error:
        parse(document.encode(), "json")
    assert error.value.code == "CAPTIONS_INVALID"
    assert named in (error.value.details or "")


def test_text_that_could_not_be_written_again_is_mended() -> None:
    (cue,) = parse(rb'[{"start": 0, "text": "a\ud800\u0007b", "speaker": "\udfff"}]').cues
    assert (cue.text, cue.speaker) == ("a b", None)


@pytest.mark.parametrize("speaker", [5, True, 1.5, ["a"], {"a": 1}], ids=str)
def test_a_speaker_of_transcribe_that_is_no_name_is_left_out(speaker: object) -> None:
    item = word("Hello", 0.1, 0.4, None) | {"speaker_label": speaker}
    (cue,) = read({"results": {"items": [item]}}).cues
    assert (cue.text, cue.speaker) == ("Hello", None)


def test_a_time_of_transcribe_beyond_any_number_cannot_be_read() -> None:
    item = word("Hello", 0.1, 0.4, None) | {"start_time": 10**400}
    with pytest.raises(TextError) as raised:
        read({"results": {"items": [item]}})
    assert raised.value.code == "CAPTIONS_INVALID"


def test_punctuation_of_transcribe_follows_its_word_at_once() -> None:
    marks = [{"type": "punctuation", "alternatives": [{"content": mark}]} for mark in (",", ",")]
    items = [word("Well", 0.1, 0.4, None), *marks, word("yes", 0.5, 0.9, None)]
    (cue,) = read({"results": {"items": items}}).cues
    assert cue.text == "Well,, yes"
