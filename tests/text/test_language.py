from __future__ import annotations

import pytest

from chalicelib.text.language import base, choose, tag
from chalicelib.text.transcript import Track


def person(language: str) -> Track:
    return Track(language, language, is_generated=False)


def machine(language: str) -> Track:
    return Track(language, language, is_generated=True)


def test_the_exact_code_comes_first_and_a_persons_work_before_a_machines() -> None:
    tracks = [machine("en"), person("en-GB"), person("en")]
    assert choose(tracks, "en") == person("en")
    assert choose(tracks, "en-GB") == person("en-GB")
    assert choose(tracks[:1], "en") == machine("en")


def test_a_machines_exact_code_comes_before_a_persons_other_region() -> None:
    assert choose([person("en-GB"), machine("en")], "en") == machine("en")


@pytest.mark.parametrize(("asked", "there"), [("en", "en-US"), ("en-US", "en"), ("pt-BR", "pt-PT")])
def test_another_region_of_the_language_will_do(asked: str, there: str) -> None:
    assert choose([person("fr"), person(there)], asked) == person(there)


def test_of_other_regions_people_come_first_and_then_the_plain_language() -> None:
    assert choose([machine("en"), person("en-GB")], "en-AU") == person("en-GB")
    assert choose([person("en-GB"), person("en")], "en-AU") == person("en")


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("EN-us", "en-US"),
        ("en_US", "en-US"),
        ("he", "iw"),
        ("iw", "he"),
        ("id", "in"),
        ("nb", "no"),
        ("no", "nb-NO"),
        ("fil", "tl"),
    ],
)
def test_old_and_odd_spellings_are_the_same_language(asked: str, there: str) -> None:
    assert choose([person("aa"), person(there)], asked) == person(there)


def test_a_language_that_is_not_there_is_none() -> None:
    assert choose([person("en"), machine("de")], "fr") is None
    assert choose([person("eng")], "en") is None


def test_without_a_wish_it_is_the_spoken_language_which_the_machines_track_tells() -> None:
    assert choose([person("en"), person("de"), machine("de")], None) == person("de")
    assert choose([person("en"), machine("de")], None) == machine("de")


def test_a_known_spoken_language_beats_what_the_machine_heard() -> None:
    assert choose([person("en"), machine("de")], None, spoken="en-US") == person("en")


def test_where_a_machine_heard_dubbed_voices_too_the_shown_track_tells() -> None:
    tracks = [machine("es"), machine("en")]
    assert choose(tracks, None, default=tracks[1]) == machine("en")


def test_without_a_machines_track_it_is_the_shown_one_and_else_the_first() -> None:
    tracks = [person("fr"), person("en")]
    assert choose(tracks, None, default=tracks[1]) == person("en")
    assert choose(tracks, None) == person("fr")
    assert choose(tracks, None, spoken="sv") == person("fr")


def test_no_tracks_are_no_choice() -> None:
    assert choose(list[Track](), None) is None
    assert choose(list[Track](), "en") is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", "en"),
        ("zh-Hans", "zh-Hans"),
        ("es-419", "es-419"),
        ("sr-Latn-RS", "sr-Latn-RS"),
        ("en-nP7-2PuUl7o", "en"),
        ("iw", "he"),
        ("", "und"),
        ("?!", "und"),
    ],
)
def test_a_sites_code_becomes_bcp_47(code: str, expected: str) -> None:
    assert tag(code) == expected


def test_the_language_of_a_code_is_without_script_and_region() -> None:
    assert base("ZH_Hant_TW") == "zh"
