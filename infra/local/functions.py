"""The Lambda functions: what the Chalice app, .chalice/config.json and the template say of each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalice.app import Chalice, ScheduledEventConfig, SQSEventConfig
from chalice.utils import to_cfn_resource_name

API = "api_handler"
LAMBDA_BATCH_SIZE = 10
LONG_SECONDS = 300
_UNITS = {"minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True)
class QueueEvent:
    """One event source mapping, as far as a poller has to know it."""

    name: str
    queue: Any
    """ARN of the queue, still to be resolved against the template."""
    batch_size: int
    maximum_concurrency: int | None
    partial: bool
    """Whether the answer may name single messages that failed."""


@dataclass(frozen=True)
class Function:
    name: str
    logical_id: str
    timeout: float
    """Seconds."""
    long: bool
    """Works for minutes, so it must not take a place that short functions wait for."""
    queues: tuple[QueueEvent, ...]
    every: float | None
    """Seconds between its scheduled runs."""


def functions(app: Chalice, config: Path, resources: Mapping[str, Any]) -> dict[str, Function]:
    """Every Lambda function by its name in `app.handler_map`, and the API as `api_handler`.

    Raises KeyError when the app listens to a queue that the template does not connect to it."""
    timeouts = _timeouts(json.loads(config.read_text()))
    events = {source.name: source for source in app.event_sources}
    names = [API, *events, *(f.name for f in app.pure_lambda_functions)]
    return {n: _function(n, timeouts.get(n, timeouts[""]), events.get(n), resources) for n in names}


def _function(name: str, timeout: float, source: Any, resources: Mapping[str, Any]) -> Function:
    logical_id = "APIHandler" if name == API else to_cfn_resource_name(name)
    patch = resources.get(logical_id, {}).get("Properties", {})
    is_long = timeout >= LONG_SECONDS or bool(patch.get("Layers"))
    return Function(name, logical_id, timeout, is_long, _queues(logical_id, source, patch), _interval(source))


def _timeouts(config: dict[str, Any]) -> dict[str, float]:
    [stage] = config["stages"].values()
    own = stage.get("lambda_functions", {})
    default = float(stage.get("lambda_timeout", 60))
    return {"": default} | {n: float(f.get("lambda_timeout", default)) for n, f in own.items()}


def _queues(logical_id: str, source: Any, patch: Mapping[str, Any]) -> tuple[QueueEvent, ...]:
    events: dict[str, Any] = patch.get("Events", {})
    generated = f"{logical_id}SqsEventSource"
    sizes = {}
    if isinstance(source, SQSEventConfig):
        if "Queue" not in events.get(generated, {}).get("Properties", {}):
            raise KeyError(f"{logical_id}: the template says nothing of {generated}")
        sizes[generated] = source.batch_size
    return tuple(
        _queue_event(name, event["Properties"], sizes.get(name, LAMBDA_BATCH_SIZE))
        for name, event in events.items()
        if "Queue" in event["Properties"]
    )


def _queue_event(name: str, properties: Mapping[str, Any], batch_size: int) -> QueueEvent:
    concurrency = properties.get("ScalingConfig", {}).get("MaximumConcurrency")
    return QueueEvent(
        name=name,
        queue=properties["Queue"],
        batch_size=int(properties.get("BatchSize", batch_size)),
        maximum_concurrency=None if concurrency is None else int(concurrency),
        partial="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", ()),
    )


def _interval(source: Any) -> float | None:
    if not isinstance(source, ScheduledEventConfig):
        return None
    expression = source.schedule_expression
    text = expression if isinstance(expression, str) else expression.to_string()
    match = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", text)
    if match is None:
        raise NotImplementedError(f"schedule {text}")
    return int(match[1]) * _UNITS[match[2]]
