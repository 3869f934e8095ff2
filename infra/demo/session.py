"""What both demos need: the API with a key, a live picture of the jobs, the webhooks that come in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from standardwebhooks import Webhook

from infra.demo.site import Site
from infra.local.stack import LocalStack

LIMIT_SECONDS = 100
ENDED = ("completed", "failed")
_SIGNING = ("webhook-id", "webhook-timestamp", "webhook-signature", "x-webhook-signature")
console = Console()


class Session:
    def __init__(self, stack: LocalStack, world: Site, out: Path) -> None:
        self.world = world
        self.out = out
        self.wrong: list[str] = []
        self._stack = stack
        self._http = requests.Session()
        self._http.headers["X-API-Key"] = stack.key

    def get(self, path: str) -> Any:
        return self._answered(self._http.get(self._stack.url + path, timeout=30)).json()["data"]

    def post(self, path: str, body: Any) -> Any:
        answer = self._http.post(self._stack.url + path, json=body, timeout=30)
        console.print(f"[bold]POST {path}[/]  {answer.status_code}")
        return self._answered(answer).json()["data"]

    def download(self, path: str, name: str) -> Path:
        file = self.out / name
        file.write_bytes(self._answered(self._http.get(self._stack.url + path, timeout=30)).content)
        return file

    def expect(self, fine: bool, otherwise: str) -> None:
        if not fine:
            self.wrong.append(otherwise)

    def watch(self, titles: Sequence[str], poll: Callable[[], Sequence[tuple[int, str]]]) -> None:
        """Until `poll` tells of every job that it has ended: percent and status, in the titles' order."""
        status = TextColumn("{task.fields[status]}")
        columns = (TextColumn("{task.description}"), BarColumn(20), TaskProgressColumn(), status)
        end = time.monotonic() + LIMIT_SECONDS
        with Progress(*columns, console=console) as progress:
            bars = [progress.add_task(title, total=100, status="") for title in titles]
            while True:
                jobs = poll()
                for bar, (percent, state) in zip(bars, jobs, strict=True):
                    progress.update(bar, completed=percent, status=state)
                if all(state in ENDED for _, state in jobs):
                    return
                if time.monotonic() > end:
                    raise TimeoutError(f"the batch has not ended after {LIMIT_SECONDS} s")
                time.sleep(0.15)

    def webhooks(self, number: int) -> list[Any]:
        """So many events, each verified by the library that receivers would use; the batch's is shown."""
        verifier = Webhook(self._stack.webhook_secret)
        events = []
        for _ in range(number):
            call = self.world.webhooks.get(timeout=LIMIT_SECONDS)
            event = verifier.verify(call.body, call.headers)
            events.append(event)
            if event["event"] == "batch.completed":
                console.print("\n[bold]webhook[/]  signature verified by the standardwebhooks library")
                for name in _SIGNING:
                    console.print(f"  {name}: {call.headers[name]}", highlight=False, soft_wrap=True)
                console.print_json(json.dumps(event))
        names = sorted(event["event"] for event in events)
        console.print(f"{number} webhooks received and verified: {', '.join(names)}\n")
        self.expect(names.count("batch.completed") == 1, f"webhooks: {names}")
        return events

    def _answered(self, answer: requests.Response) -> requests.Response:
        answer.raise_for_status()
        return answer
