"""The whole local cloud as one object: for `python -m infra.local`, for tests and for the demo."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from infra.local import account, template
from infra.local.apply import Applier
from infra.local.functions import API, Function, functions
from infra.local.gateway import Gateway
from infra.local.pollers import QueuePoller, Timer
from infra.local.processes import Kept, Plan
from infra.local.workers import Answer, Pool

SHORT_WORKERS = 2
GRACE_SECONDS = 2.0
LOOPBACK = "127.0.0.0/8,::1/128"
FRONT = "infra.local.front_server"

EnsureKey = Callable[..., Any]


class LocalStack:
    """Use as a context manager; one at a time in a process."""

    key: str = ""
    webhook_secret: str = ""

    def __init__(
        self,
        port: int = 0,
        workers: int = 2,
        env: Mapping[str, str] | None = None,
        app: str = "app",
        *,
        api_key: str | None = None,
        ensure_key: EnsureKey | bool | None = True,
        infra: Path = account.ROOT / "infra",
        config: Path = account.ROOT / ".chalice" / "config.json",
        log: int = 2,
    ) -> None:
        """`port` 0 takes a free one; `workers` run the long functions; `env` overrides the functions'
        variables; `ensure_key` makes the API key (True: infra.admin's, None: there is none); `log` is
        the file descriptor that takes the output of the children."""
        self._port, self._workers, self._overrides = port, workers, dict(env or {})
        self._app, self._infra, self._config, self._log = app, infra, config, log
        self._api_key, self._ensure_key = api_key, ensure_key
        self._stack = ExitStack()
        self._pools: dict[bool, Pool] = {}
        self._functions: dict[str, Function] = {}
        self.outputs: dict[str, str] = {}
        self.env: dict[str, str] = {}
        """What a process needs to use the stack: the AWS variables and the functions' own."""

    def __enter__(self) -> LocalStack:
        with ExitStack() as starting:
            self._start(starting)
            self._stack = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def url(self) -> str:
        """Where the API answers."""
        return f"http://{account.HOST}:{self._port}"

    def invoke(self, function: str, payload: Any) -> Answer:
        """Runs a function, named by its logical id or its handler, through a worker; raises KeyError."""
        return self._invoke_named(function, json.dumps(payload).encode())

    def worker_pids(self) -> list[int]:
        return [pid for pool in self._pools.values() for pid in pool.pids()]

    @property
    def front_pid(self) -> int:
        return self._front.child.pid

    def _start(self, stack: ExitStack) -> None:
        listener = stack.enter_context(_listen(self._port))
        self._port = listener.getsockname()[1]
        folder = Path(tempfile.mkdtemp(prefix="batchreel-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        self.gateway = Gateway(self._invoke_named)
        stack.callback(self.gateway.close)
        self.aws_url = self.gateway.url
        applier, document = self._apply()
        plan = Plan(self._app, {**account.inherited(), **self.env}, folder, self._log)
        self._start_workers(stack, plan)
        self._front = self._start_front(plan, listener, document)
        stack.callback(self._front.close)
        for pool in self._pools.values():
            pool.wait_ready()
        self._front.wait_ready()
        self._make_key()
        stack.callback(self._stop_work, self._start_work(applier))

    def _apply(self) -> tuple[Applier, dict[str, Any]]:
        document = template.read(self._infra / "resources.yaml", self._infra / "functions.yaml")
        app = importlib.import_module(self._app).app
        self._functions = functions(app, self._config, document["Resources"])
        names = [f.logical_id for f in self._functions.values()]
        applier = Applier(document, self.aws_url, self._infra, names)
        self.outputs = applier.apply()
        variables = {"BATCHREEL_DANGEROUS_ALLOW_NETS": LOOPBACK, **self._overrides}
        self.env = {**account.environment(self.aws_url), **applier.environment(names), **variables}
        return applier, document

    def _start_workers(self, stack: ExitStack, plan: Plan) -> None:
        """Long and short functions have their own workers, so that no job can hold up the rest."""
        self._pools = {True: Pool(plan, self._workers), False: Pool(plan, SHORT_WORKERS)}
        for pool in self._pools.values():
            stack.callback(pool.close)

    def _start_front(self, plan: Plan, listener: socket.socket, document: Mapping[str, Any]) -> Kept:
        api = document["Resources"].get("RestAPI", {}).get("Properties", {})
        timeout, number = str(self._functions[API].timeout), listener.fileno()
        responses = api.get("GatewayResponses", {})
        return Kept(plan, FRONT, str(number), timeout, inherit=(number,), greeting=responses)

    def _start_work(self, applier: Applier) -> list[QueuePoller | Timer]:
        override = self._overrides.get("BATCHREEL_SCHEDULE_SECONDS")
        started: list[QueuePoller | Timer] = []
        for function in self._functions.values():
            slots = self._pools[function.long].slots
            for event in function.queues:
                queue = applier.value(event.queue).rpartition(":")[2]
                queues = self.gateway.queues
                started.append(QueuePoller(queues, queue, event, function, self._invoke, slots))
            if function.every:
                started.append(Timer(function, float(override or function.every), self._invoke))
        return started

    def _stop_work(self, started: list[QueuePoller | Timer]) -> None:
        until = time.monotonic() + GRACE_SECONDS
        for worker in started:
            worker.stop()
        for worker in started:
            worker.join(lambda: max(0.0, until - time.monotonic()))
        self.gateway.stop_executions()

    def _invoke(self, function: Function, payload: bytes) -> Answer:
        return self._pools[function.long].invoke(function, payload)

    def _invoke_named(self, name: str, payload: bytes) -> Answer:
        found = [f for f in self._functions.values() if name in (f.logical_id, f.name)]
        if not found or found[0].name == API:
            raise KeyError(name)
        return self._invoke(found[0], payload)

    def _make_key(self) -> None:
        hook = _admin_hook() if self._ensure_key is True else self._ensure_key
        if callable(hook):
            with _environment(self.env):
                issued = hook(account="local", key=self._api_key or None)
            self.key, self.webhook_secret = issued.key, issued.webhook_secret


def _listen(port: int) -> socket.socket:
    """Raises OSError with the address in its message when the port is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((account.HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"cannot listen on {account.HOST}:{port}: {error.strerror}") from error
    return listener


def _admin_hook() -> EnsureKey | None:
    if importlib.util.find_spec("infra.admin") is None:
        return None
    ensure_key: EnsureKey = importlib.import_module("infra.admin").ensure_key
    return ensure_key


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """The application in this process sees these variables, and forgets afterwards what it read."""
    from chalicelib import aws
    from chalicelib.settings import settings

    before = dict(os.environ)
    aws.forget()
    settings.cache_clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        aws.forget()
        settings.cache_clear()
