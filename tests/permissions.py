"""What the roles of the functions are used for: recorded once, and held in every run of a stack."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.stack import LocalStack

RECORD = Path(__file__).parent / "infra" / "used_permissions.json"
"""By caller; `python -m tests.infra.record_permissions` writes it."""
FOLDER = "BATCHREEL_TEST_PERMISSIONS"
"""Variable: where each stack leaves what was used on it."""

Used = set[tuple[str, str]]


@contextmanager
def judged(stack: LocalStack) -> Iterator[LocalStack]:
    """Nothing may be refused to a function, whether or not it minds."""
    with stack as running:
        yield running
    guard = stack.gateway.guard
    if folder := os.environ.get(FOLDER):
        (Path(folder) / f"{uuid.uuid4()}.json").write_text(json.dumps(by_caller(guard.used)))
    assert not guard.denied, guard.denied


def recorded(file: Path = RECORD) -> Used:
    read: dict[str, list[str]] = json.loads(file.read_text())
    return {(caller, name) for caller, names in read.items() for name in names}


def by_caller(used: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for caller, name in sorted(used):
        found.setdefault(caller, []).append(name)
    return found
