"""The template as an emulated CloudFormation can have it: that runs no SAM transform and knows few types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from moto.cloudformation.models import ChangeSet, CloudFormationBackend

from infra import released

MADE = (
    "AWS::DynamoDB::Table",
    "AWS::Events::EventBus",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
)
"""Of what holds data. Its state machines need a role and functions, and its REST APIs a name."""
UPDATED = {
    "AWS::DynamoDB::Table": ("KeySchema", "AttributeDefinitions", "BillingMode", "TableName"),
    "AWS::KMS::Key": ("KeySpec", "KeyUsage"),
}
"""moto forgets a table or key of which anything is changed, so of them only what replaces them may differ."""


def mend(environment: pytest.MonkeyPatch) -> None:
    """moto makes what a change set says, but the stack then has neither its template nor its outputs."""

    def apply(change: ChangeSet) -> None:
        stack = change.stack
        stack.resource_map.update(change.template_dict, change.parameters)
        stack.template, stack.template_dict = change.template, change.template_dict
        stack.parameters, stack.output_map = change.parameters, stack._create_output_map()

    environment.setattr(ChangeSet, "apply", apply)


def undo(environment: pytest.MonkeyPatch) -> None:
    """moto has no update that fails and is taken back, as CloudFormation does by itself."""

    def execute(backend: CloudFormationBackend, change_set_name: str, stack_name: str | None = None) -> None:
        backend.stacks[backend.change_sets[change_set_name].stack_id].status = "UPDATE_ROLLBACK_COMPLETE"

    environment.setattr(CloudFormationBackend, "execute_change_set", execute)


def fit(document: Mapping[str, Any]) -> dict[str, Any]:
    kept = released.kept(document)
    resources = {name: _fit(each) for name, each in kept["Resources"].items() if each["Type"] in MADE}
    outputs = {
        name: each for name, each in kept["Outputs"].items() if released.referred(each["Value"]) in resources
    }
    return {**kept, "Resources": resources, "Outputs": outputs}


def _fit(resource: Mapping[str, Any]) -> dict[str, Any]:
    known = UPDATED.get(resource["Type"], tuple(resource["Properties"]))
    properties = {name: value for name, value in resource["Properties"].items() if name in known}
    if resource["Type"] == "AWS::KMS::Key":
        properties["KeyPolicy"] = "{}"  # which moto asks for, as text
    if resource["Type"] == "AWS::DynamoDB::Table":
        keys = {each["AttributeName"] for each in properties["KeySchema"]}
        properties["AttributeDefinitions"] = [
            each for each in properties["AttributeDefinitions"] if each["AttributeName"] in keys
        ]
    told = {name: value for name, value in resource.items() if name != "Metadata"}  # it changes nothing
    return {**told, "Properties": properties}
