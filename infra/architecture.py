"""The processor that a package is made for: chosen once, and written wherever the template has to say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.settings import ARCHITECTURES, Architecture
from infra.cloudformation import Refused

NAME: Final = "Architecture"
"""Among a stage's settings and the stack's outputs. No parameter of the template, as it is made for one."""
DEFAULT: Final[Architecture] = "x86_64"


def written(architecture: Architecture) -> dict[str, Any]:
    """What the template says of it beside the line of each function, which is Chalice's."""
    variables = {"BATCHREEL_ARCHITECTURE": architecture}
    return {
        "Globals": {"Function": {"Environment": {"Variables": variables}}},
        "Resources": {"FfmpegLayer": {"Properties": {"CompatibleArchitectures": [architecture]}}},
        "Outputs": {NAME: {"Value": architecture}},
    }


def of_package(document: Mapping[str, Any]) -> Architecture:
    return _known(document.get("Outputs", {}).get(NAME, {}).get("Value", DEFAULT))


def of_stack(found: Mapping[str, Any]) -> Architecture:
    """That of one from before there was a choice is the default."""
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}
    return _known(outputs.get(NAME, DEFAULT))


def taken_from(settings: dict[str, str]) -> Architecture | None:
    """What they say of it, which is gone from them then. Raises Refused."""
    said = settings.pop(NAME, None)
    return None if said is None else _known(said)


def check(document: Mapping[str, Any], wanted: Architecture) -> None:
    """Raises Refused for a package that is made for another one."""
    made = of_package(document)
    if made != wanted:
        raise Refused(
            f"the package is made for {made} and the stack is to have {wanted}:"
            f" run `make package ARCHITECTURE={wanted}`, or deploy with ARCHITECTURE={made}"
        )


def _known(text: str) -> Architecture:
    if text not in ARCHITECTURES:
        raise Refused(f"{NAME}={text}: there are {' and '.join(ARCHITECTURES)}")
    return text
