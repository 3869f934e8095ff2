"""The audio half: a batch through Converso's API, measured against its sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from chalicelib.audio import ffmpeg, probe
from infra.demo.jobs import EXAMPLES, Example
from infra.demo.session import Session, console

TOLERANCE_SECONDS = 0.1
MEASURES = ("kbit/s", "Hz", "ch", "seconds", "source", "bytes")
MEDIA = Path(__file__).parent / "media"


def run(session: Session) -> None:
    body = {
        "jobs": [example.request(session.world.video(example.video)) for example in EXAMPLES],
        "webhook": session.world.hook,
    }
    batch_id = session.post("/v1/batch", body)["batchId"]

    def jobs() -> list[tuple[int, str]]:
        return [(job["progress"], job["status"]) for job in session.get(f"/v1/batch/{batch_id}")["jobs"]]

    session.watch([_title(example) for example in EXAMPLES], jobs)
    _results(session, [job["jobId"] for job in session.get(f"/v1/batch/{batch_id}")["jobs"]])
    events = session.webhooks(len(EXAMPLES) + 1)
    told = [event["batchId"] for event in events if event["event"] == "batch.completed"]
    session.expect(told == [batch_id], "a webhook of another batch")


def _results(session: Session, job_ids: list[str]) -> None:
    table = Table("file", "codec", *MEASURES, box=box.SIMPLE, padding=(0, 1))
    for column in table.columns[2:]:
        column.justify = "right"
    for example, job_id in zip(EXAMPLES, job_ids, strict=True):
        job = session.get(f"/v1/status/{job_id}")
        if job["status"] == "failed":
            error = job["error"]
            table.add_row(example.video, f"[red]{error['code']}[/]", *["-"] * len(MEASURES))
            session.expect(example.codec is None, f"{example.video}: {error['message']}")
        else:
            table.add_row(*_row(session, example, job_id, job))
    console.print(table)


def _row(session: Session, example: Example, job_id: str, job: Any) -> list[str]:
    path = session.download(f"/v1/download/{job_id}", job["outputFile"]["filename"])
    seconds, found = _measured(path)
    source_seconds, _ = _measured(MEDIA / example.video)
    stream, size = found.audio[0], path.stat().st_size
    rate = round(size * 8 / seconds / 1000)
    session.expect(stream.codec == example.codec, f"{path.name}: {stream.codec}, not {example.codec}")
    off = abs(seconds - source_seconds)
    session.expect(off <= TOLERANCE_SECONDS, f"{path.name}: {off:.2f} s off the source")
    if example.bitrate:
        near = abs(rate - example.bitrate) <= 0.05 * example.bitrate
        session.expect(near, f"{path.name}: {rate} kbit/s, not {example.bitrate}")
    told = (rate, stream.rate, stream.channels, f"{seconds:.2f}", f"{source_seconds:.2f}", size)
    return [path.name, stream.codec, *map(str, told)]


def _title(example: Example) -> str:
    return f"{example.video} → {example.output['format']} ({example.what})"


def _measured(path: Path) -> tuple[float, probe.MediaInfo]:
    """Seconds of sound that really decode, and what the file says of itself."""
    decode = [*ffmpeg.INPUT_FENCE, "-i", f"file:{path}", "-map", "0:a:0", "-f", "null", "-"]
    return ffmpeg.run(decode, tick=lambda _: None).seconds, probe.probe(path)
