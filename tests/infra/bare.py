"""What Lambda's runtime does, for the unpacked package: the local stack starts it in place of its worker.

`bare.py TASK RUNTIME TEMPLATE JOURNAL FD APP`, in a Python that has no packages. Each invocation leaves a
line in the journal, with the modules that came from anywhere else.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


class Context:
    """What Lambda gives a handler beside its event."""

    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def __init__(self, name: str, seconds: float) -> None:
        self.function_name = name
        self._end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._end - time.monotonic()) * 1000))


def run(handler: str, payload: bytes, context: Context) -> tuple[bytes, bool]:
    module, _, name = handler.rpartition(".")
    try:
        answer = getattr(importlib.import_module(module), name)(json.loads(payload), context)
        return json.dumps(answer).encode(), False
    except Exception as error:
        traceback.print_exc()
        return json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}).encode(), True


def strangers(*homes: str) -> Iterator[str]:
    """Files of modules that are neither in `homes` nor Python's own."""
    own = (*homes, str(Path(json.__file__).parents[1]), __file__)
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and (not file.startswith(own) or "site-packages" in file):
            yield file


def main() -> None:
    task, runtime, template, journal, descriptor, _ = sys.argv[1:]
    sys.path[:0] = [task, runtime]
    resources = json.loads(Path(template).read_text())["Resources"]
    connection: Connection[Any, Any] = Connection(int(descriptor))
    connection.send(None)  # ready
    while True:
        name, function, timeout, payload = connection.recv()
        answer = run(resources[function]["Properties"]["Handler"], payload, Context(function, timeout))
        line = {"function": name, "error": answer[1], "strangers": sorted(strangers(task, runtime))}
        with Path(journal).open("a") as log:
            log.write(json.dumps(line) + "\n")
        connection.send(answer)


if __name__ == "__main__":
    main()
