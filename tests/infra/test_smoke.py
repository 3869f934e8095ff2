"""`make smoke` against the local stack, against none, and against services that are not as they should be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from infra.local.stack import LocalStack
from infra.smoke import parts
from infra.smoke.__main__ import main
from infra.smoke.service import Unexpected
from tests.infra.spoiling import Answer, Spoiling
from tests.permissions import judged

ROOT = Path(__file__).parents[2]
STEPS = (
    *("health", "key", "other keys", "limits", "upload", "audio batch", "audio job", "download"),
    *("text batch", "summary", "usage", "deleted", "deleted"),
)
KEY = "sk_" + "5e" * 32
JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with judged(LocalStack(workers=2)) as running:
        yield running


def batches(stack: LocalStack) -> int:
    """Of both APIs, as the account sees them."""
    headers = {"X-API-Key": stack.key}
    audio, text = (
        requests.get(stack.url + path, headers=headers, timeout=60).json()["data"]
        for path in ("/v1/jobs", "/api/v1/batch")
    )
    return len(audio["jobs"]) + len(text["batches"])


def test_a_deployment_that_works(stack: LocalStack) -> None:
    command = [sys.executable, "-m", "infra.smoke", "--url", stack.url + "/"]
    environment = {**os.environ, "KEY": stack.key}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *lines, verdict = done.stdout.splitlines()
    assert verdict == "all as it must be"
    assert [(line[:8].strip(), line[8:24].strip()) for line in lines] == [("ok", step) for step in STEPS]
    assert stack.key not in done.stdout + done.stderr
    assert batches(stack) == 0


def failure(capsys: pytest.CaptureFixture[str], url: str, key: str = KEY, *more: str) -> str:
    """What a run has printed that must fail, without the key in it."""
    assert main(["--url", url, "--key", key, *more]) == 1
    printed = capsys.readouterr().out
    assert key not in printed
    assert printed.splitlines()[-1].startswith("failed: ")
    return printed


def test_a_wrong_key(stack: LocalStack, capsys: pytest.CaptureFixture[str]) -> None:
    printed = failure(capsys, stack.url)
    assert printed.endswith("\nfailed: key\n")
    assert "expected 200 to GET /api/v1/auth/validate" in printed
    assert "came     401 INVALID_API_KEY: The API key is not valid" in printed
    assert "look at  the key (" in printed


def test_nobody_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    with Spoiling(lambda *_: None) as gone:
        pass
    printed = failure(capsys, gone.base)
    assert printed.endswith("\nfailed: health\n")
    assert f"expected an answer to GET {gone.base}/health" in printed
    assert "came     none (ConnectionRefusedError" in printed


ERROR = json.dumps({"success": False, "error": {"code": "INTERNAL_ERROR", "message": f"broke on {KEY}"}})
UNHEALTHY = json.dumps({"success": True, "data": {"status": "tired"}})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param((500, JSON, ERROR.encode()), "500 INTERNAL_ERROR: broke on <the key>", id="envelope"),
        pytest.param((502, HTML, b"<h1>Bad</h1>"), "502 (text/html) '<h1>Bad</h1>'", id="a proxy's"),
        pytest.param((200, HTML, b"<h1>Hi</h1>"), "200 (text/html) '<h1>Hi</h1>'", id="another site"),
        pytest.param((200, JSON, b"[1]"), "200 (application/json) '[1]'", id="no object"),
        pytest.param((200, JSON, b'{"success": true}'), "came     nothing", id="no data"),
        pytest.param((200, JSON, UNHEALTHY.encode()), "came     tired", id="ill"),
        pytest.param((403, JSON, b'{"message":"Forbidden"}'), "403 (application/json)", id="no such stage"),
        pytest.param(
            (200, {"Content-Type": "text/plain; charset=none"}, b"\xff\xfe\x00"),
            "200 (text/plain",
            id="bytes",
        ),
    ],
)
def test_a_service_that_answers_everything_so(
    answer: Answer, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Spoiling(lambda *_: answer) as service:
        printed = failure(capsys, service.base)
    assert printed.endswith("\nfailed: health\n")
    assert words in printed
    assert service.asked == ["GET /health"]


@pytest.mark.parametrize(
    ("value", "kind"), [(17.0, float), (17, float), (17, int), ("x", str), (False, bool)], ids=str
)
def test_a_part_of_an_answer(value: object, kind: type) -> None:
    assert parts.part({"jobs": [{"it": value}]}, kind, "jobs", 0, "it") == value


@pytest.mark.parametrize(
    ("value", "kind"),
    [("17", float), (True, float), (True, int), (1.5, int), (None, str), (0, bool)],
    ids=str,
)
def test_a_part_of_another_kind(value: object, kind: type) -> None:
    with pytest.raises(Unexpected, match="at it; came"):
        parts.part({"it": value}, kind, "it")


@pytest.mark.parametrize("data", [None, {}, [], {"url": 5, "jobs": [3], "batch_id": True}], ids=str)
def test_answers_without_what_they_should_hold(
    stack: LocalStack, data: object, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = {"/v1/uploads": 201, "/v1/batch": 202}

    def spoil(method: str, path: str) -> Answer | None:
        if path == "/health" or (path.endswith("/validate") and len(service.asked) == 2):
            return None
        body = json.dumps({"success": True, "data": data}).encode()
        return statuses.get(path, 200), JSON, body

    with Spoiling(spoil, stack.url) as service:
        printed = failure(capsys, service.base, stack.key)
    assert printed.endswith("\nfailed: other keys, limits, upload, text batch, usage\n")


def test_a_gateway_that_leaves_base64_as_it_is(stack: LocalStack, capsys: pytest.CaptureFixture[str]) -> None:
    def spoil(method: str, path: str) -> Answer | None:
        return (
            (200, {"Content-Type": "audio/mpeg"}, b"SUQzBAAAAAAAI1RTU0UAAAAPAAAD")
            if "/download/" in path
            else None
        )

    with Spoiling(spoil, stack.url) as service:
        printed = failure(capsys, service.base, stack.key)
    assert printed.endswith("\nfailed: download\n")
    assert "came     28\n" in printed
    assert "binary media types" in printed
    assert batches(stack) == 0


def test_a_download_by_a_link_takes_no_key_along(stack: LocalStack) -> None:
    def stored() -> bytes:
        job_id = service.asked[-2].rpartition("/")[2]
        headers = {"X-API-Key": stack.key}
        status = requests.get(f"{stack.url}/v1/status/{job_id}", headers=headers, timeout=60).json()
        return requests.get(status["data"]["outputFile"]["url"], timeout=60).content

    def spoil(method: str, path: str) -> Answer | None:
        if path == "/bucket?signed":
            return 200, {"Content-Type": "audio/mpeg"}, stored()
        return (302, {"Location": service.url("/bucket?signed")}, b"") if "/download/" in path else None

    with Spoiling(spoil, stack.url) as service:
        assert main(["--url", service.base, "--key", stack.key]) == 0
    assert service.keys["/bucket?signed"] is None
    assert service.keys["/health"] == stack.key


def test_what_does_not_end_in_time_is_cancelled_and_deleted(
    stack: LocalStack, capsys: pytest.CaptureFixture[str]
) -> None:
    endless = json.dumps({"success": True, "data": {"status": "processing"}}).encode()

    def spoil(method: str, path: str) -> Answer | None:
        cancelled = any(asked.endswith("/cancel") for asked in service.asked)
        running = method == "GET" and path.startswith("/v1/batch/") and not cancelled
        return (200, JSON, endless) if running else None

    with Spoiling(spoil, stack.url) as service:
        printed = failure(capsys, service.base, stack.key, "--timeout", "0")
    assert "failed  audio job" in printed
    assert "expected an end of the batch within 0 s" in printed
    assert "came     still processing" in printed
    assert printed.count("ok      deleted") == 2
    assert batches(stack) == 0


@pytest.mark.parametrize(
    "arguments",
    [("--url", "ftp://host"), ("--url", "batchreel"), ("--url", "http://h/?x=1"), ("--key", "two words")],
    ids=" ".join,
)
def test_arguments_that_make_no_sense(arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--url", "http://127.0.0.1:9", "--key", KEY, *arguments])
    assert stopped.value.code == 2
    assert f"{arguments[0]} is" in capsys.readouterr().err
