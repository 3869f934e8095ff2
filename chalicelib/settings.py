"""The environment as one frozen object, read once. docs/operators.md explains each variable."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal, get_args
from urllib.parse import urlsplit

QUEUE_PREFIX = "BATCHREEL_QUEUE_URL_"
TEXT_SOURCES = ("captions", "youtube", "yt-dlp", "subtitle-track", "speech")
ENGINES = ("auto", "embedded", "bedrock", "openai")
RECOGNISERS = ("transcribe", "whisper")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.'()=@+-]+)*")
_QUEUES_ARN = re.compile(r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:([A-Za-z0-9_-]+\*?|\*)")
WORKER_MB = 1769
"""Memory of a worker in .chalice/config.json if it computes: the least that has one whole CPU."""
READER_MB = 512
"""Memory of one that waits for others most of its time."""
Architecture = Literal["x86_64", "arm64"]
"""Of a processor, by Lambda's names."""
ARCHITECTURES: tuple[Architecture, ...] = get_args(Architecture)
JS_RUNTIMES = ("deno", "node", "bun", "quickjs")
TARGET_LUFS = (-50.0, -5.0)
"""Lowest and highest. Further down, the meter's gate (-70 LUFS) begins to take quiet parts for silence."""
TARGET_PEAK = (-9.0, 0.0)


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

    intake_queue: str
    """URL, as of the two below: where orders come in as messages."""
    replies_queue: str
    """Where those are answered that name no queue of their own."""
    given_up_queue: str
    """Where orders are kept that could be neither accepted nor refused for a reason of theirs."""
    reply_queues: tuple[str, ...]
    """ARNs of queues that orders may name, each perhaps with `*` at its end."""
    intake_trusts_accounts: bool
    """Whether an order may say whose it is, without a key."""

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
    upload_seconds: int
    """How long a link is good by which a caller sends a file."""
    source_buckets: tuple[str, ...]
    """`bucket` or `bucket/prefix`: where `s3://` sources may lie."""
    destination_buckets: tuple[str, ...]
    """Where results may be copied to."""
    source_connections: int
    """At once to the host of one large source; 1: no more than the first."""
    max_duration_seconds: int
    """Of the sound of one source."""
    ffmpeg_path: str
    """Empty: the first of `ffmpeg` on PATH, imageio-ffmpeg's."""
    target_lufs: float
    """Of normalised audio whose request names none."""
    target_peak: float
    """dBTP."""

    longest_wait_seconds: int
    """How long a job may wait for something outside, from its first start."""
    retry_after_most: int
    """Seconds; no pause between two attempts of a job is longer, whatever its failure asks for."""
    text_sources: tuple[str, ...]
    """Where transcripts are looked for, in this order."""
    transcript_cache_seconds: int
    """How long captions of public videos are kept for the next job; 0: not at all."""
    youtube_base_url: str
    """A stand-in for YouTube, on loopback only; empty: YouTube."""
    youtube_timeout: float
    proxy_retries: int
    """Times a blocked request is repeated through a rotating proxy."""
    breaker_failures: int
    """Blocked answers in a row after which a way to YouTube is left alone."""
    breaker_seconds: int
    expand_limit: int
    """Videos of a playlist or channel."""
    engine: str
    """`auto`, `embedded`, `bedrock` or `openai`."""
    bedrock_model: str
    openai_base_url: str
    openai_model: str
    model_context: int
    """Tokens that a call of the model may hold, answer included."""
    model_timeout: float
    speech: str
    """`transcribe`, `whisper`, or empty: no recogniser."""
    speech_max_minutes: int
    whisper_model_dir: str

    pages: bool
    """Whether an audio job looks for the media in a page."""
    page_max_seconds: int
    """Of the media that a page plays, as far as the page tells."""
    memory_mb: int
    """Of this worker, as Lambda tells; elsewhere as if it were one."""
    architecture: str
    """Of all functions: x86_64 or arm64, which has a price of its own."""
    model_prices: Mapping[str, tuple[float, float]]
    """Dollars for a million tokens in and out, by `<engine>/<model>`."""
    js_runtime: str
    """`name:path` of a program that solves YouTube's challenges; empty: none."""


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
        intake_queue=env.get("BATCHREEL_INTAKE_QUEUE", ""),
        replies_queue=env.get("BATCHREEL_REPLIES_QUEUE", ""),
        given_up_queue=env.get("BATCHREEL_GIVEN_UP_QUEUE", ""),
        reply_queues=_reply_queues(env),
        intake_trusts_accounts=_choices(env, "INTAKE_TRUSTS_ACCOUNTS", ("true", "false"), default="false")
        == ("true",),
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
        upload_seconds=integer("UPLOAD_SECONDS", 3600),
        source_buckets=_buckets(env, "BATCHREEL_SOURCE_BUCKETS"),
        destination_buckets=_buckets(env, "BATCHREEL_DESTINATION_BUCKETS"),
        source_connections=integer("SOURCE_CONNECTIONS", 4),
        max_duration_seconds=integer("MAX_DURATION_SECONDS", 24 * 3600),
        ffmpeg_path=env.get("FFMPEG_PATH", ""),
        target_lufs=_within(TARGET_LUFS, "TARGET_LUFS", number("TARGET_LUFS", -16)),
        target_peak=_within(TARGET_PEAK, "TARGET_PEAK", number("TARGET_PEAK", -1.5)),
        longest_wait_seconds=integer("LONGEST_WAIT_SECONDS", 6 * 3600),
        retry_after_most=integer("RETRY_AFTER_MOST", 3600),
        text_sources=_choices(env, "TEXT_SOURCES", TEXT_SOURCES),
        transcript_cache_seconds=int(number("TRANSCRIPT_CACHE_DAYS", 7) * 24 * 3600),
        youtube_base_url=_loopback(env.get("BATCHREEL_YOUTUBE_BASE_URL", "")),
        youtube_timeout=number("YOUTUBE_TIMEOUT", 20),
        proxy_retries=integer("PROXY_RETRIES", 10),
        breaker_failures=integer("BREAKER_FAILURES", 5),
        breaker_seconds=integer("BREAKER_SECONDS", 900),
        expand_limit=integer("EXPAND_LIMIT", 500),
        engine=_choices(env, "ENGINE", ENGINES, default="auto")[0],
        bedrock_model=env.get("BATCHREEL_BEDROCK_MODEL", ""),
        openai_base_url=env.get("BATCHREEL_OPENAI_BASE_URL", ""),
        openai_model=env.get("BATCHREEL_OPENAI_MODEL", ""),
        model_context=integer("MODEL_CONTEXT", 100_000),
        model_timeout=number("MODEL_TIMEOUT", 120),
        speech=_choices(env, "SPEECH", ("", *RECOGNISERS), default="")[0],
        speech_max_minutes=integer("SPEECH_MAX_MINUTES", 240),
        whisper_model_dir=env.get("BATCHREEL_WHISPER_MODEL_DIR", ""),
        pages=_choices(env, "PAGES", ("on", "off"), default="on") == ("on",),
        page_max_seconds=integer("PAGE_MAX_SECONDS", 12 * 3600),
        memory_mb=int(env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE") or WORKER_MB),
        architecture=_choices(env, "ARCHITECTURE", ARCHITECTURES, default="x86_64")[0],
        model_prices=model_prices(env.get("BATCHREEL_MODEL_PRICES", "")),
        js_runtime=_js_runtime(env.get("BATCHREEL_JS_RUNTIME", "")),
    )


