"""What is quoted reads well: no half sentences, real names as titles, real definitions."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.text.segments import Segment
from chalicelib.text.summarize.embedded.extract import extract
from chalicelib.text.summarize.embedded.keyphrases import keyphrases
from chalicelib.text.summarize.embedded.phrases import phrases
from chalicelib.text.summarize.embedded.readable import sentence
from chalicelib.text.summarize.embedded.score import scored
from chalicelib.text.summarize.embedded.terms import Terms
from chalicelib.text.transcript import Cue
from tests.text.spoken import HARBOUR, ORCHARD, captions, made, spoken, talk

BOTH = pytest.mark.parametrize("form", [spoken, captions], ids=["punctuated", "captions"])

CABLE = """The cable was made in London and the cable was landed in New York. Agreed. They did not. The
following summer the ship left for New York with the cable of three thousand miles. Joanne? Ha, yes. So, the
ship found the end of the lost cable in deep water. We receive a cable every day in New York. Canal Street.
Our office in New York pays for the cable by the word. The price of the cable fell when the ship came back to
New York."""

MEETING = """Project Manager: Okay. So the remote control has to sell for twenty five euros.
Marketing: Mm-hmm.
Project Manager: The battery of the remote control has to last a year.
Industrial Designer: Yeah. Right. The remote control gets a rubber case, because rubber survives a fall.
Marketing: Yeah.
Project Manager: Is that so?
Industrial Designer: Um. The rubber case and the battery cost eleven euros together.
Marketing: Mm-hmm. Okay.
Project Manager: Then the remote control makes a profit of fourteen euros."""


def read(*texts: str, index: int = 0, punctuated: bool = True, language: str = "en") -> str:
    segments = [Segment(i, text, float(i), float(i + 1), len(text.split())) for i, text in enumerate(texts)]
    return sentence(segments, index, language, punctuated)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "It did. Since 2002 the official solution is weaker.",
            "Since 2002 the official solution is weaker.",
        ),
        ("Joanne? Ha, yes. So, you remember the boats.", "You remember the boats."),
        ("Canal Street. Our flyover carries many cars.", "Our flyover carries many cars."),
        ("Dr. Ruth Hill opened the harbour.", "Dr. Ruth Hill opened the harbour."),
        ("One table, jobs. It has an id and a date.", "It has an id and a date."),
        ("Yes. It did.", "Yes. It did."),
        ("Third and last. The winter sale.", "Third and last. The winter sale."),
    ],
)
def test_a_fragment_before_a_sentence_is_not_quoted(said: str, shown: str) -> None:
    assert read(said) == shown


def test_a_segment_with_a_fragment_is_cited_as_a_whole() -> None:
    said = talk(spoken(CABLE))
    for section in made("detailed", said).sections:
        for point in section.points:
            assert not point.text.startswith(("They did not.", "Joanne?", "Canal Street."))
            assert point.text.lower() in said.segments[point.cites[0]].text.lower()


@pytest.mark.parametrize(
    "said",
    [
        "Well water is usually harder than rain water.",
        "But for the dam the valley would flood.",
        "So few people came that we cancelled the show.",
        "Now and then the pump stops for a minute.",
        "Like many rivers it is slow.",
        "And a half grams of soda for one litre.",
    ],
)
def test_words_that_may_belong_to_the_sentence_stay(said: str) -> None:
    assert read(said) == said
    bare = said.rstrip(".").lower()
    assert read("x", bare, "y", index=1, punctuated=False) == f"… {bare} …"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Bon nombre de pêcheurs ont quitté le port."),
        ("ru", "Так как вода холодная, рыба растёт медленно."),
        ("pt", "Bom senso é o que falta nesta cidade."),
        ("it", "Sì che lo sapevano tutti nel paese."),
        ("es", "Sí que lo sabían todos en el pueblo."),
    ],
)
def test_they_stay_in_other_languages_too(language: str, said: str) -> None:
    assert read(said, language=language) == said


@pytest.mark.parametrize(
    ("language", "said", "shown"),
    [
        ("en", "So, the dam holds the water.", "The dam holds the water."),
        ("en", "And so, well, the dam holds the water.", "The dam holds the water."),
        ("de", "Nun ja, der Fluss ist voll.", "Der Fluss ist voll."),
        ("fr", "Alors, le fleuve est plein.", "Le fleuve est plein."),
        ("ru", "Ну, вода очень холодная.", "Вода очень холодная."),
    ],
)
def test_what_leads_to_a_sentence_and_has_a_comma_is_left_out(language: str, said: str, shown: str) -> None:
    assert read(said, language=language) == shown


@pytest.mark.parametrize(
    ("following", "shown"),
    [
        ("so he went on to the next harbour", "The mud came down the river in spring."),
        ("and then they built a wall", "The mud came down the river in spring."),
        ("and a tenth of it stayed", "The mud came down the river in spring …"),
        ("with the tide", "The mud came down the river in spring …"),
        ("you so much for being here", "The mud came down the river in spring …"),
        ("it at four in the morning", "The mud came down the river in spring …"),
    ],
)
def test_captions_end_with_a_full_stop_only_before_a_new_sentence(following: str, shown: str) -> None:
    assert read("the mud came down the river in spring", following, punctuated=False) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("together by pectin in the cell walls", "… together by pectin in the cell walls."),
        ("and notify the idle workers at once", "… and notify the idle workers at once."),
        ("so beans are held together by pectin", "… so beans are held together by pectin."),
        ("so the beans are held together by pectin", "So the beans are held together by pectin."),
        ("you servers in sixty countries", "… you servers in sixty countries."),
        ("it at four in the morning", "… it at four in the morning."),
        ("we did until the", "… we did until the …"),
    ],
)
def test_captions_that_may_begin_within_a_sentence_have_an_ellipsis(said: str, shown: str) -> None:
    assert read("nobody wants to empty", said, index=1, punctuated=False) == shown


def test_a_sentence_begins_after_a_silence_or_another_speaker() -> None:
    first, later = Segment(0, "the river rose", 0, 4, 3), Segment(1, "three boats sank", 5, 9, 3)
    assert sentence([first, later], 1, "en", False) == "Three boats sank."
    assert sentence([first, later], 0, "en", False) == "The river rose."
    other = Segment(1, "three boats sank", 4, 8, 3, "Ann")
    assert sentence([first, other], 1, "en", False) == "Three boats sank."


def test_a_speaker_who_is_interrupted_has_not_ended_a_sentence() -> None:
    said = [Segment(0, "it rose because the", 0, 4, 4, "Ann"), Segment(1, "really", 4, 5, 1, "Bob")]
    assert sentence(said, 0, "en", False) == "It rose because the …"


@pytest.mark.parametrize(
    ("language", "before", "said", "shown"),
    [
        ("ja", "森林は生きています", "木は炭素を蓄えます", "木は炭素を蓄えます。"),
        ("ja", "森林は生きて", "いる木です", "… いる木です。"),
        ("th", "ป่าเป็นระบบ", "ที่มีชีวิต", "… ที่มีชีวิต"),
    ],
)
def test_verbs_that_end_sentences_show_where_the_next_begins(
    language: str, before: str, said: str, shown: str
) -> None:
    assert read(before, said, index=1, punctuated=False, language=language) == shown


def test_a_long_sentence_that_was_cut_shows_it() -> None:
    parts = ("The river rose, and the wall broke,", "the boats sank, and nobody came.", "It was over.")
    assert read(*parts) == "The river rose, and the wall broke …"
    assert read(*parts, index=1) == "… the boats sank, and nobody came."
    assert read(*parts, index=2) == "It was over."


@pytest.mark.parametrize("labelled", [True, False], ids=["names in the text", "names apart"])
def test_a_meeting_is_told_by_its_sentences(labelled: bool) -> None:
    cues = []
    for i, line in enumerate(MEETING.splitlines()):
        name, _, text = line.partition(": ")
        cues.append(Cue(4.0 * i, 4.0, line) if labelled else Cue(4.0 * i, 4.0, text, name))
    said = talk(cues)
    assert {s.speaker for s in said.segments} == {"Project Manager", "Marketing", "Industrial Designer"}
    brief = made("brief", said)
    assert "The rubber case and the battery cost eleven euros together." in brief.overview
    for reply in ("Yeah", "Mm-hmm", "Okay", "Is that so", "Manager:", "Designer:"):
        assert reply not in brief.overview


def titles_and_questions(text: str, form: type) -> list[str]:
    said = talk(form(text))
    questions = [question.question for question in made("study_notes", said).questions]
    return [section.title for section in made("timestamped", said).sections] + questions


@BOTH
def test_a_name_of_two_words_is_kept_whole(form: type) -> None:
    said = talk(form(CABLE))
    made_of = scored(said.segments, Terms("en"), Counter())
    found = keyphrases(made_of, phrases(said.segments, made_of.terms), 0, len(said.segments), 6)
    assert [phrase.lower() for phrase in found if "york" in phrase.lower()] == ["new york"]


@BOTH
def test_neither_verbs_nor_interjections_are_titles(form: type) -> None:
    found = " ".join(titles_and_questions(CABLE, form)).lower()
    assert not any(word in found for word in ("agreed", "receive", "landed"))


@BOTH
def test_nothing_is_asked_twice_and_no_title_comes_back(form: type) -> None:
    said = talk(form(f"{HARBOUR} {ORCHARD} {HARBOUR} {ORCHARD}"))
    questions = [q.question.split("“")[1].casefold() for q in made("study_notes", said).questions]
    titles = [section.title.casefold() for section in made("timestamped", said).sections]
    assert len(questions) > 2
    assert len(titles) > 1
    assert len(set(questions)) == len(questions)
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        ("A sluice is a gate that holds back the water.", ["sluice"]),
        ("The side of the sluice is a garden.", []),
        ("That is a pity, and it is the only way.", []),
        ("Eleven is a number that nobody likes.", []),
        ("The sluice is the best of them all.", []),
        ("This sluice is a heavy one to lift.", []),
        ("They built a low gate called the sluice.", ["sluice"]),
        ("We called the sluice a gate.", []),
    ],
)
def test_only_definitions_are_terms(said: str, terms: list[str]) -> None:
    text = f"{said} The miller opens the sluice. The sluice leaks in winter. The miller has a sluice."
    assert [term.term for term in made("study_notes", talk(spoken(text))).terms] == terms


@BOTH
def test_an_extract_has_about_as_many_words_as_asked_for(form: type) -> None:
    said = talk(form(f"{HARBOUR} {ORCHARD}"))
    for words in (40, 80, 160):
        chosen = extract(said, words)
        assert list(chosen) == sorted(set(chosen))
        assert 0.5 * words <= sum(said.segments[i].words for i in chosen) <= 1.15 * words
    assert len(extract(said, 1)) == 1


def test_a_large_extract_is_nearly_everything() -> None:
    cues = [Cue(i, 1, f"Boat {i} carried cargo{i} to harbour{i % 40}.") for i in range(400)]
    assert len(extract(talk(cues), 10_000)) > 300


def test_an_extract_of_nothing_is_empty() -> None:
    assert extract(talk([Cue(0, 5, "[Music]")]), 80) == ()
