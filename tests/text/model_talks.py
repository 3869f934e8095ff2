"""Talks, and summaries of them by a model on loopback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from chalicelib import aws
from chalicelib.text.segments import Segment
from chalicelib.text.summarize import run
from chalicelib.text.summarize.engine import Talk
from chalicelib.text.summary import Summary
from chalicelib.text.transcript import Chapter
from tests.stand_ins.models import Models

ENGINES = ("bedrock", "openai")
MODELS = {"bedrock": "bedrock/amazon.nova-lite-v1:0", "openai": "openai/small-model"}
KEY = "sk-of-the-operator"
SECONDS = 10.0
"""Each segment of a talk."""
TOPICS = ("copper", "tin", "zinc", "lead", "nickel", "silver", "iron", "cobalt", "gold", "mercury")


def talk(
    count: int = 30,
    *,
    texts: Sequence[str] = (),
    chapters: Sequence[Chapter] = (),
    language: str = "en",
) -> Talk:
    """Segments of ten seconds; `texts` stand before the usual ones."""
    usual = (
        f"Part {number} of the lecture explains how {TOPICS[number % 10]} is smelted in furnace {number}."
        for number in range(len(texts), count)
    )
    segments = tuple(
        Segment(index, text, index * SECONDS, (index + 1) * SECONDS, len(text.split()))
        for index, text in enumerate([*texts, *usual])
    )
    return Talk(
        segments=segments,
        chapters=tuple(chapters),
        language=language,
        punctuated=True,
        duration=count * SECONDS,
    )


class Bench:
    def __init__(self, server: Models, model: str = "") -> None:
        self.server = server
        self.model = model
        """`<engine>/<model>`, as usage names it."""
        self.pauses: list[float] = []

    def run(
        self, of: Talk, *modes: str, wishes: str | None = None, seconds: float = 300
    ) -> dict[str, Summary]:
        made = run(of, modes, wishes, seconds_left=lambda: seconds, sleep=self.pauses.append)
        assert [summary.mode for summary in made] == list(modes)
        return {summary.mode: summary for summary in made}


@contextmanager
def bench(monkeypatch: pytest.MonkeyPatch, engine: str, /, **options: object) -> Iterator[Bench]:
    """`engine`: which has a model. `options`: settings, without their prefix."""
    with Models() as server:
        for name in ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY"):
            monkeypatch.setenv("BATCHREEL_" + name, "unused")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.base)
        monkeypatch.setenv("BATCHREEL_OPENAI_KEY", KEY)
        if engine == "bedrock":
            monkeypatch.setenv("BATCHREEL_BEDROCK_MODEL", "amazon.nova-lite-v1:0")
        if engine == "openai":
            monkeypatch.setenv("BATCHREEL_OPENAI_BASE_URL", server.url("/v1"))
            monkeypatch.setenv("BATCHREEL_OPENAI_MODEL", "small-model")
        for name, value in options.items():
            monkeypatch.setenv("BATCHREEL_" + name.upper(), str(value))
        aws.bedrock.cache_clear()
        yield Bench(server, MODELS.get(engine, ""))
        aws.bedrock.cache_clear()
