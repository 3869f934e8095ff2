"""Stages: `infra/stages/<stage>.json` holds the parameters that differ from the template's defaults.

`Architecture` among them says what to package for (infra/architecture.py)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from chalicelib.settings import model_prices
from infra.cloudformation import Refused

FOLDER = Path(__file__).parents[1] / "stages"
_PRICES = (
    'ModelPrices={}: send JSON such as {{"openai/some-model": [0.15, 0.6]}}. A shell takes its quotes away, '
    'so put it into the stage\'s file: "ModelPrices": "{{\\"openai/some-model\\": [0.15, 0.6]}}"'
)
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")


def stack_name(stage: str, stack: str = "") -> str:
    """`stack`, or that of the stage. Raises Refused."""
    name = stack or f"batchreel-{stage}"
    if not _STACK.fullmatch(name):
        raise Refused(f"STACK={name}: a stack's name is a letter, then up to 63 letters, digits and dashes")
    return name


def parameters(stage: str) -> dict[str, str]:
    """Raises Refused."""
    file = FOLDER / f"{stage}.json"
    if stage not in known():
        raise Refused(f"STAGE={stage}: there is no infra/stages/{stage}.json, but {', '.join(known())}")
    try:
        document = json.loads(file.read_text())
    except ValueError as error:
        raise Refused(f"infra/stages/{stage}.json is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise Refused(f"infra/stages/{stage}.json must be one object of names and values")
    return {name: _text(stage, name, value) for name, value in document.items()}


def known() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def assigned(texts: Iterable[str]) -> dict[str, str]:
    """Of `Name=value`. Raises Refused."""
    pairs = [text.partition("=") for text in texts]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise Refused(f"{wrong[0]}: send a parameter as Name=value")
    return {name: value for name, _, value in pairs}


def check(given: Mapping[str, str], document: Mapping[str, Any]) -> None:
    """Raises Refused for a name that the template does not know, or prices that no function could read."""
    there = sorted(document.get("Parameters", {}))
    if unknown := sorted(set(given) - set(there)):
        raise Refused(f"no parameter is called {', '.join(unknown)}: there are {', '.join(there)}")
    _check_prices(given.get("ModelPrices", ""))


def _check_prices(text: str) -> None:
    try:
        model_prices(text)
    except ValueError as error:
        raise Refused(_PRICES.format(text)) from error


def _text(stage: str, name: str, value: object) -> str:
    """As CloudFormation takes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
    raise Refused(f"infra/stages/{stage}.json: {name} must be a text, a number, true or false")
