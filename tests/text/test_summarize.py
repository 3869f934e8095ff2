"""Which engine makes a summary, and that one is always made."""

from __future__ import annotations

import pytest

from chalicelib.text.failures import TextError
from chalicelib.text.request import MODES
from chalicelib.text.summarize import run
from tests.stand_ins.models import Refuses, Says, written
from tests.text.model_talks import bench, talk


def test_without_a_model_the_embedded_engine_makes_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench(monkeypatch, "none") as desk:
        made = desk.run(talk(), *MODES)
        assert {summary.engine for summary in made.values()} == {"embedded"}
        assert {summary.kind for summary in made.values()} == {"extractive"}
        assert {summary.fallback_reason for summary in made.values()} == {None}
        assert desk.server.calls == []


def test_the_embedded_engine_is_used_when_wanted_though_there_is_a_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with bench(monkeypatch, "bedrock", engine="embedded") as desk:
        made = desk.run(talk(), "tldr")["tldr"]
        assert (made.engine, made.fallback_reason) == ("embedded", None)
        assert desk.server.calls == []


@pytest.mark.parametrize("engine", ["bedrock", "openai"])
@pytest.mark.parametrize("wanted", ["auto", ""])
def test_auto_takes_the_model_that_is_set_up(
    monkeypatch: pytest.MonkeyPatch, engine: str, wanted: str
) -> None:
    with bench(monkeypatch, engine, engine=wanted) as desk:
        assert desk.run(talk(), "tldr")["tldr"].engine == engine


def test_auto_prefers_bedrock(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench(monkeypatch, "openai", bedrock_model="some-model") as desk:
        assert desk.run(talk(), "tldr")["tldr"].engine == "bedrock"


def test_auto_needs_both_address_and_model(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench(monkeypatch, "openai", openai_model="") as desk:
        made = desk.run(talk(), "tldr")["tldr"]
        assert (made.engine, made.fallback_reason) == ("embedded", None)


def test_an_engine_wanted_by_name_is_the_one_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench(monkeypatch, "openai", engine="openai", bedrock_model="some-model") as desk:
        assert desk.run(talk(), "tldr")["tldr"].engine == "openai"


@pytest.mark.parametrize("engine", ["bedrock", "openai"])
def test_an_engine_without_a_model_is_an_error_for_the_operator_and_a_reason_for_the_caller(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, engine: str
) -> None:
    with bench(monkeypatch, "none", engine=engine) as desk:
        made = desk.run(talk(), "tldr")["tldr"]
    assert made.engine == "embedded"
    assert made.fallback_reason == f"No model is set up for the engine {engine}"
    (record,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert f"BATCHREEL_ENGINE is {engine}" in record.getMessage()


def test_no_region_is_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib import aws

    with bench(monkeypatch, "bedrock") as desk:
        monkeypatch.delenv("AWS_DEFAULT_REGION")
        monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
        aws.forget()
        made = desk.run(talk(), "tldr")["tldr"]
        assert made.fallback_reason == "Amazon Bedrock cannot be asked from here"
    aws.forget()


def test_summaries_stand_in_the_order_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench(monkeypatch, "openai") as desk:
        desk.server.say(lambda call: Says(written(call) | {"brief": None}))
        made = run(talk(), ["key_insights", "brief", "tldr"], None)
        assert [(s.mode, s.engine) for s in made] == [
            ("key_insights", "openai"),
            ("brief", "embedded"),
            ("tldr", "openai"),
        ]


def test_wishes_of_a_fallback_are_what_the_embedded_engine_makes_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with bench(monkeypatch, "openai") as desk:
        desk.server.otherwise = Refuses(403)
        made = desk.run(talk(), "tldr", wishes="nickel and furnace")["tldr"]
        assert made.custom_instructions_applied != "wishes"
        assert made.fallback_reason


@pytest.mark.parametrize("engine", ["none", "openai"])
def test_a_talk_without_words_cannot_be_summarised(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    with bench(monkeypatch, engine) as desk:
        with pytest.raises(TextError) as failed:
            run(talk(0), ["tldr"], None)
        assert failed.value.code == "SUMMARY_FAILED"
        assert desk.server.calls == []
