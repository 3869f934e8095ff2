"""`make demo`: one batch on this machine, from videos to audio files and a verified webhook.

Everything printed was measured in this run. Exit code 1 if anything is not as it must be.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import requests
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from standardwebhooks import Webhook

from chalicelib.audio import ffmpeg, probe
from chalicelib.settings import settings
from infra.demo.jobs import EXAMPLES, Example
from infra.demo.site import Site, site
from infra.local.stack import LocalStack

LIMIT_SECONDS = 100
TOLERANCE_SECONDS = 0.1
MEASURES = ("kbit/s", "Hz", "ch", "seconds", "source", "bytes")
console = Console()


class Demo:
    def __init__(self, stack: LocalStack, world: Site, out: Path) -> None:
        self._stack = stack
        self._out = out
        self._world = world
        self._http = requests.Session()
        self._http.headers["X-API-Key"] = stack.key
        self.wrong: list[str] = []

    def run(self) -> None:
        jobs = self._submit()
        self._watch(jobs["batchId"])
        self._results([job["jobId"] for job in jobs["jobs"]])
        self._webhooks(jobs)

    def _get(self, path: str) -> Any:
        answer = self._http.get(self._stack.url + path, timeout=30)
        answer.raise_for_status()
        return answer.json()["data"]

    def _submit(self) -> Any:
        body = {
            "jobs": [example.request(self._world.video(example.video)) for example in EXAMPLES],
            "webhook": self._world.hook,
        }
        answer = self._http.post(self._stack.url + "/v1/batch", json=body, timeout=30)
        console.print(f"[bold]POST /v1/batch[/]  {answer.status_code}  {answer.json()['message']}")
        answer.raise_for_status()
        return answer.json()["data"]

    def _watch(self, batch_id: str) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(20),
            TaskProgressColumn(),
            TextColumn("{task.fields[status]}"),
        )
        end = time.monotonic() + LIMIT_SECONDS
        with Progress(*columns, console=console) as progress:
            bars = [progress.add_task(_title(example), total=100, status="queued") for example in EXAMPLES]
            while True:
                batch = self._get(f"/v1/batch/{batch_id}")
                for bar, job in zip(bars, batch["jobs"], strict=True):
                    progress.update(bar, completed=job["progress"], status=job["status"])
                    if job["status"] in ("completed", "failed"):
                        progress.stop_task(bar)
                if batch["status"] != "processing":
                    break
                if time.monotonic() > end:
                    raise TimeoutError(f"the batch has not ended after {LIMIT_SECONDS} s")
                time.sleep(0.15)
        counts = ", ".join(f"{number} {status}" for status, number in batch["counts"].items() if number)
        console.print(f"batch [bold]{batch['status']}[/]: {counts}")

    def _results(self, job_ids: list[str]) -> None:
        table = Table("file", "codec", *MEASURES, box=box.SIMPLE, padding=(0, 1))
        for column in table.columns[2:]:
            column.justify = "right"
        for example, job_id in zip(EXAMPLES, job_ids, strict=True):
            job = self._get(f"/v1/status/{job_id}")
            if job["status"] == "failed":
                error = job["error"]
                table.add_row(example.video, f"[red]{error['code']}[/]", *["-"] * len(MEASURES))
                self._expect(example.codec is None, f"{example.video}: {error['message']}")
            else:
                table.add_row(*self._row(example, job_id, job))
        console.print(table)

    def _row(self, example: Example, job_id: str, job: Any) -> list[str]:
        path = self._download(job_id, job["outputFile"]["filename"])
        seconds, found = _measured(path)
        source_seconds, _ = _measured(Path(__file__).parent / "media" / example.video)
        stream, size = found.audio[0], path.stat().st_size
        rate = round(size * 8 / seconds / 1000)
        self._expect(stream.codec == example.codec, f"{path.name}: {stream.codec}, not {example.codec}")
        off = abs(seconds - source_seconds)
        self._expect(off <= TOLERANCE_SECONDS, f"{path.name}: {off:.2f} s off the source")
        if example.bitrate:
            near = abs(rate - example.bitrate) <= 0.05 * example.bitrate
            self._expect(near, f"{path.name}: {rate} kbit/s, not {example.bitrate}")
        lengths = (f"{seconds:.2f}", f"{source_seconds:.2f}")
        return [
            path.name,
            stream.codec,
            f"{rate}",
            f"{stream.rate}",
            f"{stream.channels}",
            *lengths,
            f"{size}",
        ]

    def _download(self, job_id: str, name: str) -> Path:
        answer = self._http.get(f"{self._stack.url}/v1/download/{job_id}", timeout=30)
        answer.raise_for_status()
        path = self._out / name
        path.write_bytes(answer.content)
        return path

    def _webhooks(self, jobs: Any) -> None:
        """One for each job and one for the batch, in any order, each signed."""
        verifier = Webhook(self._stack.webhook_secret)
        seen = []
        for _ in range(len(EXAMPLES) + 1):
            call = self._world.webhooks.get(timeout=LIMIT_SECONDS)
            event = verifier.verify(call.body, call.headers)
            seen.append(event["event"])
            if event["event"] == "batch.completed":
                console.print("\n[bold]webhook[/]  signature verified by the standardwebhooks library")
                for name in ("webhook-id", "webhook-timestamp", "webhook-signature", "x-webhook-signature"):
                    console.print(f"  {name}: {call.headers[name]}", highlight=False, soft_wrap=True)
                console.print_json(json.dumps(event))
                self._expect(event["batchId"] == jobs["batchId"], "a webhook of another batch")
        console.print(f"{len(seen)} webhooks received and verified: {', '.join(sorted(seen))}")
        self._expect(seen.count("batch.completed") == 1, f"webhooks: {seen}")

    def _expect(self, fine: bool, otherwise: str) -> None:
        if not fine:
            self.wrong.append(otherwise)


def _title(example: Example) -> str:
    return f"{example.video} → {example.output['format']} ({example.what})"


def _measured(path: Path) -> tuple[float, probe.MediaInfo]:
    """Seconds of sound that really decode, and what the file says of itself."""
    decode = [*ffmpeg.INPUT_FENCE, "-i", f"file:{path}", "-map", "0:a:0", "-f", "null", "-"]
    return ffmpeg.run(decode, tick=lambda _: None).seconds, probe.probe(path)


def main(out: Path) -> int:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    started = time.monotonic()
    with site() as world, LocalStack() as stack:
        os.environ.update(stack.env)
        settings.cache_clear()
        console.print(f"Batchreel is up at {stack.url} after {time.monotonic() - started:.1f} s")
        demo = Demo(stack, world, out)
        demo.run()
    for sentence in demo.wrong:
        console.print(f"[red]wrong:[/] {sentence}")
    verdict = "[red]not as it must be[/]" if demo.wrong else "[green]all as it must be[/]"
    console.print(f"{verdict}, in {time.monotonic() - started:.1f} s; the files are in {out}/")
    return 1 if demo.wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(*sys.argv[1:2] or ("out", "demo"))))
