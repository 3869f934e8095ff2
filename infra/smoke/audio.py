"""A small video is sent, becomes an mp3 in a batch, and is fetched."""

from __future__ import annotations

from typing import Any

import requests

from infra.demo.site import MEDIA
from infra.smoke.parts import expect, part
from infra.smoke.run import PROCESSING, Made, Run
from infra.smoke.service import Unexpected

VIDEO = MEDIA / "talk.mp4"
SECONDS = 17.0
_REDIRECTS = (301, 302, 303, 307, 308)


def check(run: Run) -> None:
    """Raises StepFailed."""
    upload_id = _upload(run)
    batch_id, job_id = _batch(run, upload_id)
    _end(run, batch_id, job_id)
    _download(run, job_id)


def _upload(run: Run) -> str:
    look = (
        "the bucket and its policy, s3:PutObject of the API's role, and whether this machine's clock is right"
    )
    with run.step("upload", look) as remarks:
        data = VIDEO.read_bytes()
        asked = {"size": len(data), "contentType": "video/mp4", "filename": VIDEO.name}
        link = run.service.post("/v1/uploads", asked, 201).data
        url, headers = part(link, str, "url"), part(link, dict, "headers")
        answer = run.service.reach("PUT", url, data=data, headers=headers)
        if answer.status_code != 200:
            raise Unexpected("200 to the PUT of the upload", run.service.told(answer))
        remarks.append(f"{len(data)} bytes sent")
        return part(link, str, "uploadId")


def _batch(run: Run, upload_id: str) -> tuple[str, str]:
    look = "the plan (it needs batches, and videos left), then the log of the API function"
    with run.step("audio batch", look) as remarks:
        job = {"source": {"type": "upload", "file": upload_id}, "output": {"format": "mp3"}}
        data = run.service.post("/v1/batch", {"jobs": [job]}, 202).data
        batch_id = part(data, str, "batchId")
        one = f"/v1/batch/{batch_id}"
        run.made.append(Made(batch_id, one, f"{one}/cancel", one))
        remarks.append(batch_id)
        return batch_id, part(data, str, "jobs", 0, "jobId")


def _end(run: Run, batch_id: str, job_id: str) -> None:
    look = "the log of AudioWorker, the ffmpeg layer, the audio queues; for usage, Finish"
    with run.step("audio job", look) as remarks:

        def batch() -> dict[str, Any]:
            return part(run.service.get(f"/v1/batch/{batch_id}").data, dict)

        end = run.until("an end of the batch", lambda: part(batch(), str, "status"), PROCESSING)
        status = part(run.service.get(f"/v1/status/{job_id}").data, dict)
        expect(end == "completed", "a completed batch", f"{end}, {status.get('error')}")
        long = part(status, float, "outputFile", "duration")
        expect(abs(long - SECONDS) < 0.2, f"{SECONDS:g} s of sound", f"{long} s")
        run.until("its usage", lambda: "counted" if batch().get("usage") else "uncounted", "uncounted")
        remarks.append(f"{long:g} s of sound")


def _download(run: Run, job_id: str) -> None:
    look = "the log of the API function; if the bytes are Base64, the binary media types of API Gateway"
    with run.step("download", look) as remarks:
        size = part(run.service.get(f"/v1/status/{job_id}").data, int, "outputFile", "size")
        answer = _fetched(run, f"/v1/download/{job_id}")
        if answer.status_code != 200:
            raise Unexpected("200 to the download", run.service.told(answer))
        kind = answer.headers.get("Content-Type", "none")
        expect(kind == "audio/mpeg", "the type audio/mpeg", kind)
        told = answer.headers.get("Content-Length", "none")
        expect(told == str(size), f"the length {size}", told)
        expect(len(answer.content) == size, f"{size} bytes", f"{len(answer.content)} bytes")
        begins = answer.content[:3]
        expect(begins == b"ID3" or begins[:1] == b"\xff", "an mp3 file", begins)
        remarks.append(f"{size} bytes, {kind}")


def _fetched(run: Run, path: str) -> requests.Response:
    """Large files are answered by a link to the bucket, which must not see the key."""
    answer = run.service.send("GET", path)
    if answer.status_code in _REDIRECTS:
        return run.service.reach("GET", answer.headers.get("Location", ""))
    return answer
