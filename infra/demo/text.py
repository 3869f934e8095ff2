"""The text half: a batch through YT2Text's API, over a video with a subtitle track inside."""

from __future__ import annotations

from typing import Any

from rich.markdown import Markdown
from rich.panel import Panel

from chalicelib.text.request import MODES
from infra.demo.session import Session, console

VIDEO = "lecture.mp4"
MUTE = "silent.mp4"
EXPORTS = ("srt", "md", "pdf")


def run(session: Session) -> None:
    body = {
        "jobs": [
            {"video_url": session.world.video(VIDEO), "summary_mode": mode, "webhook_url": session.world.hook}
            for mode in MODES
        ]
        + [{"video_url": session.world.video(MUTE), "summary_mode": "tldr"}],
        "webhook_url": session.world.hook,
    }
    batch_id = session.post("/api/v1/batch/process", body)["batch_id"]

    def jobs() -> list[tuple[int, str]]:
        found = session.get(f"/api/v1/batch/status/{batch_id}")["individual_jobs"]
        return [(job["progress_percentage"], job["status"]) for job in found]

    session.watch([*(f"{VIDEO} → {mode}" for mode in MODES), f"{MUTE} (has no captions: must fail)"], jobs)
    results = session.get(f"/api/v1/batch/results/{batch_id}")
    _show(session, results)
    session.webhooks(len(MODES) + 1)


def _show(session: Session, results: Any) -> None:
    good = results["successful_jobs"]
    stats = results["summary_stats"]
    codes = [failed["error"]["code"] for failed in results["failed_jobs"]]
    console.print(f"batch [bold]{results['status']}[/]: {stats['successful']} of {stats['total']}; {codes}")
    session.expect(codes == ["NO_CAPTIONS"], f"the text jobs failed with {codes}")
    session.expect(len(good) == len(MODES), f"{len(good)} summaries, not {len(MODES)}")
    for mode, job in zip(MODES, good, strict=False):
        [summary], [detail] = job["summaries"], job["summary_details"]
        title = f"{mode} · {detail['kind']}, by the {detail['engine']} engine"
        console.print(Panel(Markdown(summary), title=title, title_align="left"))
        session.expect(bool(summary.strip()), f"{mode}: no summary")
    for name in EXPORTS:
        file = session.download(f"/api/v1/videos/export/{good[-1]['job_id']}/{name}", f"lecture.{name}")
        session.expect(file.stat().st_size > 200, f"{file.name} is too small")
