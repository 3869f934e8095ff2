"""A model that fails: tried again where that may help, and never the end of a job."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from chalicelib.errors import JobCancelled
from chalicelib.settings import settings
from chalicelib.text.request import MODES
from chalicelib.text.summarize import choice, run
from chalicelib.text.summarize.model.calls import Calls, Limit, within
from chalicelib.text.summarize.model.provider import TRANSIENT, ModelError, Prompt, Reply
from chalicelib.text.summarize.model.waits import retry_after
from chalicelib.text.summary import Usage
from tests.clock import FakeClock
from tests.stand_ins.models import Call, Hangs, Refuses, Says, written
from tests.text.model_talks import ENGINES, KEY, Bench, bench, talk

PROMPT = Prompt("system", "user", {}, 100)


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with bench(monkeypatch, request.param) as made:
        yield made


def throttled(**headers: str) -> Refuses:
    return Refuses(429, "ThrottlingException", headers=headers)


def test_a_throttled_call_is_made_again_after_growing_pauses(desk: Bench) -> None:
    desk.server.say(throttled(), throttled())
    made = desk.run(talk(), "tldr")["tldr"]
    assert made.fallback_reason is None
    assert made.usage == Usage(1000, 100, 3, desk.model)
    assert 0.8 <= desk.pauses[0] <= 1.2
    assert 1.6 <= desk.pauses[1] <= 2.4


def test_the_third_refusal_is_the_last(desk: Bench) -> None:
    desk.server.otherwise = throttled()
    made = desk.run(talk(), "tldr")["tldr"]
    assert made.engine == "embedded"
    assert made.fallback_reason is not None
    assert "too many requests" in made.fallback_reason
    assert len(desk.server.calls) == 3


def test_retry_after_is_honoured(desk: Bench) -> None:
    desk.server.say(throttled(**{"Retry-After": "7"}))
    assert desk.run(talk(), "tldr")["tldr"].fallback_reason is None
    assert desk.pauses == [7]


def test_a_pause_longer_than_worthwhile_is_not_waited_for(desk: Bench) -> None:
    desk.server.say(throttled(**{"Retry-After": "3600"}))
    assert desk.run(talk(), "tldr")["tldr"].engine == "embedded"
    assert desk.pauses == []


def test_no_pause_eats_the_time_that_the_job_needs(desk: Bench) -> None:
    desk.server.say(throttled(**{"Retry-After": "20"}))
    assert desk.run(talk(), "tldr", seconds=60)["tldr"].engine == "embedded"
    assert desk.pauses == []


@pytest.mark.parametrize(
    ("status", "error", "calls"),
    [
        (403, "AccessDeniedException", 1),
        (404, "ResourceNotFoundException", 1),
        (418, "SomethingNew", 1),
        (500, "InternalServerException", 3),
        (503, "ServiceUnavailableException", 3),
        (429, "ModelNotReadyException", 3),
        (408, "ModelTimeoutException", 3),
        (529, "SomethingNew", 3),
    ],
)
def test_only_what_may_pass_is_tried_again(desk: Bench, status: int, error: str, calls: int) -> None:
    desk.server.otherwise = Refuses(status, error, message=f"{KEY} lecture explains how copper")
    made = desk.run(talk(), *MODES)
    assert len(desk.server.calls) == calls
    reasons = {summary.fallback_reason for summary in made.values()}
    assert len(reasons) == 1
    (reason,) = reasons
    assert reason
    assert KEY not in reason
    assert "copper" not in reason
    assert {summary.engine for summary in made.values()} == {"embedded"}


def test_a_request_that_bedrock_finds_invalid_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench(monkeypatch, "bedrock") as desk:
        desk.server.otherwise = Refuses(400, "ValidationException")
        made = desk.run(talk(), "tldr")["tldr"]
        assert made.fallback_reason == "The model does not take such a request"
        assert len(desk.server.calls) == 1


def test_a_server_that_is_not_there_is_tried_again(desk: Bench) -> None:
    desk.server.stop()
    assert desk.run(talk(), "tldr")["tldr"].engine == "embedded"
    assert len(desk.pauses) == 2


TRUNCATED = {True: "max_tokens", False: "length"}


def test_a_cut_off_answer_is_no_answer(desk: Bench) -> None:
    desk.server.otherwise = lambda call: Says(written(call), stop=TRUNCATED[call.bedrock])
    made = desk.run(talk(), "tldr")["tldr"]
    assert made.fallback_reason == "The model's answer did not fit its limit of length"
    assert len(desk.server.calls) == 1


def test_many_modes_that_do_not_fit_one_answer_are_asked_for_in_two(desk: Bench) -> None:
    def short_winded(call: Call) -> Says:
        return Says(written(call), stop=TRUNCATED[call.bedrock] if len(call.modes) > 3 else "")

    desk.server.otherwise = short_winded
    made = desk.run(talk(), *MODES)
    assert {summary.fallback_reason for summary in made.values()} == {None}
    assert [len(call.modes) for call in desk.server.calls] == [6, 3, 3]
    assert made["tldr"].usage == Usage(3000, 300, 3, desk.model)


def test_tokens_of_answers_that_came_to_nothing_are_told_too(desk: Bench) -> None:
    """They are paid for; the summaries are the embedded engine's."""
    desk.server.otherwise = Says("no JSON")
    made = desk.run(talk(), "tldr", "brief")
    assert {summary.engine for summary in made.values()} == {"embedded"}
    assert {summary.usage for summary in made.values()} == {Usage(2000, 200, 2, desk.model)}


