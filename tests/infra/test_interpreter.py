"""Lambda runs what is packaged under the Python that has packaged it, so only those that are meant may."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from infra import interpreter, package
from infra.cloudformation import Refused
from infra.deploy import __main__ as deploy

ROOT = package.ROOT
RANGE = "Python 3.11 to 3.13"


@pytest.mark.parametrize("minor", [11, 12, 13])
def test_one_that_is_meant(minor: int) -> None:
    assert interpreter.refusal((3, minor)) == ""


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (4, 0)])
def test_one_that_is_not(version: tuple[int, int]) -> None:
    told = interpreter.refusal(version)
    assert told.startswith(f"Batchreel takes {RANGE}, and this is {version[0]}.{version[1]}: `rm -rf .venv`")
    assert told.endswith("run make with another, as in `make PYTHON=python3.13 …`")


def test_the_runtime_is_named_after_this_one() -> None:
    runtime = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    functions = [each["Properties"] for each in package.described()["Resources"].values()]
    assert {each["Runtime"] for each in functions if "Runtime" in each} == {runtime}


@pytest.fixture
def _too_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter, "NEWEST", (3, 10))


@pytest.mark.usefixtures("_too_new")
def test_under_another_one_nothing_is_packaged(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"^Batchreel takes Python"):
        package.build(tmp_path / "package")
    assert not (tmp_path / "package").exists()
    with pytest.raises(SystemExit, match=r"^Batchreel takes Python"):
        package.main([])


@pytest.mark.usefixtures("_too_new")
def test_under_another_one_nothing_is_deployed() -> None:
    with pytest.raises(SystemExit, match=r"^Batchreel takes Python"):
        deploy.main(["--stage", "dev", "--check"])


def test_under_another_one_nothing_is_installed(tmp_path: Path) -> None:
    python, record = tmp_path / "python", tmp_path / "record"
    python.write_text(f'#!/bin/sh\necho "$@" >> {record}\nexit 1\n')
    python.chmod(0o755)
    venv = tmp_path / "venv"
    command = ["make", f"PYTHON={python}", f"VENV={venv}", f"{venv}/installed"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode
    assert record.read_text() == "-m infra.interpreter\n"


@pytest.mark.parametrize("page", ["README.md", "docs/operators.md", "Makefile"])
def test_it_is_told_everywhere_alike(page: str) -> None:
    text = (ROOT / page).read_text()
    assert RANGE in text
    assert not re.search(r"3\.11(\+| or newer)", text)


def test_the_project_says_it_too() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11,<3.14"
