"""The Lambda functions: what the Chalice app, .chalice/config.json and the template say of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from chalice.app import Chalice, Rate, ScheduledEventConfig, SQSEventConfig
from chalice.utils import to_cfn_resource_name

API = "api_handler"
LONG_SECONDS = 300


@dataclass(frozen=True)
class QueueEvent:
    """One event source mapping, as far as a poller has to know it."""

    name: str
    queue: Any
    """ARN of the queue, still to be resolved against the template."""
    batch_size: int
    maximum_concurrency: Any
    """To be resolved too."""
    partial: bool
    """Whether the answer may name single messages that failed."""


@dataclass(frozen=True)
class Function:
    name: str
    logical_id: str
    timeout: float
    """Seconds."""
    queues: tuple[QueueEvent, ...]
    every: float | None
    """Seconds between its scheduled runs."""

    @property
    def pool(self) -> str:
        """Functions that work for minutes must not take a place that short ones or requests wait for."""
        return "api" if self.name == API else "long" if self.timeout >= LONG_SECONDS else "short"


def functions(app: Chalice, config: Path, resources: Mapping[str, Any]) -> dict[str, Function]:
    """Every Lambda function by its name in `app.handler_map`, and the API as `api_handler`.

    Raises KeyError when the app listens to a queue that the template does not connect to it."""
    [stage] = json.loads(config.read_text())["stages"].values()
    sources = {source.name: source for source in app.event_sources}

    def function(name: str) -> Function:
        logical_id = "APIHandler" if name == API else to_cfn_resource_name(name)
        source, own = sources.get(name), stage["lambda_functions"].get(name, {})
        timeout = float(own.get("lambda_timeout", stage["lambda_timeout"]))
        patch = resources.get(logical_id, {}).get("Properties", {})
        queues = _queues(logical_id, source, patch) if isinstance(source, SQSEventConfig) else ()
        return Function(name, logical_id, timeout, queues, _interval(source))

    names = [API, *sources, *(f.name for f in app.pure_lambda_functions)]
    return {name: function(name) for name in names}


def _queues(logical_id: str, source: SQSEventConfig, patch: Mapping[str, Any]) -> tuple[QueueEvent, ...]:
    generated = f"{logical_id}SqsEventSource"
    events = {name: event["Properties"] for name, event in patch.get("Events", {}).items()}
    if "Queue" not in events.get(generated, {}):
        raise KeyError(f"{logical_id}: the template says nothing of {generated}")
    events[generated] = {"BatchSize": source.batch_size, **events[generated]}
    return tuple(_queue_event(name, properties) for name, properties in events.items())


def _queue_event(name: str, properties: Mapping[str, Any]) -> QueueEvent:
    return QueueEvent(
        name=name,
        queue=properties["Queue"],
        batch_size=properties["BatchSize"],
        maximum_concurrency=properties.get("ScalingConfig", {}).get("MaximumConcurrency", 1000),
        partial="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", ()),
    )


def _interval(source: Any) -> float | None:
    if not isinstance(source, ScheduledEventConfig):
        return None
    rate = source.schedule_expression
    if not isinstance(rate, Rate):
        raise NotImplementedError(f"schedule {rate} of {source.name}")
    return timedelta(**{rate.unit.lower(): rate.value}).total_seconds()