def test_they_are_halved_once_only(desk: Bench) -> None:
    desk.server.otherwise = lambda call: Says({}, stop=TRUNCATED[call.bedrock])
    made = desk.run(talk(), *MODES)
    assert {summary.engine for summary in made.values()} == {"embedded"}
    assert len(desk.server.calls) == 3


@pytest.mark.parametrize("stop", ["guardrail_intervened", "content_filtered"])
def test_a_filtered_answer_is_final(monkeypatch: pytest.MonkeyPatch, stop: str) -> None:
    with bench(monkeypatch, "bedrock") as desk:
        desk.server.otherwise = lambda call: Says(written(call), stop=stop)
        made = desk.run(talk(), "tldr")["tldr"]
        assert made.fallback_reason == "The model's provider filtered the answer"
        assert len(desk.server.calls) == 1


def test_without_time_no_call_is_begun(desk: Bench) -> None:
    made = desk.run(talk(), "tldr", seconds=42)["tldr"]
    assert made.engine == "embedded"
    assert made.fallback_reason == "The model did not answer in the time this job has"
    assert desk.server.calls == []


def test_a_model_that_hangs_is_given_up_before_the_worker_ends(desk: Bench) -> None:
    begun = threading.Event()

    def hang(_: Call) -> Hangs:
        begun.set()
        return Hangs()

    desk.server.otherwise = hang
    made = run(
        talk(),
        ["tldr"],
        None,
        seconds_left=lambda: 30 if begun.is_set() else 300,
    )
    assert made[0].fallback_reason == "The model did not answer in the time this job has"
    assert len(desk.server.calls) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_a_call_has_a_time_limit_of_its_own(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    with bench(monkeypatch, engine, model_timeout=0.3) as desk:
        desk.server.otherwise = Hangs()
        with pytest.raises(ModelError) as failed:
            choice.provider(engine, settings()).ask(PROMPT, 0.3)
        assert failed.value.reason == "The model took too long"
        assert failed.value.tries == TRANSIENT


def test_the_calls_of_a_job_have_an_end_even_if_nobody_says_how_long_they_may_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with bench(monkeypatch, "openai", model_timeout=0.5) as desk:
        made = run(talk(), ["tldr"], None)
        assert made[0].fallback_reason == "The model did not answer in the time this job has"
        assert desk.server.calls == []


def test_what_breaks_is_logged_without_what_it_says(desk: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: float) -> None:
        raise RuntimeError(talk().segments[0].text)

    desk.server.say(throttled())
    made = run(talk(), ["tldr"], None, sleep=broken)
    assert made[0].fallback_reason == "The model's answer could not be handled"
    assert "RuntimeError" in caplog.text
    assert "smelted" not in caplog.text


def test_a_cancel_is_noticed_while_the_model_thinks(desk: Bench) -> None:
    desk.server.otherwise = Hangs()

    def cancelled() -> None:
        raise JobCancelled("cancelled")

    with pytest.raises(JobCancelled):
        run(talk(), ["tldr"], None, tick=cancelled)


class Failing:
    name = "failing"
    model = "none"

    def ask(self, prompt: Prompt, seconds: float) -> Reply:
        raise ModelError("busy", tries=TRANSIENT)


def test_work_that_was_given_up_begins_no_new_call() -> None:
    limit = Limit(lambda: 100)
    calls = Calls(Failing(), limit, 10, sleep=lambda _: limit.stop())
    with pytest.raises(ModelError, match="in the time"):
        calls.ask(PROMPT)
    assert calls.usage.calls == 1


def test_what_breaks_in_the_other_thread_comes_out_here() -> None:
    def work() -> None:
        raise TimeoutError("not ours")

    with pytest.raises(TimeoutError, match="not ours"):
        within(Limit(lambda: 100), work, lambda: None)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("12", 12),
        ("0.5", 0.5),
        ("Fri, 15 Jan 2027 08:01:00 GMT", 60),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0),
        ("-3", 0),
        ("nan", 0),
        ("inf", 0),
        ("soon", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float) -> None:
    assert retry_after(header, FakeClock()) == seconds
