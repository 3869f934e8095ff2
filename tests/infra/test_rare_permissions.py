"""What the other runs do not use of the roles: a recogniser, a model, and the operator's secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import aws, vault
from chalicelib.settings import settings
from infra.iam.calls import Call, asks
from infra.local import account
from infra.local.stack import LocalStack
from tests.e2e import videos
from tests.e2e.client import QUICK, Client, job
from tests.e2e.conftest import text, youtube
from tests.e2e.text_client import TextClient
from tests.permissions import judged
from tests.privacy import LOUD, private_log
from tests.stand_ins.models import Models
from tests.stand_ins.web import WebServer
from tests.stand_ins.youtube import YouTube
from tests.waiting import wait_for

__all__ = ["text", "youtube"]
MODEL = "us.amazon.some-model-v1:0"
NOWHERE = "http://127.0.0.1:9"
"""No proxy is there."""


@pytest.fixture(scope="module")
def models() -> Iterator[Models]:
    with Models() as running:
        yield running


@pytest.fixture
def stack(models: Models, youtube: YouTube) -> Iterator[LocalStack]:
    """One for each test: workers keep for life what secrets there are."""
    env = {
        **QUICK,
        "BATCHREEL_SPEECH": "transcribe",
        "BATCHREEL_BEDROCK_MODEL": MODEL,
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": models.base,
        "BATCHREEL_YOUTUBE_BASE_URL": youtube.base,
        "BATCHREEL_YOUTUBE_TIMEOUT": "2",
        "BATCHREEL_PROXY_RETRIES": "0",
    }
    with private_log() as log, judged(LocalStack(workers=2, env={**LOUD, **env}, log=log)) as running:
        yield running


def let_it_hear(stack: LocalStack, job_id: str) -> None:
    """As Transcribe does: the status moves on with each look, and the output lies in the bucket."""
    transcribe, s3 = (account.client(name, stack.aws_url) for name in ("transcribe", "s3"))
    name = f"batchreel-{job_id}"

    def there() -> list[Any]:
        found: list[Any] = transcribe.list_transcription_jobs()["TranscriptionJobSummaries"]
        return found

    wait_for(lambda: bool(there()), 60)
    while (
        transcribe.get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"][
            "TranscriptionJobStatus"
        ]
        != "COMPLETED"
    ):
        pass
    word = {"type": "pronunciation", "alternatives": [{"content": "Good", "confidence": "0.9"}]}
    items = [{**word, "start_time": "0.5", "end_time": "1.0", "speaker_label": "spk_0"}]
    document = {"jobName": name, "results": {"language_code": "en-US", "items": items}}
    bucket = stack.env["BATCHREEL_BUCKET"]
    s3.put_object(Bucket=bucket, Key=f"speech/{job_id}.json", Body=json.dumps(document).encode())
    transcribe.close()
    s3.close()


def test_speech_is_recognised_and_a_model_writes_the_summary(
    stack: LocalStack, text: TextClient, models: Models, media: WebServer
) -> None:
    wanted = {"video_url": media.url("plain/talk.mp4"), "options": {"speech_to_text": True}}
    accepted = text.process(wanted)
    job_id = accepted["individual_jobs"][0]["job_id"]
    let_it_hear(stack, job_id)
    assert text.finished(accepted["batch_id"], 120)["status"] == "completed"
    for asked in models.calls:
        call = Call("POST", asked.path, authorization=asked.headers["authorization"])
        assert call.caller == "TextWorker"
        assert stack.gateway.guard.refusal(call.caller, asks(call)) is None
    assert models.calls
    text.http.delete(f"{text.base}/batch/{accepted['batch_id']}", timeout=60).raise_for_status()


def keep(stack: LocalStack, environment: pytest.MonkeyPatch, secrets: dict[str, str]) -> None:
    """As the operator does."""
    for name, value in stack.env.items():
        environment.setenv(name, value)
    aws.forget()
    settings.cache_clear()
    for name, value in secrets.items():
        vault.store(name, value)
    aws.dynamodb().close()
    aws.kms().close()
    aws.forget()


def opened(stack: LocalStack, caller: str) -> set[str]:
    """Of the operator's secrets."""
    names = [name for user, name in stack.gateway.guard.used if user == caller and "kms:Decrypt" in name]
    return {name.rpartition(" is ")[2] for name in names}


# A stack each, as a process that has read the proxy for one worker does not read it for the other.


def test_the_proxy_is_opened_by_whoever_wants_captions(
    stack: LocalStack, text: TextClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(stack, monkeypatch, {"youtube-proxy": NOWHERE})
    text.results({"video_url": videos.url("talk-000000")})
    assert opened(stack, "TextWorker") == {"youtube-proxy"}


def test_proxy_and_cookies_are_opened_by_whoever_wants_sound(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(stack, monkeypatch, {"youtube-proxy": NOWHERE, "youtube-cookies": "# Netscape HTTP Cookie File"})
    audio = Client(stack)
    page = audio.submit(job(videos.url("talk-000000")))
    assert audio.ended(page["batchId"])["jobs"][0]["status"] == "failed"  # by a proxy that is not there
    audio.close()
    assert opened(stack, "AudioWorker") == {"youtube-proxy", "youtube-cookies"}
