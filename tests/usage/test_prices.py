from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib import settings
from chalicelib.batches import kinds
from chalicelib.usage import priced, prices
from chalicelib.usage.amounts import Amounts
from chalicelib.usage.used import Used
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("cloud")
ROOT = Path(__file__).parents[2]


def test_estimates_reckon_with_the_memory_that_workers_are_deployed_with() -> None:
    stage = json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"]["prod"]
    for kind, request in (
        ("audio", {"url": "https://example.com/a", "format": "mp3"}),
        ("text", {"url": "https://youtu.be/aaaaaaaaaaa"}),
    ):
        deployed = stage["lambda_functions"][f"{kind}_worker"]["lambda_memory_size"]
        assert kinds.effort(kind, request, 600).memory_mb == deployed


def test_a_worker_costs_its_memory_by_the_second() -> None:
    assert prices.compute(1024 * 1000) == 16_667
    assert prices.compute(1769 * 60_000) == round(1769 / 1024 * 60 * 16_666.7)


def test_a_second_on_arm64_costs_a_fifth_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHREEL_ARCHITECTURE", "arm64")
    settings.settings.cache_clear()
    assert prices.compute(1024 * 1000) == 13_333


def test_tokens_cost_what_their_model_does() -> None:
    assert prices.tokens("openai/gpt-4o-mini", 1_000_000, 1_000_000) == 750_000_000
    assert prices.tokens("bedrock/amazon.nova-lite-v1:0", 1000, 100) == 84_000


def test_an_inference_profile_costs_what_the_model_behind_it_does() -> None:
    one = prices.tokens("bedrock/amazon.nova-lite-v1:0", 1000, 100)
    assert prices.tokens("bedrock/us.amazon.nova-lite-v1:0", 1000, 100) == one


def test_an_operators_price_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    own = '{"openai/gpt-4o-mini": [1, 2], "openai/own": [0, 0]}'
    monkeypatch.setenv("BATCHREEL_MODEL_PRICES", own)
    settings.settings.cache_clear()
    assert prices.tokens("openai/gpt-4o-mini", 1_000_000, 1_000_000) == 3_000_000_000
    assert prices.tokens("openai/own", 5, 5) == 0


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"a": 1}', '{"a": [1]}', '{"a": [1, -1]}', '{"a": ["x", 1]}', '{"a": [1, NaN]}']
)
def test_prices_that_make_no_sense_stop_the_function(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("BATCHREEL_MODEL_PRICES", text)
    settings.settings.cache_clear()
    with pytest.raises(ValueError, match="BATCHREEL_MODEL_PRICES"):
        settings.settings()


def test_a_model_without_a_price_makes_the_cost_unknown_and_never_nothing() -> None:
    used = Used(model="openai/nobody-knows", tokens_in=900, tokens_out=100)
    found = priced.work(used, compute_ms=1000, compute_mb_ms=1_769_000)
    assert (found.tokens_in, found.tokens_out, found.tokens_unpriced) == (900, 100, 1000)
    assert found.cost is None
    assert found.compute_cost > 0


def test_speech_is_paid_by_the_minute() -> None:
    used = Used(media_ms=90_000, recogniser="transcribe", speech_ms=90_000)
    assert priced.work(used, compute_ms=0, compute_mb_ms=0).speech_cost == 36_000_000


def test_every_call_of_the_control_plane_has_a_price() -> None:
    for of in ("job", "batch"):
        for call in prices.table()["control_plane"][of]:
            service, _, unit = call.partition(".")
            assert prices.table()[service]["gb" if unit == "kb" else unit] > 0
    assert 0 < prices.control("job") < prices.control("batch") < 1_000_000


def test_amounts_add_up_and_part_again() -> None:
    one, other = Amounts(media_ms=3, compute_cost=5), Amounts(media_ms=4, batches=1)
    assert one + other == Amounts(media_ms=7, compute_cost=5, batches=1)
    assert (one + other) - other == one
    assert Amounts.from_json((one + other).to_json()) == one + other
    assert Amounts().to_json() == {}
