"""One breaker per way to YouTube, shared by all workers through the accounts table."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import aws
from chalicelib.settings import settings
from chalicelib.sites.breaker import Breaker
from chalicelib.sites.failures import SiteError
from chalicelib.text.failures import TextError
from chalicelib.text.sources.youtube import YouTube as YouTubeSource
from tests.clock import FakeClock
from tests.conftest import Cloud
from tests.stand_ins import youtube_videos as scene
from tests.stand_ins.youtube import YouTube
from tests.stand_ins.youtube_videos import Video
from tests.text.wanted import VIDEO_ID, wanted

BLOCKED = TextError("YOUTUBE_BLOCKED")


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_BREAKER_FAILURES", "3")
    monkeypatch.setenv("BATCHREEL_BREAKER_SECONDS", "60")


def block(clock: FakeClock, times: int = 1, way: str = "direct") -> None:
    for _ in range(times):
        worker = Breaker(way, clock)
        worker.enter()
        worker.note(BLOCKED)


def is_open(clock: FakeClock, way: str = "direct") -> bool:
    try:
        Breaker(way, clock).enter()
    except SiteError as error:
        return error.code == "YOUTUBE_BLOCKED"
    return False


def item(way: str = "direct") -> dict[str, Any]:
    key = {"pk": {"S": f"P#{way}"}, "sk": {"S": "#"}}
    return dict(aws.dynamodb().get_item(TableName=settings().accounts_table, Key=key).get("Item", {}))


def test_it_opens_after_so_many_blocked_answers_in_a_row(cloud: Cloud, clock: FakeClock) -> None:
    block(clock, 2)
    assert not is_open(clock)
    block(clock)
    assert is_open(clock)


def test_an_answer_in_between_begins_the_count_anew(cloud: Cloud, clock: FakeClock) -> None:
    block(clock, 2)
    worker = Breaker("direct", clock)
    worker.enter()
    worker.passed()
    block(clock, 2)
    assert not is_open(clock)


@pytest.mark.parametrize(
    "code", ["NO_CAPTIONS", "VIDEO_PRIVATE", "CAPTIONS_EMPTY", "TRANSLATION_NOT_AVAILABLE"]
)
def test_an_error_about_the_video_is_an_answer(cloud: Cloud, clock: FakeClock, code: str) -> None:
    block(clock, 2)
    worker = Breaker("direct", clock)
    worker.enter()
    worker.note(TextError(code))
    block(clock, 2)
    assert not is_open(clock)


@pytest.mark.parametrize("code", ["YOUTUBE_TIMEOUT", "YOUTUBE_UNREACHABLE", "PROXY_FAILED"])
def test_no_answer_tells_neither(cloud: Cloud, clock: FakeClock, code: str) -> None:
    block(clock, 2)
    worker = Breaker("direct", clock)
    worker.enter()
    worker.note(TextError(code))
    assert not is_open(clock)
    block(clock)
    assert is_open(clock)


def test_each_way_has_its_own(cloud: Cloud, clock: FakeClock) -> None:
    block(clock, 3)
    assert not is_open(clock, "another")


def test_after_its_time_it_lets_one_through(cloud: Cloud, clock: FakeClock) -> None:
    block(clock, 3)
    clock.forward(59.999)
    assert is_open(clock)
    clock.forward(0.001)
    assert not is_open(clock)
    assert is_open(clock)


def test_of_two_workers_who_see_the_same_item_one_goes(cloud: Cloud, clock: FakeClock) -> None:
    block(clock, 3)
    clock.forward(60)
    seen = int(item()["open_until"]["N"])
    assert [Breaker("direct", clock)._take_turn(seen) for _ in range(3)] == [True, False, False]


def test_if_that_one_is_blocked_too_it_stays_open(cloud: Cloud, clock: FakeClock) -> None:
    block(clock, 3)
    clock.forward(60)
    block(clock)
    clock.forward(59)
    assert is_open(clock)
    clock.forward(1)
    assert not is_open(clock)


def test_if_that_one_passes_it_is_closed_for_all(cloud: Cloud, clock: FakeClock) -> None:
    block(clock, 3)
    clock.forward(60)
    worker = Breaker("direct", clock)
    worker.enter()
    worker.passed()
    assert not is_open(clock)
    assert not is_open(clock)
    block(clock, 2)
    assert not is_open(clock)


def test_if_that_one_dies_another_goes_later(cloud: Cloud, clock: FakeClock) -> None:
    block(clock, 3)
    clock.forward(60)
    Breaker("direct", clock).enter()
    clock.forward(60)
    assert not is_open(clock)


def test_a_worker_that_died_before_it_could_open_leaves_no_hole(cloud: Cloud, clock: FakeClock) -> None:
    aws.dynamodb().put_item(
        TableName=settings().accounts_table,
        Item={"pk": {"S": "P#direct"}, "sk": {"S": "#"}, "failures": {"N": "3"}},
    )
    assert not is_open(clock)
    assert is_open(clock)


def test_success_writes_only_what_must_be_written(cloud: Cloud, clock: FakeClock) -> None:
    worker = Breaker("direct", clock)
    worker.enter()
    worker.passed()
    assert item() == {}


def test_the_item_goes_by_itself_when_nothing_happens(cloud: Cloud, clock: FakeClock) -> None:
    block(clock)
    assert int(item()["ttl"]["N"]) * 1000 > clock()


def test_while_it_is_open_nothing_is_asked_of_youtube(youtube: YouTube, clock: FakeClock) -> None:
    source = YouTubeSource(clock)
    youtube.videos[VIDEO_ID] = scene.BLOCKED
    for _ in range(3):
        with pytest.raises(TextError):
            source.fetch(wanted())
    asked = len(youtube.log)
    with pytest.raises(TextError) as raised:
        source.fetch(wanted())
    assert len(youtube.log) == asked
    assert raised.value.code == "YOUTUBE_BLOCKED"
    assert raised.value.details == "not asked again before 2027-01-15T08:01:00Z"
    clock.forward(60)
    youtube.videos[VIDEO_ID] = Video()
    assert source.fetch(wanted()).cues
    assert source.fetch(wanted()).cues


def test_videos_without_captions_never_open_it(youtube: YouTube, clock: FakeClock) -> None:
    source = YouTubeSource(clock)
    youtube.videos[VIDEO_ID] = scene.NO_CAPTIONS
    for _ in range(4):
        with pytest.raises(TextError, match="no captions"):
            source.fetch(wanted())
    assert item() == {}
