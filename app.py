"""Which Lambda functions exist, and nothing else. Each imports its work when it first runs."""

from __future__ import annotations

from typing import Any

from chalice.app import Chalice, CloudWatchEvent, Rate, SQSEvent

from chalicelib.api import mount

app = Chalice(app_name="batchreel", configure_logs=False)
mount(app)


@app.on_sqs_message(queue="audio-normal", name="audio_worker", batch_size=1)
def audio_worker(event: SQSEvent) -> Any:
    from chalicelib.batches.work import handle

    return handle(event.to_dict(), event.context)


@app.on_sqs_message(queue="text-normal", name="text_worker", batch_size=1)
def text_worker(event: SQSEvent) -> Any:
    from chalicelib.batches.work import handle

    return handle(event.to_dict(), event.context)


@app.on_sqs_message(queue="audio-dead-letters", name="dead_letters", batch_size=1)
def dead_letters(event: SQSEvent) -> Any:
    from chalicelib.batches.dead_letters import handle

    return handle(event.to_dict())


@app.on_sqs_message(queue="intake", name="intake", batch_size=10)
def intake(event: SQSEvent) -> Any:
    from chalicelib.intake.orders import handle

    return handle(event.to_dict())


@app.on_sqs_message(queue="intake-dlq", name="intake_dead_letters", batch_size=1)
def intake_dead_letters(event: SQSEvent) -> Any:
    from chalicelib.intake.dead_letters import handle

    return handle(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES), name="watchdog")
def watchdog(event: CloudWatchEvent) -> Any:
    from chalicelib.batches.watchdog import sweep

    return sweep()


@app.lambda_function(name="aggregate")
def aggregate(event: dict[str, Any], context: Any) -> Any:
    from chalicelib.api.events import paths
    from chalicelib.batches.finish import aggregate

    return aggregate(event, paths)


@app.lambda_function(name="deliver")
def deliver(event: dict[str, Any], context: Any) -> Any:
    from chalicelib.api.events import render, render_test
    from chalicelib.webhooks.deliver import deliver
    from chalicelib.webhooks.event import Renderer

    return deliver(event, Renderer(render, render_test))


@app.lambda_function(name="recover")
def recover(event: dict[str, Any], context: Any) -> Any:
    from chalicelib.webhooks.recover import step

    return step(event)
