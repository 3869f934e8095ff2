"""What differs between servers that speak OpenAI's chat completions."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chalicelib.vault import variable
from tests.conftest import Cloud
from tests.stand_ins.models import Answer, Call, Raw, Refuses, Says, written
from tests.text.model_talks import KEY, Bench, bench, talk


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with bench(monkeypatch, "openai") as made:
        yield made


def form(call: Call) -> str:
    kind = call.body["response_format"]
    return "strict" if kind.get("json_schema", {}).get("strict") else str(kind["type"])


def knowing(known: str) -> Callable[[Call], Answer]:
    def answer(call: Call) -> Answer:
        return Says(written(call)) if form(call) == known else Refuses(400, message="response_format")

    return answer


@pytest.mark.parametrize(
    ("known", "tried"),
    [
        ("strict", ["strict"]),
        ("json_schema", ["strict", "json_schema"]),
        ("json_object", ["strict", "json_schema", "json_object"]),
    ],
)
def test_a_server_that_does_not_know_the_form_is_asked_in_a_simpler_one(
    desk: Bench, known: str, tried: list[str]
) -> None:
    desk.server.otherwise = knowing(known)
    assert desk.run(talk(), "tldr")["tldr"].engine == "openai"
    assert [form(call) for call in desk.server.calls] == tried
    assert desk.pauses == []


def test_a_server_that_takes_nothing_is_left_alone(desk: Bench) -> None:
    desk.server.otherwise = Refuses(400, message=KEY)
    made = desk.run(talk(), "tldr")["tldr"]
    assert made.fallback_reason == "The model's server does not take such a request"
    assert len(desk.server.calls) == 3


def test_the_form_once_found_is_kept_for_the_other_calls_of_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench(monkeypatch, "openai", model_context=8000) as desk:
        desk.server.otherwise = knowing("json_schema")
        made = desk.run(talk(600), "tldr", "detailed")
        assert {summary.engine for summary in made.values()} == {"openai"}
        assert form(desk.server.calls[-1]) == "json_schema"


def test_the_newer_name_of_the_limit_is_used_where_asked_for(desk: Bench) -> None:
    def answer(call: Call) -> Says | Refuses:
        if "max_tokens" in call.body:
            return Refuses(400, message="Unsupported parameter: use 'max_completion_tokens' instead.")
        return Says(written(call))

    desk.server.otherwise = answer
    assert desk.run(talk(), "tldr")["tldr"].engine == "openai"
    assert [form(call) for call in desk.server.calls] == ["strict", "strict"]
    assert desk.server.calls[1].body["max_completion_tokens"] == 300


def test_an_answer_too_large_is_not_read_to_its_end(desk: Bench) -> None:
    desk.server.otherwise = Raw(b" " * 3_000_000)
    made = desk.run(talk(), "tldr")["tldr"]
    assert made.fallback_reason == "The model's answer is too large"
    assert len(desk.server.calls) == 1


def test_the_key_follows_no_redirect(desk: Bench) -> None:
    desk.server.otherwise = Refuses(307, headers={"Location": desk.server.url("/v1/elsewhere")})
    assert desk.run(talk(), "tldr")["tldr"].engine == "embedded"
    assert [call.path for call in desk.server.calls] == ["/v1/chat/completions"]


def test_a_local_server_needs_no_key(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    table = os.environ["BATCHREEL_ACCOUNTS_TABLE"]
    with bench(monkeypatch, "openai", accounts_table=table) as desk:
        monkeypatch.delenv(variable("openai-key"))
        monkeypatch.setenv("NETRC", str(netrc))
        assert desk.run(talk(), "tldr")["tldr"].engine == "openai"
        assert "authorization" not in desk.server.calls[0].headers


def test_a_key_that_cannot_be_read_fails_no_job(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with bench(monkeypatch, "openai") as desk:  # its tables are not there
        monkeypatch.delenv(variable("openai-key"))
        made = desk.run(talk(), "tldr")["tldr"]
        assert made.engine == "embedded"
        assert made.fallback_reason == "No model is set up for the engine openai"
        assert "openai-key cannot be read" in caplog.text


def test_a_key_that_no_header_can_hold_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench(monkeypatch, "openai", openai_key="sk-1\nsk-2") as desk:
        made = desk.run(talk(), "tldr")["tldr"]
        assert made.fallback_reason == "The model's server cannot be asked: its address or key is not valid"


def test_a_base_url_that_makes_no_sense_fails_no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    with bench(monkeypatch, "openai", openai_base_url="not a url") as desk:
        made = desk.run(talk(), "tldr")["tldr"]
        assert made.fallback_reason == "The model's server cannot be asked: its address or key is not valid"


def test_the_schema_is_one_that_strict_servers_take(desk: Bench) -> None:
    desk.run(talk(), "tldr", "study_notes", "timestamped")

    def check(schema: dict[str, object]) -> None:
        if schema["type"] == "object":
            inner = schema["properties"]
            assert isinstance(inner, dict)
            assert schema["additionalProperties"] is False
            assert schema["required"] == list(inner)
            for each in inner.values():
                check(each)
        if schema["type"] == "array":
            assert isinstance(schema["items"], dict)
            check(schema["items"])

    check(desk.server.calls[0].schema)
    assert json.loads(json.dumps(desk.server.calls[0].schema))
