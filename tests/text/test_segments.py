"""Cues of any kind become sentences with times."""

from __future__ import annotations

import pytest

from chalicelib.text.segments import punctuated, split
from chalicelib.text.transcript import Cue


def texts(*cues: Cue, language: str = "en") -> list[str]:
    return [segment.text for segment in split(cues, language)]


def test_sentences_end_where_they_end_and_not_at_cues() -> None:
    cues = [
        Cue(0, 2, "The old bridge was"),
        Cue(2, 2, "closed in May. Nobody was told"),
        Cue(4, 1, "about it."),
    ]
    assert texts(*cues) == ["The old bridge was closed in May.", "Nobody was told about it."]


def test_the_times_of_a_sentence_lie_within_its_cue() -> None:
    first, second = split([Cue(10, 10, "One two three four. Five six seven eight.")], "en")
    assert first.start == 10
    assert 14 < first.end == second.start < 16
    assert second.end == pytest.approx(20)


def test_a_cue_that_stays_on_screen_ends_where_the_next_begins() -> None:
    first, second = split(
        [Cue(0, 9, "This is said first of all."), Cue(4, 5, "And this comes after it.")], "en"
    )
    assert first.end == pytest.approx(4)
    assert second.start == 4
    assert second.end == pytest.approx(9)


def test_cues_out_of_order_are_put_in_order() -> None:
    assert texts(Cue(5, 2, "And this comes after it."), Cue(0, 2, "This is said first of all."))[
        0
    ].startswith("This")


@pytest.mark.parametrize(
    "noise",
    [
        "[Music]",
        "[ __ ]",
        "♪♪",
        ">>",
        "&gt;&gt;",
        "(laughter)",
        "[音楽]",
        "（拍手）",
        "{vocalsound}",
        "\u200b",
    ],
)
def test_noise_is_not_said(noise: str) -> None:
    assert texts(Cue(0, 3, f"{noise} We walked down to the harbour. {noise}")) == [
        "We walked down to the harbour."
    ]


def test_brackets_with_numbers_are_kept() -> None:
    assert texts(Cue(0, 3, "See the note [12] on the wall.")) == ["See the note [12] on the wall."]


@pytest.mark.parametrize(
    "text", ["We met Dr. Smith and Mrs. Jones there.", "It was J. R. R. who wrote it, e.g. the songs."]
)
def test_abbreviations_end_no_sentence(text: str) -> None:
    assert texts(Cue(0, 4, text)) == [text]


def test_very_short_sentences_stay_with_the_next() -> None:
    assert texts(Cue(0, 4, "Yeah. Right. The river rose again in spring.")) == [
        "Yeah. Right. The river rose again in spring."
    ]


def test_a_new_speaker_begins_a_new_segment() -> None:
    segments = split(
        [Cue(0, 2, "Are you sure", "Ann"), Cue(2, 2, "quite sure. It is the same one.", "Bob")], "en"
    )
    assert [(s.speaker, s.text) for s in segments] == [
        ("Ann", "Are you sure"),
        ("Bob", "quite sure. It is the same one."),
    ]


def lowered(count: int, pause_after: int | None = None) -> list[Cue]:
    """Words of one length, one each second; three seconds more after one of them."""
    starts = [i + (3 if pause_after is not None and i > pause_after else 0) for i in range(count)]
    return [Cue(start, 1, "word") for start in starts]


def test_without_punctuation_a_pause_ends_a_segment() -> None:
    first, second = split(lowered(45, pause_after=14), "en")[:2]
    assert (first.words, second.start) == (15, 18)


def test_without_punctuation_no_segment_is_long() -> None:
    segments = split(lowered(500), "en")
    assert sum(segment.words for segment in segments) == 500
    assert max(segment.words for segment in segments) <= 32
    assert not punctuated(segments)


def test_without_punctuation_no_segment_ends_with_an_article() -> None:
    said = (
        "people walked along the river and the birds over the water were calling to the boats near the shore "
        * 10
    )
    assert not [t for t in texts(Cue(0, 80, said)) if t.split()[-1] in ("the", "and", "to", "were")]


@pytest.mark.parametrize(
    "number",
    ["two and a half grams", "a hundred and sixty percent", "eight out of ten", "eleven hundred and six"],
)
def test_without_punctuation_no_number_is_cut(number: str) -> None:
    for before in range(10, 34):
        said = " ".join(["mud"] * before + [number] + ["mud"] * 40)
        assert sum(number in text for text in texts(Cue(0, 60, said))) == 1


def test_words_that_are_all_numbers_are_cut_all_the_same() -> None:
    assert max(segment.words for segment in split([Cue(0, 90, "one two " * 100)], "en")) <= 32


