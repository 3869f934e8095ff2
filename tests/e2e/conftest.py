"""The real event stack, entered by the front door. Waits are shortened by configuration."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.stack import LocalStack
from tests.e2e import videos
from tests.e2e.client import QUICK, Client
from tests.e2e.text_client import TextClient
from tests.permissions import judged
from tests.privacy import LOUD, private_log
from tests.stand_ins.youtube import YouTube


@pytest.fixture(scope="package")
def youtube() -> Iterator[YouTube]:
    with YouTube(videos.VIDEOS, videos.PLAYLISTS) as running:
        yield running


@pytest.fixture(scope="package")
def stack(youtube: YouTube) -> Iterator[LocalStack]:
    env = {
        **QUICK,
        "BATCHREEL_INLINE_DOWNLOAD_BYTES": "1000000",
        "BATCHREEL_SOURCE_BUCKETS": "customer/videos",
        "BATCHREEL_DESTINATION_BUCKETS": "customer,vanished",
        "BATCHREEL_REPLY_QUEUES": "arn:aws:sqs:us-east-1:123456789012:answers-*",
        "BATCHREEL_YOUTUBE_BASE_URL": youtube.base,
        "BATCHREEL_YOUTUBE_TIMEOUT": "2",
        "BATCHREEL_BREAKER_FAILURES": "1000",  # blocked videos must not close the way for the others
    }
    with private_log() as log, judged(LocalStack(workers=2, env={**LOUD, **env}, log=log)) as running:
        yield running


@pytest.fixture
def text(stack: LocalStack) -> Iterator[TextClient]:
    made = TextClient(stack)
    yield made
    made.close()


@pytest.fixture
def client(stack: LocalStack) -> Iterator[Client]:
    made = Client(stack)
    yield made
    made.close()
