"""One port for the whole cloud: Lambda and SQS are answered here, everything else by moto."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.stepfunctions.parser.utils import TMP_THREADS
from werkzeug.serving import make_server

from infra.local import moto_patches
from infra.local.account import HOST, client, function_arn
from infra.local.sqs import Queues
from infra.local.sqs_rules import SqsError
from infra.local.workers import Answer

log = logging.getLogger(__name__)

Environ = dict[str, Any]
INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations/?")


Invoke = Callable[[str, bytes], Answer]
"""Runs a function by its logical id; raises KeyError for an unknown one."""


class Middleware:
    """WSGI: decides who answers a request."""

    def __init__(self, queues: Queues, invoke: Invoke) -> None:
        self._queues, self._invoke = queues, invoke
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._tables = create_backend_app("dynamodb")  # finding it anew for each call is a tenth of its time
        self._tables_lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = _buffered(environ)
        service, _, operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
        if match := INVOKE.fullmatch(environ["PATH_INFO"]):
            event = environ.get("HTTP_X_AMZ_INVOCATION_TYPE") == "Event"
            return _send(start_response, *self._lambda(_function_id(match[1]), body, event))
        if service == "AmazonSQS":
            return _send(start_response, *self._sqs(operation, body))
        if service.startswith("DynamoDB"):
            # moto has no locks in DynamoDB: it loses updates under threads
            with self._tables_lock:
                return list(self._tables(environ, start_response))
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return answer

    def _sqs(self, operation: str, body: bytes) -> tuple[str, bytes, dict[str, str]]:
        kind = {"Content-Type": "application/x-amz-json-1.0"}
        try:
            answer = self._queues.call(operation, json.loads(body or b"{}"))
        except SqsError as error:
            shown = json.dumps({"__type": f"com.amazonaws.sqs#{error.code}", "message": str(error)})
            return "400 Bad Request", shown.encode(), {**kind, "x-amzn-query-error": f"{error.query};Sender"}
        return "200 OK", json.dumps(answer).encode(), kind

    def _lambda(self, name: str, payload: bytes, event: bool) -> tuple[str, bytes, dict[str, str]]:
        try:
            if event:
                threading.Thread(target=self._invoke, args=(name, payload), daemon=True).start()
                return "202 Accepted", b"", {}
            answer = self._invoke(name, payload)
        except KeyError:
            message = {"Type": "User", "Message": f"Function not found: {function_arn(name)}"}
            headers = {"Content-Type": "application/json", "x-amzn-ErrorType": "ResourceNotFoundException"}
            return "404 Not Found", json.dumps(message).encode(), headers
        headers = {"Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST"}
        if answer.error:
            headers["X-Amz-Function-Error"] = "Unhandled"
        return "200 OK", answer.payload, headers


def _function_id(reference: str) -> str:
    """The name from a name, a name with a version, or an ARN."""
    parts = unquote(reference).split(":")
    return parts[6] if parts[0] == "arn" else parts[0]


def _buffered(environ: Environ) -> bytes:
    """Reads the body off the socket before any lock is taken."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _send(start_response: Any, status: str, body: bytes, headers: dict[str, str]) -> list[bytes]:
    # Step Functions in moto fails with a KeyError when an error has no request id
    always = {"Content-Length": str(len(body)), "x-amzn-RequestId": str(uuid.uuid4())}
    start_response(status, list({**headers, **always}.items()))
    return [body]


class _Handler(MotoRequestHandler):
    connections: set[socket.socket]

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections.add(self.connection)

    def finish(self) -> None:
        self.connections.discard(self.connection)
        super().finish()

    def log_request(self, *args: Any) -> None:
        """Nobody wants a line for each AWS call."""


class Gateway:
    """The server. moto keeps its state in the process, so only one may run in a process at a time."""

    _only = threading.Lock()

    def __init__(self, invoke: Invoke) -> None:
        if not self._only.acquire(blocking=False):
            raise RuntimeError("a local stack already runs in this process")
        moto_patches.install()
        self._port_before = os.environ.get("MOTO_PORT")
        self._connections: set[socket.socket] = set()
        handler = type("Handler", (_Handler,), {"connections": self._connections})
        self._server = make_server(HOST, 0, self._serve, threaded=True, request_handler=handler)
        os.environ["MOTO_PORT"] = str(self._server.server_port)
        self.url = f"http://{HOST}:{self._server.server_port}"
        self.queues = Queues(self.url)
        self.application = Middleware(self.queues, invoke)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="gateway", daemon=True
        )
        self._thread.start()

    def _serve(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self.application(environ, start_response)

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
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for connection in list(self._connections):
            _hang_up(connection)
        self.queues.close()
        BackendDict.reset()
        self._restore_port()
        self._only.release()

    def _restore_port(self) -> None:
        if self._port_before is None:
            os.environ.pop("MOTO_PORT", None)
        else:
            os.environ["MOTO_PORT"] = self._port_before


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("a client had hung up already")
