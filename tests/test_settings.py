from __future__ import annotations

import pytest

from chalicelib.settings import from_environment

NAMES = {
    f"BATCHREEL_{name}": "x"
    for name in ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY")
}


def test_queues_are_told_from_their_limit() -> None:
    found = from_environment({**NAMES, "BATCHREEL_QUEUE_LIMIT": "5", "BATCHREEL_QUEUE_URL_AUDIO_LOW": "u"})
    assert found.queues == {"audio-low": "u"}
    assert found.queue_limit == 5


def test_the_first_webhook_attempt_is_made_at_once() -> None:
    with pytest.raises(ValueError, match="begin with 0"):
        from_environment({**NAMES, "BATCHREEL_WEBHOOK_SCHEDULE": "5,10"})


def test_functions_know_the_architecture_that_they_run_on() -> None:
    assert from_environment(NAMES).architecture == "x86_64"
    assert from_environment({**NAMES, "BATCHREEL_ARCHITECTURE": "arm64"}).architecture == "arm64"
    with pytest.raises(ValueError, match="BATCHREEL_ARCHITECTURE: 'amd64' is none of x86_64, arm64"):
        from_environment({**NAMES, "BATCHREEL_ARCHITECTURE": "amd64"})


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("", ""),
        ("/opt/bin/deno", "deno:/opt/bin/deno"),
        ("/usr/bin/qjs", "quickjs:/usr/bin/qjs"),
        ("node:/srv/node22", "node:/srv/node22"),
    ],
)
def test_a_javascript_runtime_is_a_path_or_has_its_name(given: str, read: str) -> None:
    assert from_environment({**NAMES, "BATCHREEL_JS_RUNTIME": given}).js_runtime == read


@pytest.mark.parametrize("given", ["deno", "/opt/bin/python", "python:/opt/bin/deno", "deno:deno", "deno:"])
def test_what_is_no_javascript_runtime_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="JS_RUNTIME"):
        from_environment({**NAMES, "BATCHREEL_JS_RUNTIME": given})


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(KeyError, match="BATCHREEL_BUCKET"):
        from_environment({k: v for k, v in NAMES.items() if k != "BATCHREEL_BUCKET"})


@pytest.mark.parametrize(("name", "value"), [("LUFS", "-60"), ("LUFS", "0"), ("PEAK", "1"), ("PEAK", "nan")])
def test_a_loudness_that_cannot_be_aimed_at(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"BATCHREEL_TARGET_{name} must be from"):
        from_environment({**NAMES, f"BATCHREEL_TARGET_{name}": value})


def test_the_operators_own_loudness() -> None:
    found = from_environment({**NAMES, "BATCHREEL_TARGET_LUFS": "-23", "BATCHREEL_TARGET_PEAK": "0"})
    assert (found.target_lufs, found.target_peak) == (-23, 0)
