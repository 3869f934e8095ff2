"""A role has its function's policy file, and what the template adds for buckets and queues of others."""

from __future__ import annotations

from typing import Any

from infra.iam import roles
from infra.iam.ask import Ask
from infra.local import account, template

INFRA = account.ROOT / "infra"
DOCUMENT = template.whole()
QUEUES = "arn:aws:sqs:eu-west-1:1:answers-*,arn:aws:sqs:eu-west-1:1:other"


def policies(**parameters: str) -> Any:
    resolver = template.Resolver(DOCUMENT, lambda name: {"Ref": name, "Arn": name}, parameters)
    return roles.policies(account.ROOT / ".chalice" / "config.json", DOCUMENT["Resources"], resolver.value)


def allowed(made: Any, action: str, resource: str) -> set[str]:
    return {caller for caller, policy in made.items() if policy.uses(Ask(action, resource))}


def test_buckets_of_others_are_for_the_worker_that_reads_and_writes_media() -> None:
    made = policies(SourceBuckets="a,b/c", DestinationBuckets="d")
    for place in ("a/x", "b/c/x"):
        assert allowed(made, "s3:GetObject", f"arn:aws:s3:::{place}") == {"AudioWorker"}
    assert allowed(made, "s3:PutObject", "arn:aws:s3:::d/x") == {"AudioWorker"}
    for action, place in (("s3:GetObject", "b/x"), ("s3:GetObject", "d/x"), ("s3:PutObject", "a/x")):
        assert allowed(made, action, f"arn:aws:s3:::{place}") == set()


def test_queues_of_others_are_for_whoever_answers() -> None:
    made = policies(ReplyQueues=QUEUES)
    answers = allowed(made, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:answers-9")
    assert answers == allowed(made, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:other")
    assert {"Intake", "AudioWorker", "APIHandler"} <= answers
    assert answers.isdisjoint({"Deliver", "Recover", "Finish"})


def test_without_them_nothing_is_added() -> None:
    made = policies()
    assert allowed(made, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:answers-9") == set()
    assert allowed(made, "s3:GetObject", "arn:aws:s3:::a/x") == set()
