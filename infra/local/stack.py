"""The whole local cloud as one object: for `python -m infra.local`, for tests and for the demo."""

from __future__ import annotations

import importlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from infra.iam import roles
from infra.local import account, template
from infra.local.apply import Applier, parameters
from infra.local.front import Front
from infra.local.functions import API, Function, functions
from infra.local.gateway import Gateway
from infra.local.guard import Guard
from infra.local.pollers import Pollers
from infra.local.serving import Server, listen
from infra.local.workers import WORKER, Answer, Plan, Pool

API_WORKERS = 2
SHORT_WORKERS = 2
GRACE_SECONDS = 2.0
LOOPBACK = "127.0.0.0/8,::1/128"

EnsureKey = Callable[..., Any]


class LocalStack:
    """Use as a context manager; one at a time in a process."""

    url: str
    """Where the API answers."""
    aws_url: str
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
        worker: Sequence[str] = WORKER,
    ) -> None:
        """`port` 0 takes a free one; `workers` run the long functions; `env` overrides the functions'
        variables; `ensure_key` makes the API key (True: infra.local.owner's, None: there is none); `log` is
        the file descriptor that takes the output of the workers, which `worker` starts."""
        self._port, self._overrides, self._app, self._log = port, dict(env or {}), app, log
        self._infra, self._config, self._worker = infra, config, worker
        self._api_key, self._ensure_key = api_key, ensure_key
        self._sizes = {"api": API_WORKERS, "long": workers, "short": SHORT_WORKERS}
        self._pools: dict[str, Pool] = {}
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

    def invoke(self, function: str, payload: Any) -> Answer:
        """Runs a function, named by its logical id or its handler, through a worker; raises KeyError."""
        return self._invoke_named(function, json.dumps(payload).encode())

    def worker_pids(self, *pools: str) -> list[int]:
        """Of the processes that run functions; by default of all but the API."""
        return [pid for name in pools or ("long", "short") for pid in self._pools[name].pids()]

    def _start(self, stack: ExitStack) -> None:
        """What is entered later ends earlier: nothing that still runs misses what it needs."""
        listener = stack.enter_context(listen(self._port))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="batchreel-"))
        self.gateway = stack.enter_context(closing(Gateway(self._invoke_named)))
        self.aws_url = self.gateway.url
        document = template.whole(self._infra)
        app = importlib.import_module(self._app).app
        applier = self._apply(app, document)
        pollers = Pollers(self.gateway.queues)
        stack.callback(pollers.join)
        plan = Plan(self._app, {**account.inherited(), **self.env}, Path(folder), self._log, self._worker)
        for name, size in self._sizes.items():
            self._pools[name] = stack.enter_context(closing(Pool(plan, size)))
        for pool in self._pools.values():
            pool.begin()
        responses = document["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
        front = Front(app, responses, partial(self._pools["api"].invoke, self._functions[API]))
        self.url = stack.enter_context(closing(Server(front, listener))).url
        self._make_key()
        stack.callback(self.gateway.stop_executions)
        stack.callback(pollers.stop, GRACE_SECONDS)
        self._begin(pollers, applier)

    def _apply(self, app: Any, document: Mapping[str, Any]) -> Applier:
        self._functions = functions(app, self._config, document["Resources"])
        names = [f.logical_id for f in self._functions.values()]
        given = parameters(document, self._overrides)
        clients = partial(account.client, endpoint=self.aws_url)
        applier = Applier(document, clients, self._infra, names, given)
        self.outputs = applier.apply()
        self.gateway.guard = Guard(roles.policies(self._config, document["Resources"], applier.value))
        variables = {"BATCHREEL_DANGEROUS_ALLOW_NETS": LOOPBACK, **self._overrides}
        self.env = {**account.environment(self.aws_url), **applier.environment(names), **variables}
        return applier

    def _begin(self, pollers: Pollers, applier: Applier) -> None:
        shortened = self._overrides.get("BATCHREEL_SCHEDULE_SECONDS")
        for function in self._functions.values():
            pool = self._pools[function.pool]
            for event in function.queues:
                queue = applier.value(event.queue).rpartition(":")[2]
                most = int(applier.value(event.maximum_concurrency))
                pollers.poll(queue, replace(event, maximum_concurrency=most), function, pool)
            if function.every:
                pollers.repeat(float(shortened or function.every), function, pool)

    def _invoke_named(self, name: str, payload: bytes) -> Answer:
        known = {key: f for f in self._functions.values() for key in (f.logical_id, f.name)}
        return self._pools[known[name].pool].invoke(known[name], payload)

    def _make_key(self) -> None:
        hook = self._ensure_key
        if hook is True:
            from infra.local.owner import ensure_key as hook
        if callable(hook):
            with _environment(self.env):
                issued = hook(account="local", key=self._api_key or None)
            self.key, self.webhook_secret = issued.key, issued.webhook_secret


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
