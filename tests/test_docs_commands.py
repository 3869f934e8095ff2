"""Commands that README and the operator's guide show are ones that there are, with options that there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.admin.__main__ import parser as admin
from infra.deploy import stage_files
from infra.deploy.__main__ import arguments as deploy
from infra.local import template as templates

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "docs/operators.md")
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
VARIABLES = set(re.findall(r"\$\(([A-Z_]+)\)", MAKEFILE))
PROGRAMS: dict[str, Callable[[list[str]], object]] = {
    "infra.admin": lambda words: admin().parse_args(words),
    "infra.deploy": deploy,
}
"""Whose options are looked at. Others take a file or nothing."""


def shown(page: str) -> list[str]:
    """Lines of shell blocks, and code in a line that begins as a command does."""
    text = (ROOT / page).read_text()
    blocks = [
        line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
    ]
    outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    inline = [each for each in re.findall(r"`([^`]+)`", outside) if re.match(r"make |\S*python -m ", each)]
    return sorted({line.partition(" #")[0].strip() for line in [*blocks, *inline]})


MADE = [(page, line) for page in PAGES for line in shown(page) if line.startswith("make ")]
RUN = [(page, line) for page in PAGES for line in shown(page) if re.match(r"\S*python -m ", line)]


def test_the_pages_show_commands() -> None:
    assert len(MADE) > 20
    assert len(RUN) > 8


@pytest.mark.parametrize(("page", "line"), MADE)
def test_make_knows_it(page: str, line: str) -> None:
    words = line.split()[1:]
    named = {word.partition("=")[0] for word in words if re.match(r"[A-Z]+=", word)}
    targets = [word for word in words if re.fullmatch(r"[a-z]+", word)]
    assert named <= VARIABLES
    assert set(targets) <= TARGETS
    assert targets or named == {"PYTHON"}


@pytest.mark.parametrize(("page", "line"), RUN)
def test_the_program_takes_it(page: str, line: str) -> None:
    module, *words = shlex.split(line.partition(" < ")[0])[2:]
    path = ROOT.joinpath(*module.split("."))
    assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()
    if module in PROGRAMS and words and not re.search("COMMAND|--help", line):
        PROGRAMS[module](words)


def test_every_command_of_make_is_in_the_readme() -> None:
    own = TARGETS - {"help", "format", "clean"}
    assert [name for name in sorted(own) if f"`make {name}" not in (ROOT / "README.md").read_text()] == []


GUIDE = (ROOT / "docs" / "operators.md").read_text()


def test_every_variable_of_a_deployment_is_explained() -> None:
    line = re.search(r"^DEPLOYMENT = .*?[^\\]$", MAKEFILE, re.MULTILINE | re.DOTALL)
    assert line
    named = set(re.findall(r"\b[A-Z][A-Z_]+\b", line.group())) - {"DEPLOYMENT"}
    assert named == {"STAGE", "STACK", "BUCKET", "PARAMETERS", "REPLACE_DATA", "ARCHITECTURE"}
    assert [name for name in named if f"| `{name}` |" not in GUIDE] == []


def test_every_stage_and_parameter_is_explained() -> None:
    assert [name for name in stage_files.known() if f"`infra/stages/{name}.json`" not in GUIDE] == []
    table = GUIDE.partition("\n## Parameters\n")[2].partition("\n### Alarms\n")[0]
    explained = set(re.findall(r"`([A-Za-z]+)`", " ".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))))
    assert explained == set(templates.whole()["Parameters"])


def test_links_to_headings_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    missing = [
        f"{page.name}: {target}#{heading}"
        for page in pages
        for target, heading in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", page.read_text())
        if heading not in headings(page.parent / target if target else page)
    ]
    assert missing == []


def headings(page: Path) -> set[str]:
    """As GitHub makes anchors of them."""
    found = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}
