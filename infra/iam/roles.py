"""Which policies the roles have: those of the functions, and that of the state machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from chalice.utils import to_cfn_resource_name

from infra.iam.policy import Grant, Policy, grants
from infra.local.functions import API

Resolve = Callable[[Any], Any]
Resources = Mapping[str, Any]


def policies(config: Path, resources: Resources, resolve: Resolve) -> dict[str, Policy]:
    """By the logical id of the function or state machine. A function that has no policy file is left out."""
    [stage] = json.loads(config.read_text())["stages"].values()
    found = {
        logical_id(name): Policy(
            chain(
                _of_file(config.parent / each["iam_policy_file"], resolve),
                _attached(role(name), resources, resolve),
            )
        )
        for name, each in stage.get("lambda_functions", {}).items()
        if "iam_policy_file" in each
    }
    return found | dict(_of_machines(resources, resolve))


def logical_id(function: str) -> str:
    return "APIHandler" if function == API else to_cfn_resource_name(function)


def role(function: str) -> str:
    """As Chalice names it in its template."""
    return to_cfn_resource_name(function) + "Role"


def _of_file(path: Path, resolve: Resolve) -> Iterator[Grant]:
    return grants(json.loads(path.read_text())["Statement"], resolve)


def _attached(role_name: str, resources: Resources, resolve: Resolve) -> Iterator[Grant]:
    """Of the template's own policies. Those that a condition leaves out name nothing that there is."""
    for each in resources.values():
        if each.get("Type") == "AWS::IAM::Policy" and {"Ref": role_name} in each["Properties"]["Roles"]:
            yield from grants(each["Properties"]["PolicyDocument"]["Statement"], resolve)


def _of_machines(resources: Resources, resolve: Resolve) -> Iterator[tuple[str, Policy]]:
    for name, each in resources.items():
        if each.get("Type") == "AWS::Serverless::StateMachine":
            [owner, _] = each["Properties"]["Role"]["Fn::GetAtt"]
            inline = resources[owner]["Properties"].get("Policies", ())
            statements = [s for policy in inline for s in policy["PolicyDocument"]["Statement"]]
            yield name, Policy(grants(statements, resolve))
