"""`python -m tests.infra.record_permissions`: what each role is used for, from all runs that judge it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.local.account import ROOT
from tests.permissions import FOLDER, RECORD, Used, by_caller, recorded

RUNS = (
    "tests/e2e",
    "tests/faults/test_given_up_orders.py",
    "tests/faults/test_killed_workers.py",
    "tests/faults/test_poison.py",
    "tests/infra/test_rare_permissions.py",
    "tests/infra/test_smoke.py",
)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="batchreel-permissions-") as folder:
        command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", *RUNS]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, FOLDER: folder}, check=False)
        if done.returncode == 0:
            write(Path(folder))
    return done.returncode


def write(folder: Path) -> None:
    found: Used = set().union(*(recorded(file) for file in folder.glob("*.json")))
    RECORD.write_text(json.dumps(by_caller(found), indent=2) + "\n")
    print(f"{RECORD.relative_to(ROOT)}: {len(found)} permissions in use")


if __name__ == "__main__":
    sys.exit(main())
