"""Prices times counts: what one item costs, by what would change it. Nothing is measured here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from chalicelib.audio import effort as audio
from chalicelib.audio import upload
from chalicelib.batches.running import WRITE_EVERY_MS
from chalicelib.settings import READER_MB, WORKER_MB
from chalicelib.text import effort as text
from chalicelib.usage import prices

MEMORIES: Final = (READER_MB, 1024, WORKER_MB, 3008)
FETCHED_BYTES: Final = 60_000_000
CALL_SECONDS: Final = 0.01
"""That a function waits for one call of AWS."""
MODEL_SECONDS: Final = 4.0
"""That a worker waits for a model of Bedrock to write one summary."""
MODEL: Final = "bedrock/amazon.nova-lite-v1:0"
LIFECYCLE_KB: Final = 1.0
"""That Lambda logs of each invocation by itself: its start, its end, its report."""
POLLERS: Final = 5
"""Of each event source, that Lambda lets wait at a queue while it is empty."""
POLL_SECONDS: Final = 20
MONTH_SECONDS: Final = 730 * 3600
PARTS: Final[Mapping[str, str]] = {
    "lambda": "Lambda",
    "dynamodb": "DynamoDB",
    "sqs": "SQS",
    "step_functions": "Steps",
    "s3": "S3",
    "api_gateway": "API",
    "logs": "logs",
    "events": "other",
    "kms": "other",
    "tokens": "tokens",
}


def share(mb: int) -> float:
    """Of a CPU. One thread, as an encoder of sound has, gains nothing from more than one."""
    return min(1.0, mb / WORKER_MB)


@dataclass(frozen=True)
class Work:
    """Of a worker on one item, in seconds."""

    cpu: float
    arriving: float = 0.0
    """Of its source, while the CPU is at work."""
    waiting: float = 0.0
    """While nothing else goes on."""

    def seconds(self, mb: int) -> float:
        return max(self.cpu / share(mb), self.arriving) + self.waiting


@dataclass(frozen=True)
class Item:
    name: str
    work: Work
    counts: Mapping[str, float]
    """By the names of the price table: its own, and its part of what its batch takes."""
    progress_units: int = 1
    """Write units of one word of progress."""
    every: float = WRITE_EVERY_MS / 1000
    """Seconds between two of them."""
    tokens: float = 0.0
    """Dollars."""
    mb: int = WORKER_MB
    """Memory of its worker as it is deployed."""


def dollars(item: Item, mb: int | None = None, architecture: str = "x86_64") -> Mapping[str, float]:
    """By part of PARTS."""
    mb = mb or item.mb
    seconds = item.work.seconds(mb)
    counts = Counter(item.counts)
    counts.update({f"lambda.gb_second_{architecture}": gb_seconds(seconds, mb)})
    counts.update({"dynamodb.write_unit": item.progress_units * seconds / item.every})
    parts: dict[str, float] = dict.fromkeys(PARTS.values(), 0.0)
    for call, count in counts.items():
        parts[PARTS[call.partition(".")[0]]] += count * prices.each(call)
    parts["tokens"] += item.tokens
    return parts


def total(item: Item, mb: int | None = None, architecture: str = "x86_64") -> float:
    return sum(dollars(item, mb, architecture).values())


def gb_seconds(seconds: float, mb: int) -> float:
    return seconds * mb / 1024


def model_tokens() -> float:
    """Dollars for one summary of ten minutes, by the figures behind estimates."""
    into = 10 * text.TOKENS_A_MINUTE + text.RULES
    price_in, price_out = prices.table()["tokens"][MODEL]
    return float(into * price_in + text.ANSWER * price_out) / 1_000_000


def puts(size: int) -> int:
    """Requests that store a file: begun, its parts, ended; a small one in one go."""
    return 1 if size < upload.ONE_REQUEST_BYTES else -(-size // upload.PART_BYTES) + 2


def arriving(bytes_a_second: float | None = None) -> float:
    """Seconds until ten minutes have been fetched; as estimates reckon unless a speed is given."""
    return FETCHED_BYTES / bytes_a_second if bytes_a_second else audio.FETCHING


def levers(item: Item, polls: Mapping[str, float]) -> Mapping[str, Item]:
    """The item after one change at a time. `polls`: what polling costs of its counts."""
    counts, work = item.counts, item.work
    without = {name: count - polls.get(name, 0) for name, count in counts.items()}
    quick = replace(work, arriving=work.arriving / 3, waiting=work.waiting / 3)
    return {
        "a source three times as quick": replace(item, work=quick),
        "no polls": replace(item, counts=without),
        "progress every 10 s": replace(item, every=10.0),
        "no logs": replace(item, counts={**counts, "logs.kb": 0}),
    }


@dataclass(frozen=True)
class Idle:
    """What is charged in a month in which nothing happens."""

    sources: int
    """Queues that functions wait at."""
    watchdog_seconds: float
    watchdog_mb: int
    counts: Mapping[str, float] = field(default_factory=dict)
    """Of one round of the watchdog."""

    def dollars(self) -> Mapping[str, float]:
        rounds = MONTH_SECONDS / 60
        round_counts = {
            "lambda.request": 1,
            "lambda.gb_second_x86_64": gb_seconds(self.watchdog_seconds, self.watchdog_mb),
            **self.counts,
        }
        polls = self.sources * POLLERS * MONTH_SECONDS / POLL_SECONDS
        return {
            "queues that are waited at": polls * prices.each("sqs.request"),
            "the watchdog": rounds * sum(count * prices.each(call) for call, count in round_counts.items()),
            "the key": prices.each("kms.key_month"),
        }
