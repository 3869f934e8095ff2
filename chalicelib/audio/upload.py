"""The result's way into S3."""

from __future__ import annotations

import threading
from pathlib import Path

from chalicelib import aws
from chalicelib.audio.progress import Progress
from chalicelib.errors import ServiceUnavailable
from chalicelib.settings import settings


def upload(path: Path, key: str, content_type: str, progress: Progress) -> None:
    """Upload beside the thread that reports. Raises ServiceUnavailable if S3 does not take it."""
    sending = _Upload(path, key, content_type)
    sending.start()
    try:
        while sending.is_alive():
            sending.join(1.0)
            progress.at(sending.sent / sending.size)
    finally:
        sending.stop.set()
        sending.join()
    if sending.error:
        raise ServiceUnavailable("The result could not be stored.") from sending.error


class _Upload(threading.Thread):
    def __init__(self, path: Path, key: str, content_type: str) -> None:
        super().__init__(name="upload", daemon=True)
        self.stop = threading.Event()
        self.size = path.stat().st_size
        self.sent = 0
        self.error: Exception | None = None
        self._what = (path, key, content_type)

    def run(self) -> None:
        path, key, content_type = self._what
        extra = {"ContentType": content_type}
        try:
            aws.s3().upload_file(str(path), settings().bucket, key, ExtraArgs=extra, Callback=self._count)
        except Exception as error:  # whatever it is, it belongs to the thread that waits
            self.error = error

    def _count(self, sent: int) -> None:
        self.sent += sent
        if self.stop.is_set():
            raise InterruptedError
