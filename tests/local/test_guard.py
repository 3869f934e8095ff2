"""The local cloud refuses what a role does not allow, in the words of the service that was called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError
from botocore.session import Session

from infra.iam.policy import Grant, Policy
from infra.local import account, identity
from infra.local.guard import Guard
from infra.local.stack import LocalStack
from tests.local.conftest import key

BUCKET = "guarded"
OPEN = f"arn:aws:s3:::{BUCKET}/open/*"


@pytest.fixture
def guard(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Guard:
    """Of one caller, who may read some objects."""
    made = Guard({"Guest": Policy([Grant("s3:GetObject", OPEN, "open")])})
    monkeypatch.setattr(stack.gateway, "guard", made)
    return made


@pytest.fixture
def guest(stack: LocalStack) -> Iterator[Callable[[str], Any]]:
    made: list[Any] = []

    def client(service: str) -> Any:
        settings = {"signature_version": "s3v4"} if service == "s3" else {}
        made.append(account.client(service, stack.aws_url, settings, caller="Guest"))
        return made[-1]

    yield client
    for each in made:
        each.close()


@pytest.fixture(scope="module", autouse=True)
def _objects(stack: LocalStack) -> Iterator[None]:
    owner = account.client("s3", stack.aws_url)
    owner.create_bucket(Bucket=BUCKET)
    for name in ("open/a", "closed/a"):
        owner.put_object(Bucket=BUCKET, Key=name, Body=b"text")
    yield
    owner.close()


def code(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**request)
    return str(error.value.response["Error"]["Code"])


def test_a_caller_may_do_what_its_role_allows(guard: Guard, guest: Any) -> None:
    with guest("s3").get_object(Bucket=BUCKET, Key="open/a")["Body"] as body:
        assert body.read() == b"text"
    assert guest("s3").head_object(Bucket=BUCKET, Key="open/a")["ContentLength"] == 4
    assert guard.used == {("Guest", "s3:GetObject open")}
    assert guard.denied == []


def test_all_else_is_refused_and_remembered(guard: Guard, guest: Any, table: str, queue: str) -> None:
    assert code(guest("s3").get_object, Bucket=BUCKET, Key="closed/a") == "AccessDenied"
    assert code(guest("dynamodb").get_item, TableName=table, Key=key("a")) == "AccessDeniedException"
    assert code(guest("sqs").send_message, QueueUrl=queue, MessageBody="a") == "AccessDeniedException"
    assert [sentence.split(" on ")[0] for sentence in guard.denied] == [
        f"Guest is not allowed {action}" for action in ("s3:GetObject", "dynamodb:GetItem", "sqs:SendMessage")
    ]


def test_whoever_may_not_list_is_not_told_that_an_object_is_missing(guard: Guard, guest: Any) -> None:
    assert code(guest("s3").get_object, Bucket=BUCKET, Key="open/none") == "AccessDenied"
    assert code(guest("s3").head_object, Bucket=BUCKET, Key="open/none") == "403"
    guard.policies = {
        "Guest": Policy(
            [*guard.policies["Guest"].grants, Grant("s3:ListBucket", f"arn:aws:s3:::{BUCKET}", "it")]
        )
    }
    assert code(guest("s3").get_object, Bucket=BUCKET, Key="open/none") == "NoSuchKey"
    assert ("Guest", "s3:ListBucket it") in guard.used


@pytest.mark.parametrize(("name", "status"), [("open/a", 200), ("closed/a", 403)])
@pytest.mark.usefixtures("guard")
def test_a_link_can_do_no_more_than_who_signed_it(guest: Any, name: str, status: int) -> None:
    link = guest("s3").generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": name})
    assert requests.get(link, timeout=60).status_code == status


@pytest.mark.usefixtures("guard")
def test_the_owner_of_the_account_is_asked_nothing(stack: LocalStack, aws: Any, table: str) -> None:
    assert "Item" not in aws.dynamodb.get_item(TableName=table, Key=key("a"))


def test_all_sessions_of_a_worker_speak_as_the_function_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "get_credentials", Session.get_credentials)  # put back at the end
    identity.install()
    sessions = [Session(), Session()]
    identity.become("Deliver")
    assert [signer(session) for session in sessions] == ["Deliver"] * 2
    identity.become(identity.OWNER)
    assert signer(sessions[0]) == "local"


def signer(session: Session) -> str:
    credentials = session.get_credentials()
    assert credentials
    return str(credentials.access_key)
