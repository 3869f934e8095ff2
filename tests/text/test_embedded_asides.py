"""Sponsors, greetings, thanks: neither summed up nor asked about, in any of the modes."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from chalicelib.text.content import render
from chalicelib.text.request import MODES
from chalicelib.text.segments import Segment
from chalicelib.text.summarize.embedded.asides import asides
from chalicelib.text.summarize.embedded.engine import Embedded
from chalicelib.text.summarize.embedded.extract import extract
from chalicelib.text.summarize.embedded.score import scored
from chalicelib.text.summarize.embedded.terms import Terms, words
from chalicelib.text.transcript import Video
from tests.text.spoken import HARBOUR, ORCHARD, captions, made, spoken, talk

BOTH = pytest.mark.parametrize("form", [spoken, captions], ids=["punctuated", "captions"])

SPONSORED = f"""Hi everybody, welcome back to the channel. This video is sponsored by Quayside, the
fastest way to rent a boat. Quayside rents boats in sixty harbours and gives you a lifeboat for every boat
that you rent. Go to quayside dot com slash mud and get your first boat with twenty percent off your rent.
With Quayside your boat is safe in every harbour. {HARBOUR} {ORCHARD} Thank you so much for watching. If
you liked this video, hit the like button and subscribe to my channel. The link is in the description
below, and I'll see you next week."""


def found(*texts: str, language: str = "en") -> frozenset[int]:
    segments = [Segment(i, text, float(i), i + 1.0, len(text.split())) for i, text in enumerate(texts)]
    return asides(segments, [words(text) for text in texts], Terms(language))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "This episode is brought to you by Quayside."),
        ("en", "over to quayside dot com slash mud for the boat that you like best today"),
        ("en", "Visit quayside.com/mud today, or find it on www.example.org."),
        ("en", "Use code MUD50 for half off the first month of your boat."),
        ("en", "Let me know in the comments what boats you want to see."),
        ("en", "special thanks to sister agnes who taught me to put in a drip when i was twenty four"),
        ("en", "Last time we looked at stacks."),
        ("en", "Good morning everyone. Can you hear me in the back?"),
        ("en", "you so much for being here thanks for having me dana"),
        ("de", "Abonniert den Kanal und lasst einen Daumen nach oben da."),
        ("fr", "Utilisez le code promo BOUE, le lien est en description."),
        ("es", "No olvides dejar un like y suscríbete al canal."),
        ("pt", "Obrigado por assistir e até a próxima."),
        ("it", "Grazie per aver guardato, ci vediamo alla prossima."),
        ("nl", "Bedankt voor het kijken en tot de volgende keer."),
        ("ru", "Подписывайтесь на канал и ставьте лайки."),
        ("ar", "لا تنسوا الاشتراك في القناة وتفعيل الجرس."),
        ("he", "שלום לכולם וברוכים הבאים."),
        ("hi", "चैनल को सब्सक्राइब करना न भूलें।"),
        ("ja", "チャンネル登録お願いします。"),
        ("zh", "大家好，欢迎收看本期节目，别忘了点赞。"),
        ("ko", "구독과 좋아요 부탁드립니다."),
        ("th", "สวัสดีครับ อย่าลืมกดติดตาม"),
    ],
)
def test_what_is_said_in_every_video_is_an_aside(language: str, text: str) -> None:
    assert found("The river rose again.", text, language=language) == {1}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Thanks to the dam the harbour is free of mud again."),
        ("en", "The dot com bubble burst because nobody had asked what slash meant."),
        ("en", "Amazon dot com was founded in 1994 and sold books at first."),
        ("en", "The law was sponsored by a senator who owned the dam."),
        ("en", "Every client may subscribe to a topic and get its messages."),
        ("en", "The code was switched off because it took too long."),
        ("en", "The thank you letter that the council wrote in 1871 names the engineer who built the wall."),
        ("en", "In the comments on the law the council asked for a lower wall."),
        ("en", "The next time that the river rose the wall held the water back."),
        ("es", "Gracias a la presa el puerto está libre de barro."),
        ("fr", "La description du port parle du mur et de la boue."),
    ],
)
def test_what_a_talk_may_be_about_is_none(language: str, text: str) -> None:
    assert found(text, language=language) == frozenset()


def test_what_is_said_of_a_sponsor_beside_its_name_is_an_aside() -> None:
    near = ["Today's sponsor is Quayside.", "Quayside has boats.", "The river rose.", "Quayside is safe."]
    assert found(*near) == {0, 1, 3}


def test_a_name_that_a_talk_is_about_is_no_sponsors() -> None:
    about = [f"Quayside built boat {number}." for number in range(12)]
    assert found("Go to quayside dot com slash mud.", *about) == {0}


@BOTH
def test_no_mode_tells_of_them(form: type) -> None:
    said = talk(form(SPONSORED))
    for summary in Embedded().summarize(said, MODES, None):
        text = render(summary, Video(url="x")).lower()
        for word in ("quayside", "sponsor", "welcome", "subscribe", "thank", "description", "percent off"):
            assert word not in text, (summary.mode, word)


@BOTH
def test_an_extract_tells_nothing_of_them(form: type) -> None:
    said = talk(form(SPONSORED))
    text = " ".join(said.segments[i].text for i in extract(said, 80)).lower()
    assert not re.search("quayside|thank|welcome", text)


def test_what_a_sponsor_repeats_is_not_central() -> None:
    said = talk(spoken(SPONSORED))
    scores = scored(said.segments, Terms("en"), Counter()).scores
    best = max(range(len(scores)), key=lambda i: scores[i])
    assert "boat" not in said.segments[best].text


@BOTH
@pytest.mark.parametrize("text", ["Hello and welcome back everybody. Thank you for watching.", "Thank you."])
def test_a_talk_of_nothing_else_has_a_summary(form: type, text: str) -> None:
    for summary in Embedded().summarize(talk(form(text)), MODES, None):
        assert summary.points or all(section.points for section in summary.sections)


def test_what_little_is_left_of_a_short_talk_is_told() -> None:
    said = "Thank you all for coming. The river carries mud into the harbour. See you next week."
    (point,) = made("tldr", talk(spoken(said))).points
    assert point.text == "The river carries mud into the harbour."
