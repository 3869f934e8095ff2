"""What each role is used for, from all runs that judge it: `python -m tests.infra.record_permissions`.

With `--compare FOLDER` nothing is run: all tests have been, and BATCHREEL_TEST_PERMISSIONS named the folder.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.local.account import ROOT
from tests.permissions import FOLDER, RECORD, Used, by_caller, certain, idle, recorded

RUNS = (
    "tests/e2e",
    "tests/faults/test_given_up_orders.py",
    "tests/faults/test_killed_workers.py",
    "tests/faults/test_poison.py",
    "tests/infra/test_rare_permissions.py",
    "tests/infra/test_smoke.py",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.infra.record_permissions", description=__doc__)
    parser.add_argument("--compare", type=Path, metavar="FOLDER")
    folder = parser.parse_args().compare
    if folder:
        compare(folder)
        return 0
    return record()


def compare(folder: Path) -> None:
    """Tells, and fails nothing: how often the watchdog has to help, say, is also a matter of time."""
    found = idle(seen(folder))
    for each in found:
        print(f"recorded, but used by nobody this time: {each}")
    if found:
        print("if nothing does it now, run `.venv/bin/python -m tests.infra.record_permissions` and take")
        print("it out of infra/policies; if only some runs do, it needs a reason in reasons.yaml there")


def record() -> int:
    with tempfile.TemporaryDirectory(prefix="batchreel-permissions-") as folder:
        command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", *RUNS]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, FOLDER: folder}, check=False)
        if done.returncode == 0:
            write(Path(folder))
    return done.returncode


def write(folder: Path) -> None:
    found = certain(seen(folder))
    RECORD.write_text(json.dumps(by_caller(found), indent=2) + "\n")
    print(f"{RECORD.relative_to(ROOT)}: {len(found)} permissions in use")


def seen(folder: Path) -> Used:
    found: Used = set()
    return found.union(*(recorded(file) for file in folder.glob("*.json")))


if __name__ == "__main__":
    sys.exit(main())
