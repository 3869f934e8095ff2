"""What a release has of data and addresses, for later ones to be tested by: `python -m infra.released`.

It is run when a version is tagged. Of the template after the SAM transform, only what is lost with a stack's
resources is kept, and what operators name: parameters and outputs.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra import lint, package
from infra.deploy.changes import LOST_WITH

FOLDER = package.ROOT / "tests" / "infra" / "releases"
_MADE_AGAIN = {"AWS::ApiGateway::RestApi": "Body", "AWS::StepFunctions::StateMachine": "DefinitionString"}
"""Long properties that no data depends on."""


def kept(document: Mapping[str, Any]) -> dict[str, Any]:
    """Of a template after the transform."""
    resources = {
        name: _short(each) for name, each in document["Resources"].items() if each["Type"] in LOST_WITH
    }
    outputs = {
        name: each for name, each in document["Outputs"].items() if referred(each["Value"]) in resources
    }
    named = {part: document.get(part, {}) for part in ("Parameters", "Conditions")}
    return {**named, "Resources": resources, "Outputs": outputs}


def _short(resource: Mapping[str, Any]) -> dict[str, Any]:
    left_out = _MADE_AGAIN.get(resource["Type"])
    properties = {name: value for name, value in resource["Properties"].items() if name != left_out}
    return {**resource, "Properties": properties}


def referred(value: Any) -> str:
    """The resource that an output leads to, if it leads to one alone."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            return name
    return ""


def write(folder: Path = FOLDER) -> Path:
    version = tomllib.loads((package.ROOT / "pyproject.toml").read_text())["project"]["version"]
    file = folder / f"{version}.json"
    document = kept(lint.transformed(package.described()))
    file.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
    return file


if __name__ == "__main__":
    print(write().relative_to(package.ROOT))
