"""The environment as one frozen object, read once. docs/operators.md explains each variable."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network

QUEUE_PREFIX = "BATCHREEL_QUEUE_URL_"


@dataclass(frozen=True)
class Settings:
    batches_table: str
    accounts_table: str
    bucket: str
    event_bus: str
    finish_arn: str
    kms_key: str
    queues: Mapping[str, str]
    """`<kind>-<priority>` to queue URL, from BATCHREEL_QUEUE_URL_<KIND>_<PRIORITY>."""

    queue_limit: int
    """Messages waiting in one queue above which new batches are refused."""
    worker_concurrency: int
    """Jobs of one kind that run at once, as far as waiting times are estimated."""
    seconds_per_job: int
    """What one job takes, as far as waiting times are estimated."""

    lease_seconds: int
    max_attempts: int
    retry_seconds: int
    """First pause before a transient failure is tried again; doubles with each attempt."""
    enqueue_grace_seconds: int
    """How long a batch may stay open before the watchdog looks at it."""
    resend_after_seconds: int
    """How long a job may stay queued before the watchdog sends it again; doubles each time."""
    retention_seconds: int
    """How long results can be fetched after a job has ended."""

    inline_download_bytes: int
    link_seconds: int

    webhook_schedule: tuple[float, ...]
    """Seconds before each attempt; the first is made at once, so the first number is 0."""
    webhook_timeout: float
    webhook_penalty: float
    """Least wait in seconds after a 429 or a timeout."""

    allow_nets: tuple[IPv4Network | IPv6Network, ...]
    """Networks exempt from the outbound guard. Dangerous: for development only."""
    outbound_ports: frozenset[int]
    source_max_bytes: int
    source_timeout: float
    """Seconds without a byte before a source counts as stalled."""
    ffmpeg_path: str
    """Empty: the first of `ffmpeg` on PATH, imageio-ffmpeg's."""


def from_environment(env: Mapping[str, str]) -> Settings:
    """Raises KeyError for a missing resource name, ValueError for a value that makes no sense."""

    def integer(name: str, default: int) -> int:
        return int(env.get("BATCHREEL_" + name) or default)

    def number(name: str, default: float) -> float:
        return float(env.get("BATCHREEL_" + name) or default)

    nets = env.get("BATCHREEL_DANGEROUS_ALLOW_NETS", "")
    ports = env.get("BATCHREEL_OUTBOUND_PORTS") or "80,443"
    return Settings(
        batches_table=env["BATCHREEL_BATCHES_TABLE"],
        accounts_table=env["BATCHREEL_ACCOUNTS_TABLE"],
        bucket=env["BATCHREEL_BUCKET"],
        event_bus=env["BATCHREEL_EVENT_BUS"],
        finish_arn=env["BATCHREEL_FINISH_ARN"],
        kms_key=env["BATCHREEL_KMS_KEY"],
        queues=_queues(env),
        queue_limit=integer("QUEUE_LIMIT", 10_000),
        worker_concurrency=integer("WORKER_CONCURRENCY", 20),
        seconds_per_job=integer("SECONDS_PER_JOB", 20),
        lease_seconds=integer("LEASE_SECONDS", 120),
        max_attempts=integer("MAX_ATTEMPTS", 3),
        retry_seconds=integer("RETRY_SECONDS", 20),
        enqueue_grace_seconds=integer("ENQUEUE_GRACE_SECONDS", 60),
        resend_after_seconds=integer("RESEND_AFTER_SECONDS", 900),
        retention_seconds=int(number("RETENTION_DAYS", 1) * 24 * 3600),
        inline_download_bytes=integer("INLINE_DOWNLOAD_BYTES", 4_000_000),
        link_seconds=integer("LINK_SECONDS", 3600),
        webhook_schedule=_schedule(env),
        webhook_timeout=number("WEBHOOK_TIMEOUT", 15),
        webhook_penalty=number("WEBHOOK_PENALTY", 60),
        allow_nets=tuple(ip_network(n.strip()) for n in nets.split(",") if n.strip()),
        outbound_ports=frozenset(int(p) for p in ports.split(",")),
        source_max_bytes=integer("SOURCE_MAX_BYTES", 5 * 1024**3),
        source_timeout=number("SOURCE_TIMEOUT", 30),
        ffmpeg_path=env.get("FFMPEG_PATH", ""),
    )


def _queues(env: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(QUEUE_PREFIX).lower().replace("_", "-"): url
        for name, url in env.items()
        if name.startswith(QUEUE_PREFIX)
    }


def _schedule(env: Mapping[str, str]) -> tuple[float, ...]:
    text = env.get("BATCHREEL_WEBHOOK_SCHEDULE") or "0,5,300,1800,7200,18000,36000,36000"
    waits = tuple(float(seconds) for seconds in text.split(","))
    if waits[0] != 0:
        raise ValueError("BATCHREEL_WEBHOOK_SCHEDULE must begin with 0: the first attempt is made at once")
    return waits


@cache
def settings() -> Settings:
    return from_environment(os.environ)
