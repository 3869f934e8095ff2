"""What a change set would do, and whether anything that cannot be brought back would go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from infra.cloudformation import Refused

LOST_WITH = {
    "AWS::DynamoDB::Table": "its rows would stay behind in the old table",
    "AWS::S3::Bucket": "its files would stay behind in the old bucket",
    "AWS::KMS::Key": "secrets under the old key could not be read any more",
    "AWS::SQS::Queue": "its messages would be deleted",
    "AWS::ApiGateway::RestApi": "the address of the API would change",
    "AWS::Events::EventBus": "rules of others on it would be deleted",
    "AWS::StepFunctions::StateMachine": "executions that run would be ended",
}
"""By type, what its removal or replacement costs. Everything else can be made again."""
_LASTING = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key")
"""What may not even go where an earlier version comes back: it holds more than work under way."""
_SEALS_NOTHING = "AlarmsKey"
"""Of alarms on their way: an option adds it, and whoever turns that off means it."""
_WORDS = {"Add": "added", "Modify": "changed", "Remove": "removed", "Import": "imported"}


@dataclass(frozen=True)
class Change:
    action: str
    """Add, Modify, Remove or Import."""
    name: str
    kind: str
    replacement: str = "False"
    """True, False or Conditional, as CloudFormation has it."""

    def loses(self, back: bool) -> bool:
        """`back`: whether an earlier version comes back, with which goes what a later one had added."""
        if self.kind not in LOST_WITH or self.name == _SEALS_NOTHING:
            return False
        if self.action == "Remove":
            return not back or self.kind in _LASTING
        return self.action == "Modify" and self.replacement != "False"

    @property
    def word(self) -> str:
        replaced = {"True": "replaced", "Conditional": "perhaps replaced"}
        return replaced.get(self.replacement, "changed") if self.action == "Modify" else _WORDS[self.action]


def of(cloudformation: Any, change_set: str) -> list[Change]:
    pages = cloudformation.get_paginator("describe_change_set").paginate(ChangeSetName=change_set)
    told = [each["ResourceChange"] for page in pages for each in page.get("Changes", [])]
    return [
        Change(
            each["Action"], each["LogicalResourceId"], each["ResourceType"], each.get("Replacement", "False")
        )
        for each in told
        if each["Action"] in _WORDS
    ]


def lines(changes: Sequence[Change]) -> Iterator[str]:
    """A summary; what is new is only counted."""
    counted = Counter(change.word for change in changes)
    yield ", ".join(f"{number} {word}" for word, number in sorted(counted.items())) or "no resource changes"
    for change in sorted(changes, key=lambda change: (change.word, change.name)):
        if change.action != "Add":
            yield f"  {change.word:16}  {change.name}  {change.kind}"


def check(changes: Iterable[Change], *, back: bool = False) -> None:
    """Raises Refused."""
    losses = [
        f"{change.name} would be {change.word}: {LOST_WITH[change.kind]}"
        for change in changes
        if change.loses(back)
    ]
    if losses:
        raise Refused(
            "\n".join(["nothing was deployed", *losses, "if that is what you want, add REPLACE_DATA=1"])
        )
