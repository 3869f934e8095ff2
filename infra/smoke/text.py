"""Captions that are sent along become a summary: nothing has to be fetched from anywhere."""

from __future__ import annotations

from infra.demo.site import MEDIA
from infra.smoke.parts import expect, part
from infra.smoke.run import PROCESSING, Made, Run

CAPTIONS = MEDIA / "lecture.srt"
_VIDEO = "https://example.com/lecture.mp4"
"""Never asked for, since its captions come along."""


def check(run: Run) -> None:
    """Raises StepFailed."""
    _end(run, _batch(run))


def _batch(run: Run) -> str:
    look = "the plan (it needs batches, and videos left), then the log of the API function"
    with run.step("text batch", look) as remarks:
        captions = {"captions": CAPTIONS.read_text(), "captions_format": "srt"}
        body = {"jobs": [{"video_url": _VIDEO, "summary_mode": "tldr", **captions}]}
        batch_id = part(run.service.post("/api/v1/batch/process", body).data, str, "batch_id")
        base = "/api/v1/batch"
        run.made.append(
            Made(batch_id, f"{base}/status/{batch_id}", f"{base}/cancel/{batch_id}", f"{base}/{batch_id}")
        )
        remarks.append(batch_id)
        return batch_id


def _end(run: Run, batch_id: str) -> None:
    look = "the log of TextWorker, the text queues and TextDlq"
    with run.step("summary", look) as remarks:

        def status() -> str:
            return part(run.service.get(f"/api/v1/batch/status/{batch_id}").data, str, "status")

        end = run.until("an end of the batch", status, PROCESSING)
        results = part(run.service.get(f"/api/v1/batch/results/{batch_id}").data, dict)
        expect(end == "completed", "a completed batch", f"{end}, {results.get('failed_jobs')}")
        summary = part(results, str, "successful_jobs", 0, "summaries", 0)
        expect(len(summary.split()) > 10, "a summary of more than ten words", repr(summary))
        engine = part(results, str, "successful_jobs", 0, "summary_details", 0, "engine")
        remarks.append(f"{len(summary.split())} words by the {engine} engine")