def test_without_punctuation_a_segment_begins_where_a_speaker_goes_on() -> None:
    first, second, *_ = texts(Cue(0, 60, "mud " * 19 + "but we had a boat " + "mud " * 30))
    assert (first, second.split()[:4]) == (" ".join(["mud"] * 19), ["but", "we", "had", "a"])


def test_an_endless_sentence_is_cut_at_its_commas() -> None:
    said = "We went on. It was far. " + ", ".join([" ".join(["mud"] * 11)] * 12) + "."
    cut = [text for text in texts(Cue(0, 90, said)) if text.startswith("mud")]
    assert len(cut) >= 4
    assert {text[-1] for text in cut} == {",", "."}


def test_one_endless_sentence_among_others_is_cut() -> None:
    cues = [Cue(i, 1, "We went to the sea.") for i in range(20)] + [Cue(20, 60, "word " * 150 + "end.")]
    segments = split(cues, "en")
    assert punctuated(segments)
    assert max(segment.words for segment in segments) <= 80


def test_japanese_is_joined_without_spaces_and_split_at_its_full_stop() -> None:
    cues = [
        Cue(0, 3, "森林は生きている"),
        Cue(3, 3, "システムです。木は炭素を"),
        Cue(6, 3, "幹と根に蓄えます。"),
    ]
    assert texts(*cues, language="ja") == ["森林は生きているシステムです。", "木は炭素を幹と根に蓄えます。"]


def test_a_long_thai_phrase_gets_no_spaces_that_were_not_there() -> None:
    phrase = "ต้นไม้เก็บคาร์บอนไว้ในเนื้อไม้และรากเมื่อต้นไม้แก่นกจะมาทำรัง"
    assert texts(Cue(0, 5, f"{phrase} ถ้าตัดป่าดินจะหายไป"), language="th") == [f"{phrase} ถ้าตัดป่าดินจะหายไป"]


def test_words_of_a_script_without_spaces_are_estimated() -> None:
    (segment,) = split([Cue(0, 3, "森林は生きているシステムです。")], "ja")
    assert 5 <= segment.words <= 9


def test_hindi_and_arabic_sentences_end_at_their_own_marks() -> None:
    assert len(texts(Cue(0, 9, "जंगल एक जीवित प्रणाली है। पेड़ लकड़ी में कार्बन जमा करते हैं।"), language="hi")) == 2
    assert (
        len(texts(Cue(0, 9, "ماذا يحدث إذا قطعنا الغابة؟ تختفي التربة من المكان كله."), language="ar")) == 2
    )


@pytest.mark.parametrize("cues", [[], [Cue(0, 1, "")], [Cue(0, 1, "[Music]"), Cue(1, 1, " ♪ ")]])
def test_where_nothing_is_said_there_are_no_segments(cues: list[Cue]) -> None:
    assert split(cues, "en") == ()
    assert not punctuated(())


@pytest.mark.parametrize("text", ["x" * 100_000, "あ" * 100_000, "[(" * 50_000, "word " * 20_000])
def test_a_cue_of_a_hundred_thousand_characters_gives_bounded_segments(text: str) -> None:
    assert max(len(segment.text) for segment in split([Cue(0, 10, text)], "en")) <= 8000


def test_indexes_count_from_zero_and_times_never_go_back() -> None:
    segments = split([Cue(0, 0, "All at once. And then nothing more. The end of it all.")] * 3, "en")
    assert [segment.index for segment in segments] == list(range(len(segments)))
    assert [segment.start for segment in segments] == sorted(segment.start for segment in segments)
    assert all(segment.end >= segment.start for segment in segments)


def test_names_before_what_is_said_are_speakers() -> None:
    cues = [
        Cue(0, 2, "Project Manager: Are you sure?"),
        Cue(2, 2, ">> MARIA: Quite sure of it."),
        Cue(4, 2, "It is the same one."),
        Cue(6, 2, "Project Manager: Then we go on."),
        Cue(8, 2, "MARIA: Let us begin at once."),
    ]
    assert [(s.speaker, s.text) for s in split(cues, "en")] == [
        ("Project Manager", "Are you sure?"),
        ("MARIA", "Quite sure of it."),
        ("MARIA", "It is the same one."),
        ("Project Manager", "Then we go on."),
        ("MARIA", "Let us begin at once."),
    ]


@pytest.mark.parametrize(
    "labels",
    [("Note", "Note", "Note"), ("Note", "Example", "Result"), ("12:30", "12:40", "12:50")],
    ids=["one name", "names that do not come again", "times"],
)
def test_other_words_before_a_colon_are_said(labels: tuple[str, ...]) -> None:
    cues = [Cue(i, 1, f"{label}: the tide was out.") for i, label in enumerate(labels)]
    assert [s.text for s in split(cues, "en")] == [cue.text for cue in cues]
    assert {s.speaker for s in split(cues, "en")} == {None}
