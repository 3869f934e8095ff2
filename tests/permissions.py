"""What the roles of the functions are used for: recorded once, and held in every run of a stack."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from infra.local import account
from infra.local.stack import LocalStack

RECORD = Path(__file__).parent / "infra" / "used_permissions.json"
"""By caller; `python -m tests.infra.record_permissions` writes it."""
FOLDER = "BATCHREEL_TEST_PERMISSIONS"
"""Variable: where each stack leaves what was used on it."""

REASONS: dict[str, dict[str, Any]] = yaml.safe_load(
    (account.ROOT / "infra" / "policies" / "reasons.yaml").read_text()
)

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


def alike(names: Iterable[str]) -> set[str]:
    """What stands in a list of like things by the name of the list."""
    found = set(names)
    for name, members in REASONS["alike"].items():
        found = {re.sub(rf"\b({'|'.join(members)})\b", name, each) for each in found}
    return found


def certain(used: Used) -> Used:
    """Without what not every run comes to, which has its reason instead."""
    return {(caller, name) for caller, name in used if not alike([name]) & unseen(caller)}


def unseen(caller: str) -> set[str]:
    return set(REASONS["unseen"].get(caller, ()))


def idle(used: Used) -> list[str]:
    """What is recorded, and was not used this time."""
    now = {(caller, each) for caller, name in used for each in alike([name])}
    before = {(caller, each) for caller, name in certain(recorded()) for each in alike([name])}
    return sorted(f"{caller}: {name}" for caller, name in before - now)


def by_caller(used: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for caller, name in sorted(used):
        found.setdefault(caller, []).append(name)
    return found
