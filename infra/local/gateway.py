"""One port for the whole cloud: Lambda and SQS are answered here, everything else by moto."""

from __future__ import annotations

import io
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import parse_qsl

from moto.core.base_backend import BackendDict
from moto.core.request import Request as MotoRequest
from moto.dynamodb.responses import DynamoHandler
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.stepfunctions.parser.utils import TMP_THREADS
from werkzeug.wrappers import Request, Response

from infra.iam import calls, of_s3
from infra.iam.calls import INVOKE, Call
from infra.local import moto_patches
from infra.local.account import client, quiet_libraries
from infra.local.guard import Guard, refused
from infra.local.serving import Server, listen
from infra.local.sqs import Queues, SqsError
from infra.local.workers import Answer

Invoke = Callable[[str, bytes], Answer]
"""Runs a function by its logical id."""


def _call(environ: dict[str, Any], body: bytes) -> Call:
    return Call(
        environ["REQUEST_METHOD"],
        environ["PATH_INFO"],
        environ.get("HTTP_X_AMZ_TARGET", ""),
        dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        environ.get("HTTP_AUTHORIZATION", ""),
        body,
    )


class Gateway:
    """A WSGI application that decides who answers a request, and its server.

    moto keeps its state in the process, so only one may run in a process at a time."""

    _only = threading.Lock()

    def __init__(self, invoke: Invoke) -> None:
        if not self._only.acquire(blocking=False):
            raise RuntimeError("a local stack already runs in this process")
        quiet_libraries()
        moto_patches.install()
        self._invoke = invoke
        self.guard = Guard({})
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._tables_lock = threading.Lock()
        with listen(0) as listener:
            self._server = Server(self, listener)
        self.url = self._server.url
        self.queues = Queues(self.url)
        self._patched = ExitStack()
        self._patched.enter_context(moto_patches.events_reach(self._take_event))
        # where Step Functions looks for the other services
        os.environ["MOTO_PORT"] = self.url.rpartition(":")[2]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        # the body is read off the socket before any lock is taken
        body = Request(environ).get_data()
        environ["wsgi.input"] = io.BytesIO(body)
        call = _call(environ, body)
        if not self.guard.knows(call.caller):
            return self._answer(environ, start_response, body)
        if refusal := self.guard.refusal(call.caller, calls.asks(call)):
            return refused(call, refusal)(environ, start_response)
        if call.of_s3:
            return self._of_object(call, Response.from_app(self._moto, environ))(environ, start_response)
        return self._answer(environ, start_response, body)

    def _of_object(self, call: Call, answer: Response) -> Response:
        told = of_s3.to_be_told_of_absence(call.method, call.path) if answer.status_code == 404 else None
        if told is None or self.guard.allows(call.caller, told):
            return answer
        return refused(call, f"{call.caller} is not told what is not there")

    def _answer(
        self, environ: dict[str, Any], start_response: Callable[..., Any], body: bytes
    ) -> Iterable[bytes]:
        service, _, operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
        if match := INVOKE.fullmatch(environ["PATH_INFO"]):
            return self._lambda(match[1], body)(environ, start_response)
        if service == "AmazonSQS":
            return self._sqs(operation, body)(environ, start_response)
        if service.startswith("DynamoDB"):
            return self._of_table(environ)(environ, start_response)
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return answer

    def _of_table(self, environ: dict[str, Any]) -> Response:
        """Straight to moto's handler: the way through its web applications takes a tenth of a call's time."""
        request = MotoRequest(environ)
        request.from_wsgi_server = True
        # moto has no locks in DynamoDB: it loses updates under threads
        with self._tables_lock:
            status, headers, body = DynamoHandler.dispatch(request)
        return Response(body, status, headers)

    def _sqs(self, operation: str, body: bytes) -> Response:
        kind = "application/x-amz-json-1.0"
        try:
            return Response(json.dumps(self.queues.call(operation, json.loads(body))), content_type=kind)
        except SqsError as error:
            shown = json.dumps({"__type": f"com.amazonaws.sqs#{error.code}", "message": str(error)})
            return Response(shown, 400, {"x-amzn-query-error": f"{error.query};Sender"}, content_type=kind)

    def _lambda(self, name: str, payload: bytes) -> Response:
        answer = self._invoke(name, payload)
        failed = {"X-Amz-Function-Error": "Unhandled"} if answer.error else {}
        return Response(answer.payload, headers=failed, content_type="application/json")

    def _take_event(self, queue: str, message: str) -> None:
        """EventBridge drops, in the end, what a target does not take."""
        with suppress(SqsError):
            self.queues.call("SendMessage", {"QueueUrl": queue, "MessageBody": message})

    def stop_executions(self) -> None:
        """Ends what Step Functions still runs; its threads end when the call they are in does."""
        states = client("stepfunctions", self.url)
        for machine in states.list_state_machines()["stateMachines"]:
            running = states.list_executions(
                stateMachineArn=machine["stateMachineArn"], statusFilter="RUNNING"
            )
            for execution in running["executions"]:
                states.stop_execution(executionArn=execution["executionArn"])

    def close(self) -> None:
        until = time.monotonic() + 1
        for thread in TMP_THREADS:
            thread.join(max(0.0, until - time.monotonic()))
        TMP_THREADS.clear()
        self._server.close()
        self._patched.close()
        self.queues.close()
        BackendDict.reset()
        self._only.release()