def _choices(
    env: Mapping[str, str], name: str, known: tuple[str, ...], default: str | None = None
) -> tuple[str, ...]:
    """A comma-separated list of known words; all of them if it is not set and has no default."""
    text = env.get("BATCHREEL_" + name) or (",".join(known) if default is None else default)
    words = tuple(word.strip() for word in text.split(","))
    unknown = [word for word in words if word not in known]
    if unknown:
        raise ValueError(f"BATCHREEL_{name}: {unknown[0]!r} is none of {', '.join(known)}")
    return words


def _buckets(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The template makes an IAM policy of the same list, so an entry is what both read alike."""
    text = env.get(name, "")
    entries = tuple(text.split(",")) if text else ()
    wrong = [entry for entry in entries if not _BUCKET.fullmatch(entry)]
    if wrong:
        raise ValueError(f"{name}: {wrong[0]!r} is no bucket or bucket/prefix")
    return entries


def _reply_queues(env: Mapping[str, str]) -> tuple[str, ...]:
    """The template makes an IAM policy of the same list."""
    text = env.get("BATCHREEL_REPLY_QUEUES", "")
    entries = tuple(text.split(",")) if text else ()
    wrong = [entry for entry in entries if not _QUEUES_ARN.fullmatch(entry)]
    if wrong:
        raise ValueError(f"BATCHREEL_REPLY_QUEUES: {wrong[0]!r} is no ARN of a queue")
    return entries


def _within(limits: tuple[float, float], name: str, value: float) -> float:
    if not limits[0] <= value <= limits[1]:
        raise ValueError(f"BATCHREEL_{name} must be from {limits[0]:g} to {limits[1]:g}")
    return value


def _loopback(url: str) -> str:
    """Tests may put a stand-in into YouTube's place; nobody else may."""
    if url and urlsplit(url).hostname not in ("127.0.0.1", "::1"):
        raise ValueError("BATCHREEL_YOUTUBE_BASE_URL must be a loopback address")
    return url.rstrip("/")


def _js_runtime(text: str) -> str:
    """`/opt/bin/deno` is `deno:/opt/bin/deno`."""
    name, _, path = text.rpartition(":")
    file_name = path.rpartition("/")[2]
    name = name or {"qjs": "quickjs"}.get(file_name, file_name)
    if text and (name not in JS_RUNTIMES or not path.startswith("/")):
        raise ValueError(f"BATCHREEL_JS_RUNTIME must be a path or name:path of {', '.join(JS_RUNTIMES)}")
    return f"{name}:{path}" if text else ""


def model_prices(text: str) -> dict[str, tuple[float, float]]:
    """Of BATCHREEL_MODEL_PRICES. Raises ValueError."""
    wrong = ValueError('BATCHREEL_MODEL_PRICES must be JSON such as {"openai/some-model": [0.15, 0.6]}')
    try:
        given = json.loads(text or "{}")
        prices = {name: (float(into), float(out)) for name, (into, out) in given.items()}
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise wrong from error
    if not all(0 <= price < math.inf for pair in prices.values() for price in pair):
        raise wrong
    return prices


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
