from __future__ import annotations

from typing import Any

import pytest
from chalice.app import Chalice, Cron, Rate, SQSEventConfig

from infra.local.account import ROOT
from infra.local.functions import functions
from tests.local.app import app as small
from tests.local.test_apply import DOCUMENT

CONFIG = ROOT / ".chalice" / "config.json"


def nothing(event: Any) -> None:
    pass


def of(app: Chalice, resources: Any = None) -> Any:
    return functions(app, CONFIG, DOCUMENT["Resources"] if resources is None else resources)


def test_every_queue_of_the_app_stands_in_the_template() -> None:
    from app import app

    listening = {source.name for source in app.event_sources if isinstance(source, SQSEventConfig)}
    assert listening
    assert {name for name, function in of(app).items() if function.queues} == listening


def test_functions_are_described_by_app_config_and_template() -> None:
    found = of(small)
    worker = found["audio_worker"]
    assert (worker.logical_id, worker.timeout, worker.pool, worker.every) == (
        "AudioWorker",
        900,
        "long",
        None,
    )
    assert [(e.name, e.batch_size, e.maximum_concurrency, e.partial) for e in worker.queues] == [
        ("AudioWorkerSqsEventSource", 1, {"Ref": "WorkerConcurrency"}, True),
        ("High", 1, {"Ref": "WorkerConcurrency"}, True),
        ("Low", 1, {"Ref": "LowConcurrency"}, True),
    ]
    assert (found["watchdog"].every, found["watchdog"].timeout, found["watchdog"].pool) == (60, 60, "short")
    assert (found["api_handler"].logical_id, found["api_handler"].pool) == ("APIHandler", "api")
    assert "echo" not in found


def test_queue_that_the_template_does_not_know_is_an_error() -> None:
    app = Chalice(app_name="x", configure_logs=False)
    app.on_sqs_message(queue="q", name="lonely")(nothing)
    with pytest.raises(KeyError, match="LonelySqsEventSource"):
        of(app)


def test_rates() -> None:
    app = Chalice(app_name="x", configure_logs=False)
    app.schedule(Rate(2, unit=Rate.HOURS), name="tick")(nothing)
    assert of(app, {})["tick"].every == 7200


@pytest.mark.parametrize("expression", [Cron(0, 12, "*", "*", "?", "*"), "rate(1 day)"])
def test_other_schedules_are_refused(expression: Any) -> None:
    app = Chalice(app_name="x", configure_logs=False)
    app.schedule(expression, name="tick")(nothing)
    with pytest.raises(NotImplementedError):
        of(app, {})
