"""A web host and an S3 that takes everything, in a process of their own: they cost the worker nothing.

`python -m bench.origin FOLDER [BYTES_PER_SECOND]` serves until its standard input ends; each connection gets
that speed.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_BLOCK = 1 << 18
_STARTED = b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
_ENDED = b"<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>"


@contextmanager
def origin(folder: Path, bytes_per_second: int = 0) -> Iterator[str]:
    """Its URL."""
    command = [sys.executable, "-m", "bench.origin", str(folder), str(bytes_per_second)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin
        assert server.stdout
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.stdin.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: Path
    speed: int

    def do_GET(self) -> None:
        path = self.folder / self.path.strip("/")
        self._head(200, path.stat().st_size)
        with path.open("rb") as file:
            if not self.speed:
                self.connection.sendfile(file)  # what it spends would be taken from the worker
                return
            started, sent = time.monotonic(), 0
            while block := file.read(_BLOCK):
                self.wfile.write(block)
                sent += len(block)
                time.sleep(max(0.0, sent / self.speed - (time.monotonic() - started)))

    def do_PUT(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, _BLOCK)))
        self._head(200, 0)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = _STARTED if "uploads" in self.path else _ENDED
        self._head(200, len(body))
        self.wfile.write(body)

    def _head(self, status: int, length: int) -> None:
        self.send_response(status)
        for name, value in (("Content-Length", str(length)), ("ETag", '"x"')):
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def main(folder: str, bytes_per_second: str = "0") -> None:
    handler = type("Handler", (_Handler,), {"folder": Path(folder), "speed": int(bytes_per_second)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
