"""What a change set would cost, and what CloudFormation says when it fails: its answers are written here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from infra import cloudformation
from infra.cloudformation import Refused
from infra.deploy import change_sets, changes, stack
from infra.deploy.changes import LOST_WITH, Change
from infra.local import template as templates

NAME = "batchreel-dev"


@pytest.fixture
def client() -> Any:
    return boto3.client("cloudformation", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def stub(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubbed:
        yield stubbed


@pytest.mark.parametrize("kind", LOST_WITH)
@pytest.mark.parametrize(
    ("action", "replacement"), [("Remove", "False"), ("Modify", "True"), ("Modify", "Conditional")]
)
def test_what_holds_data_is_neither_removed_nor_replaced(kind: str, action: str, replacement: str) -> None:
    with pytest.raises(Refused, match=LOST_WITH[kind]):
        changes.check([Change(action, "It", kind, replacement)])


@pytest.mark.parametrize(
    "change",
    [
        Change("Add", "It", "AWS::DynamoDB::Table"),
        Change("Modify", "It", "AWS::DynamoDB::Table"),
        Change("Remove", "It", "AWS::ApiGateway::Deployment"),
        Change("Modify", "It", "AWS::Lambda::LayerVersion", "True"),
        Change("Remove", "It", "AWS::Logs::LogGroup"),
    ],
    ids=lambda change: f"{change.action} {change.kind}",
)
def test_everything_else_may_change(change: Change) -> None:
    changes.check([change])


def of_options() -> list[Change]:
    """What is removed when an option of the template is turned off again."""
    whole = templates.whole()["Resources"]
    return [Change("Remove", name, each["Type"]) for name, each in whole.items() if "Condition" in each]


@pytest.mark.parametrize("change", of_options(), ids=lambda change: change.name)
def test_an_option_can_be_turned_off_again(change: Change) -> None:
    changes.check([change])


@pytest.mark.parametrize("kind", LOST_WITH)
def test_what_a_later_version_had_added_goes_when_an_earlier_one_comes_back(kind: str) -> None:
    change = Change("Remove", "It", kind)
    if kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key"):
        with pytest.raises(Refused, match="It would be removed"):
            changes.check([change], back=True)
    else:
        changes.check([change], back=True)


@pytest.mark.parametrize("kind", LOST_WITH)
def test_going_back_replaces_nothing_either(kind: str) -> None:
    with pytest.raises(Refused, match="It would be replaced"):
        changes.check([Change("Modify", "It", kind, "True")], back=True)


def test_every_type_of_ours_that_cloudformation_is_told_to_keep_is_guarded() -> None:
    whole = templates.whole()["Resources"]
    kept = {each["Type"] for each in whole.values() if each.get("DeletionPolicy") == "Retain"}
    assert kept <= LOST_WITH.keys()


def test_the_summary_counts_what_is_new_and_names_the_rest() -> None:
    told = [
        Change("Add", "A", "AWS::SQS::Queue"),
        Change("Modify", "Api", "AWS::Lambda::Function"),
        Change("Modify", "Layer", "AWS::Lambda::LayerVersion", "True"),
        Change("Modify", "Map", "AWS::Lambda::EventSourceMapping", "Conditional"),
        Change("Remove", "Old", "AWS::ApiGateway::Deployment"),
    ]
    assert list(changes.lines(told)) == [
        "1 added, 1 changed, 1 perhaps replaced, 1 removed, 1 replaced",
        "  changed           Api  AWS::Lambda::Function",
        "  perhaps replaced  Map  AWS::Lambda::EventSourceMapping",
        "  removed           Old  AWS::ApiGateway::Deployment",
        "  replaced          Layer  AWS::Lambda::LayerVersion",
    ]


def test_parameters_keep_what_they_were_unless_they_are_given() -> None:
    before = [{"ParameterKey": name, "ParameterValue": "x"} for name in ("Speech", "Old", "Days")]
    existing = {"Parameters": before}
    document: dict[str, Any] = {"Parameters": {"Speech": {}, "Days": {}, "New": {}}}
    assert stack.sent({"Days": "3"}, document, existing) == [
        {"ParameterKey": "Speech", "UsePreviousValue": True},
        {"ParameterKey": "Days", "ParameterValue": "3"},
    ]
    assert stack.sent({"Days": "3"}, document, None) == [{"ParameterKey": "Days", "ParameterValue": "3"}]


def resource_change(name: str, **more: str) -> dict[str, Any]:
    told = {"Action": "Modify", "LogicalResourceId": name, "ResourceType": "AWS::SQS::Queue", **more}
    return {"Type": "Resource", "ResourceChange": told}


def test_all_pages_of_a_change_set_are_read(client: Any, stub: Stubber) -> None:
    first = {"Changes": [resource_change("One", Replacement="True")], "NextToken": "more"}
    stub.add_response("describe_change_set", first)
    stub.add_response("describe_change_set", {"Changes": [resource_change("Two")]})
    assert changes.of(client, "change") == [
        Change("Modify", "One", "AWS::SQS::Queue", "True"),
        Change("Modify", "Two", "AWS::SQS::Queue", "False"),
    ]


def described(status: str) -> dict[str, Any]:
    return {"Stacks": [{"StackName": NAME, "StackStatus": status, "CreationTime": 0}]}


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("ROLLBACK_COMPLETE", f"run `make destroy STACK={NAME} DATA=delete`, then deploy again"),
        ("CREATE_FAILED", f"run `make destroy STACK={NAME} DATA=delete`, then deploy again"),
        ("ROLLBACK_FAILED", f"run `make destroy STACK={NAME} DATA=delete`, then deploy again"),
        ("DELETE_FAILED", f"run `make destroy STACK={NAME}`, then deploy again"),
        ("UPDATE_ROLLBACK_FAILED", f"continue-update-rollback --stack-name {NAME}"),
        ("UPDATE_IN_PROGRESS", "deploy again when that is over"),
        ("ROLLBACK_IN_PROGRESS", "deploy again when that is over"),
    ],
)
def test_a_stack_that_cannot_be_deployed_to(client: Any, stub: Stubber, status: str, told: str) -> None:
    stub.add_response("describe_stacks", described(status))
    with pytest.raises(Refused, match=f"the stack {NAME} is in {status}: .*{told}"):
        stack.changeable(client, NAME)


@pytest.mark.parametrize(
    ("status", "there"),
    [
        ("REVIEW_IN_PROGRESS", False),
        ("CREATE_COMPLETE", True),
        ("UPDATE_ROLLBACK_COMPLETE", True),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", True),
    ],
)
def test_a_stack_that_can(client: Any, stub: Stubber, status: str, there: bool) -> None:
    stub.add_response("describe_stacks", described(status))
    assert bool(stack.changeable(client, NAME)) == there


def fails_to_be_made(stub: Stubber, reason: str) -> None:
    for _ in range(2):
        stub.add_response("describe_change_set", {"Status": "FAILED", "StatusReason": reason})


def test_a_change_that_cloudformation_refuses_leaves_nothing_behind(client: Any, stub: Stubber) -> None:
    fails_to_be_made(stub, "Parameter Speech failed to satisfy constraint: Parameter validation failed")
    stub.add_response("delete_change_set", {}, {"ChangeSetName": "change"})
    with pytest.raises(RuntimeError, match="CloudFormation refuses the change: Parameter Speech failed to"):
        change_sets.worth_it(client, "change")
    stub.assert_no_pending_responses()


ELSEWHERE = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. "
    "To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information."
)
FOUND: list[dict[str, Any]] = [
    {"EventType": "STACK_EVENT", "OperationStatus": "FAILED"},
    {
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": "DomainRecord",
        "ValidationStatus": "FAILED",
        "ValidationStatusReason": "it exists already",
    },
    {
        "EventType": "HOOK_INVOCATION_ERROR",
        "LogicalResourceId": "Bucket",
        "HookStatus": "HOOK_COMPLETE_FAILED",
        "HookStatusReason": "buckets are kept by others",
    },
    {
        "EventType": "HOOK_INVOCATION_ERROR",
        "HookStatus": "HOOK_COMPLETE_SUCCEEDED",
        "HookStatusReason": "fine",
    },
]


def test_what_validations_and_hooks_found_wrong_is_told(client: Any, stub: Stubber) -> None:
    fails_to_be_made(stub, ELSEWHERE)
    stub.add_response(
        "describe_events", {"OperationEvents": FOUND[:2], "NextToken": "more"}, {"ChangeSetName": "change"}
    )
    stub.add_response("describe_events", {"OperationEvents": FOUND[2:]})
    stub.add_response("delete_change_set", {}, {"ChangeSetName": "change"})
    with pytest.raises(RuntimeError) as failed:
        change_sets.worth_it(client, "change")
    first, *found = str(failed.value).splitlines()
    assert first.endswith(ELSEWHERE)
    assert found == ["DomainRecord: it exists already", "Bucket: buckets are kept by others"]
    stub.assert_no_pending_responses()


@pytest.mark.parametrize("readable", [True, False], ids=["empty", "forbidden"])
def test_a_change_set_that_alone_knows_why_is_kept_and_named(
    client: Any, stub: Stubber, readable: bool
) -> None:
    fails_to_be_made(stub, ELSEWHERE)
    if readable:
        stub.add_response("describe_events", {"OperationEvents": FOUND[:1]})
    else:
        stub.add_client_error("describe_events", "AccessDenied")
    with pytest.raises(RuntimeError, match=r"describe-events --change-set-name change`$"):
        change_sets.worth_it(client, "change")
    stub.assert_no_pending_responses()


def event(name: str, status: str, reason: str = "", token: str = "now") -> dict[str, Any]:
    about = {"StackId": "id", "EventId": "e", "StackName": NAME, "Timestamp": 0}
    why = {"ResourceStatusReason": reason} if reason else {}
    return about | why | {"LogicalResourceId": name, "ResourceStatus": status, "ClientRequestToken": token}


EVENTS = [
    event(NAME, "UPDATE_ROLLBACK_COMPLETE"),
    event("Watchdog", "UPDATE_FAILED", "Resource update cancelled"),
    event("Deliver", "CREATE_FAILED"),
    event("Waf", "CREATE_FAILED", "the ARN is not that of a web ACL"),
    event("Finish", "UPDATE_FAILED", "of another day", token="before"),
]
"""As CloudFormation tells them: the last one first."""


def test_the_reasons_of_a_failure_come_first_things_first(client: Any, stub: Stubber) -> None:
    stub.add_response("describe_stack_events", {"StackEvents": EVENTS[:2], "NextToken": "more"})
    stub.add_response("describe_stack_events", {"StackEvents": EVENTS[2:]})
    assert cloudformation.failures(client, NAME, token="now") == [
        "Waf: the ARN is not that of a web ACL",
        "Deliver: no reason given",
    ]


def test_an_update_that_fails_says_why(client: Any, stub: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "token", lambda: "now")
    wanted = {"ChangeSetName": "change", "ClientRequestToken": "now"}
    stub.add_response("execute_change_set", {}, wanted)
    for _ in range(2):
        stub.add_response("describe_stacks", described("UPDATE_ROLLBACK_COMPLETE"), {"StackName": NAME})
    stub.add_response("describe_stack_events", {"StackEvents": EVENTS}, {"StackName": ANY})
    with pytest.raises(RuntimeError) as failed:
        stack.execute(client, NAME, "change", "update")
    assert str(failed.value).splitlines() == [
        f"the stack {NAME} was not deployed and is in UPDATE_ROLLBACK_COMPLETE:",
        "Waf: the ARN is not that of a web ACL",
        "Deliver: no reason given",
    ]
