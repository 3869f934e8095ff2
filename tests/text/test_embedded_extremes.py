"""Odd talks and other languages: always a summary, never a crash."""

from __future__ import annotations

import pytest

from chalicelib.text.request import MODES
from chalicelib.text.summarize.embedded.engine import Embedded
from chalicelib.text.summarize.embedded.readable import MOST_CHARACTERS
from chalicelib.text.summarize.embedded.terms import Terms, known_language
from chalicelib.text.transcript import Cue
from tests.text.spoken import HARBOUR, captions, made, spoken, talk

ODD = {
    "one cue": [Cue(0, 1, "Hello there.")],
    "one word": [Cue(0, 1, "Yes")],
    "one-word cues": [Cue(i, 1, "word") for i in range(300)],
    "stop words": [Cue(i, 1, "and so it is") for i in range(50)],
    "no times": [Cue(0, 0, HARBOUR)] * 5,
    "numbers": [Cue(i, 1, f"{i} {i + 1}.") for i in range(50)],
    "question marks": [Cue(0, 9, "?" * 100_000)],
    "full stops": [Cue(0, 9, ". " * 5_000)],
    "one long word": [Cue(0, 9, "x" * 100_000)],
    "brackets": [Cue(0, 9, "[(" * 50_000)],
    "hyphens": [Cue(0, 9, ("Alpha-" * 13 + " ") * 1_000)],
    "a filler": [Cue(0, 9, "um " * 30_000)],
    "openers": [Cue(0, 9, "so, " * 25_000)],
    "backwards": [Cue(9, -3, "The end of the story came first."), Cue(-5, -3, "The beginning came last.")],
    "sixty thousand words": [
        Cue(4 * i, 4, f"word{i % 97} of term{i % 31} and thing{i % 7}") for i in range(12_000)
    ],
}


@pytest.mark.parametrize("cues", ODD.values(), ids=ODD.keys())
def test_odd_talks_have_summaries_too(cues: list[Cue]) -> None:
    said = talk(cues)
    for summary in Embedded().summarize(said, MODES, "anything"):
        points = [*summary.points, *(p for section in summary.sections for p in section.points)]
        assert points
        assert all(0 < len(point.text) <= MOST_CHARACTERS + 2 for point in points)


LANGUAGES = {
    "de": "Der Wald ist ein Lebensraum für viele Tiere. Wie geht es Ihnen? Bäume im Wald speichern Wasser.",
    "fr": "La forêt est un milieu vivant. Comment allez-vous ? Les arbres de la forêt stockent le carbone.",
    "es": "El bosque es un ecosistema vivo. ¿Cómo están ustedes? Los árboles del bosque almacenan carbono.",
    "ru": "Лес это живая система. Как у вас дела? Деревья в лесу хранят углерод в древесине.",
    "ar": "الغابة نظام حي ومهم. كيف حالكم اليوم يا أصدقاء؟ تخزن الأشجار في الغابة الكربون.",
    "hi": "जंगल एक जीवित प्रणाली है। आप लोग कैसे हैं? जंगल के पेड़ कार्बन जमा करते हैं।",
    "ja": "森林は生きているシステムです。皆さんお元気ですか？森林の木は炭素を蓄えます。",
    "zh": "森林是一个活的系统。大家今天过得怎么样？森林里的树木把碳储存在木材里。",
    "ko": "숲은 살아 있는 시스템입니다. 여러분 안녕하십니까? 숲의 나무는 탄소를 저장합니다.",
    "th": "ป่าเป็นระบบที่มีชีวิต ต้นไม้เก็บคาร์บอนไว้ในเนื้อไม้และราก ถ้าตัดป่าดินจะหายไป",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_modes_work_in_this_language(language: str) -> None:
    summaries = Embedded().summarize(talk(spoken(LANGUAGES[language] * 3), language), MODES, None)
    assert all(s.overview or s.points or s.sections for s in summaries)
    assert all(section.title for summary in summaries for section in summary.sections)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "th"])
def test_questions_do_not_represent_a_talk_in_this_language(language: str) -> None:
    sections = made("timestamped", talk(spoken(LANGUAGES[language]), language)).sections
    assert not sections[0].points[0].text.endswith(("?", "？", "؟"))


@pytest.mark.parametrize("language", ["de", "fr", "es", "ru", "hi", "en"])
def test_captions_of_unknown_language_are_read_in_their_own(language: str) -> None:
    text = HARBOUR if language == "en" else LANGUAGES[language] * 3
    assert known_language("und", [text]) == language


def test_captions_of_unknown_language_are_cut_as_those_of_their_own() -> None:
    cues = captions(f"{HARBOUR} The council paid two and a half thousand pounds for it.")
    assert talk(cues, "und").segments == talk(cues, "en").segments
    assert talk(cues, "und").segments != talk(cues, "xx").segments


def test_a_language_that_nobody_knows_stays_unknown() -> None:
    assert known_language("und", ["zubo krela monti vako"]) == "und"


def test_a_known_language_is_believed() -> None:
    assert known_language("pt-BR", ["the harbour and the mud"]) == "pt-BR"


def test_inflected_words_are_one_term() -> None:
    assert Terms("en").of("harbours harbour") == {"harbour": 2}
    assert Terms("de-AT").of("Wälder Wäldern").keys() == Terms("de").of("Wälder").keys()


def test_grammar_is_no_term() -> None:
    assert Terms("en").of("So that's what I'm gonna do, okay? 12") == {}
    assert "です" not in Terms("ja").of("森林です")
    assert Terms("zh").of("的是了") == {}


@pytest.mark.parametrize("word", ["إلى", "الى", "أن", "ان", "أو", "او", "إذا", "لأن", "لان", "أنا"])
def test_arabic_grammar_is_no_term_with_its_hamza_or_without(word: str) -> None:
    assert Terms("ar").of(f"{word} المحلول") == Terms("ar").of("المحلول")


def test_a_latin_word_among_japanese_ones_is_a_term() -> None:
    assert {"youtube", "森林"} <= set(Terms("ja").of("YouTubeで森林を"))


def test_vowel_signs_belong_to_their_word() -> None:
    assert sum(Terms("hi").of("पेड़ लकड़ी").values()) == 2
