"""What must never stand in a log."""

from __future__ import annotations

import logging
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SECRETS: Final = re.compile(
    r"sk_[0-9a-f]{12,}"
    r"|whsec_[A-Za-z0-9+/=]{12,}"
    r"|https?://[^\s\"'<>]*\?[^\s\"'<>]+"  # queries hold signatures and tokens
    r"|X-Amz-(?:Signature|Security-Token|Credential)"
    r"|Bearer [^\s\"']{8,}",
    re.IGNORECASE,
)
_OF_THE_TESTS: Final = ("moto", "werkzeug", "infra", "tests", "responses")
"""Loggers that no deployment has."""


LOUD: Final = {"BATCHREEL_LOG_LEVEL": "INFO"}
"""As Lambda logs."""


@contextmanager
def private_log() -> Iterator[int]:
    """A file descriptor for the log of a whole stack, which is read through for secrets at the end."""
    with tempfile.TemporaryFile("w+") as log:
        yield log.fileno()
        log.seek(0)
        written = log.read()
    sys.stderr.write(written)
    assert [match.group()[:60] for match in SECRETS.finditer(written)] == []


class Leaks(logging.Handler):
    """Formats what is logged as a deployment would, traceback and extra fields included, and keeps what holds
    a secret."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in _OF_THE_TESTS:
            return
        text = f"{self.format(record)} {vars(record)}"
        if match := SECRETS.search(text):
            self.found.append(f"{record.name} ({record.levelname}): …{match.group()[:60]}")
