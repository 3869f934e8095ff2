"""A small application with Batchreel's Lambda functions, whose behaviour its tests choose by their events."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from chalice.app import Chalice, Rate, SQSEvent

app = Chalice(app_name="cloud", configure_logs=False)


class ServiceUnavailable(Exception):
    pass


def _leave_mark(folder: str, name: str, text: str = "") -> None:
    """Whole or not at all: a test may look at any moment."""
    unfinished = Path(os.environ["TMPDIR"]) / f"mark-{os.getpid()}"
    unfinished.write_text(text)
    unfinished.replace(Path(folder) / name)


def act(order: dict[str, Any]) -> Any:
    """Does what a test asks for: dying or failing the first time it is asked, or answering."""
    if "once" in order:
        mark = Path(order["folder"]) / order["name"]
        if not mark.exists():
            mark.write_text("")
            if order["once"] == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            raise ServiceUnavailable(order["name"])
    if "fail" in order:
        raise ValueError(order["fail"])
    return order.get("answer")


@app.on_sqs_message(queue="audio-normal", name="audio_worker", batch_size=1)
def audio_worker(event: SQSEvent) -> Any:
    records = event.to_dict()["Records"]
    orders = [json.loads(record["body"]) for record in records]
    for record, order in zip(records, orders, strict=True):
        if "folder" in order:
            _leave_mark(order["folder"], record["messageId"], json.dumps(record))
            _leave_mark(order["folder"], f"receive-{record['attributes']['ApproximateReceiveCount']}")
    return act(orders[0])


@app.on_sqs_message(queue="audio-dead-letters", name="dead_letters", batch_size=1)
def dead_letters(event: SQSEvent) -> Any:
    for record in event.to_dict()["Records"]:
        order = json.loads(record["body"])
        if "folder" in order:
            _leave_mark(order["folder"], "dead-" + record["messageId"])
    return None


@app.schedule(Rate(1, unit=Rate.MINUTES), name="watchdog")
def watchdog(event: Any) -> None:
    if folder := os.environ.get("BATCHREEL_TEST_FOLDER"):
        _leave_mark(folder, f"tick-{time.monotonic_ns()}", json.dumps(event.to_dict()))


@app.lambda_function(name="aggregate")
def aggregate(event: dict[str, Any], context: Any) -> Any:
    act(event.get("aggregate", {}))
    return {**event, "deliveries": event["deliveries"]}


@app.lambda_function(name="deliver")
def deliver(event: dict[str, Any], context: Any) -> Any:
    act(event)
    attempt = event.get("attempt", 0) + 1
    _leave_mark(event["folder"], f"{event['name']}-{attempt}")
    return {**event, "attempt": attempt, "outcome": "retry" if attempt < event["attempts"] else "delivered"}


@app.lambda_function(name="recover")
def recover(event: dict[str, Any], context: Any) -> Any:
    """As many pages as `left` says."""
    left = event["left"]
    _leave_mark(event["folder"], f"page-{left}")
    return {**event, "left": left - 1, "more": left > 1}


@app.lambda_function(name="slow")
def slow(event: dict[str, Any], context: Any) -> Any:
    """Starts a child that would outlive it, in a group of its own as ffmpeg is, then takes too long."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], process_group=0)
    _leave_mark(event["folder"], "child", str(child.pid))
    time.sleep(600)


@app.lambda_function(name="report")
def report(event: dict[str, Any], context: Any) -> Any:
    """What a handler can see of itself."""
    if "mark" in event:
        (Path(os.environ["TMPDIR"]) / event["mark"]).write_text("")
    return {
        "event": event,
        "pid": os.getpid(),
        "group": os.getpgrp(),
        "folder": os.environ["TMPDIR"],
        "variables": {k: v for k, v in os.environ.items() if k.startswith(("BATCHREEL_", "AWS_"))},
        "left": context.get_remaining_time_in_millis(),
        "function": context.function_name,
        "request": context.aws_request_id,
    }


@app.lambda_function(name="misbehave")
def misbehave(event: dict[str, Any], context: Any) -> Any:
    if event.get("exit"):
        raise SystemExit(3)
    return act(event) if event.get("fail") else object()


@app.route("/health")
def health() -> dict[str, bool]:
    return {"ok": True}


@app.route("/echo/{name}", methods=["GET", "POST", "HEAD"], content_types=["*/*"])
def echo(name: str) -> Any:
    if name == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    event = app.current_request.to_original_event()  # type: ignore[union-attr]
    return {"name": name, "event": event}
