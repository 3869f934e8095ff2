"""One change set from start to end."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import WaiterError

from infra import cloudformation
from infra.cloudformation import Refused
from infra.deploy import change_sets
from infra.deploy.artifacts import Shelf, Template

_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
_PATIENCE = {"Delay": 10, "MaxAttempts": 360}
"""An hour."""
_SHOWN = 5
_NEVER_CAME_UP = (
    "its first deployment failed: run `make destroy STACK={0} DATA=delete`, then deploy again. There is "
    "nothing yet in the tables, the bucket and the key that it left"
)
_STUCK = {
    "CREATE_FAILED": _NEVER_CAME_UP,
    "ROLLBACK_COMPLETE": _NEVER_CAME_UP,
    "ROLLBACK_FAILED": _NEVER_CAME_UP,
    "DELETE_FAILED": "it could not be deleted whole: run `make destroy STACK={0}`, then deploy again",
    "UPDATE_ROLLBACK_FAILED": "run `aws cloudformation continue-update-rollback --stack-name {0}` first",
}


def deploy(
    stack: str,
    shelf: Shelf,
    template: Template,
    parameters: Mapping[str, str],
    *,
    back: bool = False,
    replace_data: bool = False,
) -> dict[str, str]:
    """The stack's outputs, once it is up. `back`: the template is an earlier one.
    Raises Refused, and RuntimeError with CloudFormation's reasons."""
    client = boto3.client("cloudformation")
    existing = changeable(client, stack)
    change = client.create_change_set(
        StackName=stack,
        ChangeSetName=f"deploy-{token()}",
        ChangeSetType="UPDATE" if existing else "CREATE",
        TemplateURL=template.url,
        Capabilities=_CAPABILITIES,
        Parameters=sent(parameters, template.document, existing),
    )["Id"]
    if change_sets.worth_it(client, change, back=back, replace_data=replace_data):
        if existing:
            _keep(client, stack, shelf, template)
        execute(client, stack, change, "update" if existing else "create")
    found = cloudformation.find(client, stack)
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def changeable(client: Any, stack: str) -> Any:
    """None if there is no stack yet, or only a change set that was never executed. Raises Refused."""
    found = cloudformation.find(client, stack)
    status = found["StackStatus"] if found else "REVIEW_IN_PROGRESS"
    if status == "REVIEW_IN_PROGRESS":
        return None
    if status in _STUCK:
        raise Refused(f"the stack {stack} is in {status}: {_STUCK[status].format(stack)}")
    if status.endswith("_IN_PROGRESS") and status != "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS":
        raise Refused(f"the stack {stack} is in {status}: deploy again when that is over")
    return found


def sent(given: Mapping[str, str], document: dict[str, Any], existing: Any) -> list[Any]:
    """What is not given stays as it was; CloudFormation by itself would go back to the defaults.
    Names that the template no longer knows are dropped."""
    before = {p["ParameterKey"] for p in (existing or {}).get("Parameters", [])}
    kept = before & document.get("Parameters", {}).keys() - given.keys()
    return [{"ParameterKey": name, "UsePreviousValue": True} for name in sorted(kept)] + [
        {"ParameterKey": name, "ParameterValue": value} for name, value in given.items()
    ]


def _keep(client: Any, stack: str, shelf: Shelf, template: Template) -> None:
    """What is there now, for `make rollback`, unless only parameters change."""
    now = _template(client, stack)
    if now != template.document:
        shelf.keep_previous(stack, template.document, now)


def deployed(stack: str) -> dict[str, Any] | None:
    """The template of what is there now, or None. Raises Refused if the stack cannot be changed."""
    client = boto3.client("cloudformation")
    return _template(client, stack) if changeable(client, stack) else None


def parameters(stack: str) -> dict[str, str]:
    """Of what is there now; none if it is not there."""
    found = cloudformation.find(boto3.client("cloudformation"), stack) or {}
    return {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])}


def _template(client: Any, stack: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    return found


def execute(client: Any, stack: str, change: str, verb: str) -> None:
    """Raises RuntimeError with the first reasons."""
    this = token()
    client.execute_change_set(ChangeSetName=change, ClientRequestToken=this)
    print("CloudFormation is at work; some minutes, the first time more")
    try:
        client.get_waiter(f"stack_{verb}_complete").wait(StackName=stack, WaiterConfig=_PATIENCE)
    except WaiterError as error:
        raise RuntimeError(_what_failed(client, stack, this)) from error


def _what_failed(client: Any, stack: str, this: str) -> str:
    status = cloudformation.find(client, stack)["StackStatus"]
    if status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
        return f"the stack {stack} is still in {status} after an hour: deploy again when that is over"
    reasons = cloudformation.failures(client, stack, token=this)[:_SHOWN] or [
        "CloudFormation gives no reason"
    ]
    return "\n".join([f"the stack {stack} was not deployed and is in {status}:", *reasons])


def token() -> str:
    """By which the events of one run are told from those of others."""
    return uuid.uuid4().hex
