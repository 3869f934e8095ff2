"""A large source from a host that gives each connection 50 MB/s: over one connection, and over four.

What is printed is the ratio of the least of their wall times, and the rate of one connection that nothing
holds up, beside a bare socket.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import closing
from functools import partial

from bench import jobs
from bench.wall import least
from chalicelib import outbound
from chalicelib.settings import settings
from tests.stand_ins.ranges import Act, RangeHost

MEGABYTES = 256
ROUNDS = 3


def fetch(url: str, connections: int) -> None:
    os.environ["BATCHREEL_SOURCE_CONNECTIONS"] = str(connections)
    settings.cache_clear()
    with (
        outbound.open_source(url, deadline=time.monotonic() + 600) as source,
        closing(outbound.Ranged(source)) as stream,
    ):
        for _ in stream.chunks():
            pass


def fetch_bare(host: RangeHost) -> None:
    buffer = bytearray(1 << 18)
    with socket.create_connection(("127.0.0.1", host.port)) as sock:
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while sock.recv_into(buffer):
            pass


def main() -> None:
    os.environ.update(jobs.environment())
    with RangeHost(os.urandom(MEGABYTES << 20)) as host:
        url = host.url("/")
        bare, ours = least(ROUNDS, partial(fetch_bare, host), partial(fetch, url, 1))
        host.then = lambda _: Act(slow=MEGABYTES)
        one, four = least(ROUNDS, partial(fetch, url, 1), partial(fetch, url, 4))
    print(f"\n{MEGABYTES} MiB, best of {ROUNDS}")
    print(f"{'bare socket':30}{MEGABYTES * 1.048576 / bare:8.0f} MB/s")
    print(f"{'one connection':30}{MEGABYTES * 1.048576 / ours:8.0f} MB/s")
    print(f"{'50 MB/s each, one connection':30}{one:8.2f} s")
    print(f"{'50 MB/s each, four':30}{four:8.2f} s{one / four:8.2f} times as fast")
