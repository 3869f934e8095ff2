"""Policies as lists of grants: just as much of IAM's language as Batchreel's own policies use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from infra.iam.ask import Ask

FOR_ALL = "ForAllValues:"
OPERATORS = frozenset({"ForAllValues:StringLike", "StringEquals", "StringLike"})
Condition = tuple[str, str, tuple[str, ...]]
"""Operator, key, and the values that it may have."""


@dataclass(frozen=True)
class Grant:
    """One action on one resource: the smallest thing that can be given, and can be one too many."""

    action: str
    resource: str
    """A pattern."""
    named: str
    """The resource as the policy's text has it."""
    condition: Condition | None = None

    @property
    def names(self) -> list[str]:
        """One for each value that its condition admits."""
        values = self.condition[2] if self.condition else ()
        return [self._name(value) for value in values] or [self._name()]

    def uses(self, ask: Ask) -> set[str]:
        """Which of its names the ask needs: none, if it is not allowed by this."""
        if self.action != ask.action or not matches(self.resource, ask.resource):
            return set()
        if self.condition is None:
            return {self._name()}
        operator, key, patterns = self.condition
        given = ask.context.get(key, ())
        admitted = [next((p for p in patterns if matches(p, value)), None) for value in given]
        if None in admitted or not (admitted or operator.startswith(FOR_ALL)):
            return set()
        return {self._name(str(pattern)) for pattern in admitted}

    def _name(self, value: str = "") -> str:
        key = self.condition[1] if self.condition else ""
        return f"{self.action} {self.named}" + (f" if {key} is {value}" if key else "")


class Policy:
    def __init__(self, grants: Iterable[Grant]) -> None:
        self.grants = tuple(grants)
        self._by_action: dict[str, list[Grant]] = {}
        for grant in self.grants:
            self._by_action.setdefault(grant.action, []).append(grant)

    def uses(self, ask: Ask) -> set[str]:
        """The first grant that allows it, by name: what a second one adds is one too many."""
        found = (grant.uses(ask) for grant in self._by_action.get(ask.action, ()))
        return next(filter(None, found), set())


def grants(statements: Iterable[Mapping[str, Any]], resolve: Callable[[Any], Any]) -> Iterator[Grant]:
    """Raises NotImplementedError for what this does not know of IAM."""
    for each in statements:
        if each["Effect"] != "Allow" or set(each) - {"Sid", "Effect", "Action", "Resource", "Condition"}:
            raise NotImplementedError(f"statement {each}")
        condition = _condition(each.get("Condition", {}))
        for action in _listed(each["Action"]):
            for raw in _listed(each["Resource"]):
                for pattern in _listed(resolve(raw)):
                    yield Grant(action, pattern, told(raw), condition)


def told(raw: Any) -> str:
    """A resource of a template in few words: its name, its text, or the parameter that lists them."""
    match raw:
        case str():
            return raw
        case {"Fn::GetAtt": [name, _]} | {"Ref": name} | {"Fn::Sub": name}:
            return str(name)
    inner = [told(part) for part in (raw.values() if isinstance(raw, dict) else raw)]
    return next((text for text in inner if text.isalpha()), "")


def _condition(raw: Mapping[str, Mapping[str, Any]]) -> Condition | None:
    found = [(operator, key, each) for operator, keys in raw.items() for key, each in keys.items()]
    if not found:
        return None
    [(operator, key, values)] = found
    if operator not in OPERATORS:
        raise NotImplementedError(f"condition {operator}")
    return operator, key, tuple(_listed(values))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.DOTALL)


def matches(pattern: str, value: str) -> bool:
    return bool(_compiled(pattern).fullmatch(value))
