"""CloudFormation templates: reading, merging, and resolving what these templates use of its functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.local.account import ACCOUNT, REGION

STACK_NAME = "batchreel"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": STACK_NAME,
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": None,
}

Attributes = Mapping[str, Any]
"""What other resources may ask of one: "Ref" and its attributes by name."""


class _Loader(yaml.SafeLoader):
    """Reads `!Sub x` as `{"Fn::Sub": x}`, the form without tags."""


def _tagged(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _tagged)


def read(*files: Path) -> dict[str, Any]:
    """The files as one document, merged as `chalice package` does: dicts by key, all else replaced."""
    document: dict[str, Any] = {}
    for file in files:
        document = merge(document, yaml.load(file.read_text(), _Loader))
    return document


def merge(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{k: merge(old[k], v) if k in old else v for k, v in new.items()}}


class Resolver:
    """Resolves values of a template; `attributes` makes or finds a resource by its logical id."""

    def __init__(
        self,
        document: Mapping[str, Any],
        attributes: Callable[[str], Attributes],
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        defaults = {k: str(v.get("Default", "")) for k, v in document.get("Parameters", {}).items()}
        self._names = {**PSEUDO, **defaults, **(parameters or {})}
        self._conditions = document.get("Conditions", {})
        self._attributes = attributes

    def value(self, raw: Any) -> Any:
        """Raises KeyError for an unknown name, NotImplementedError for an unknown function."""
        if isinstance(raw, list):
            return [v for v in map(self.value, raw) if v is not None]
        if not isinstance(raw, dict):
            return raw
        if len(raw) == 1:
            [(name, argument)] = raw.items()
            if name in ("Ref", "Condition") or name.startswith("Fn::"):
                return self._call(name.removeprefix("Fn::"), argument)
        return {k: v for k, v in ((k, self.value(v)) for k, v in raw.items()) if v is not None}

    def _call(self, name: str, argument: Any) -> Any:
        function: Callable[[Any], Any] | None = getattr(self, f"_{name.lower()}", None)
        if function is None:
            raise NotImplementedError(f"template function {name}")
        return function(argument)

    def _ref(self, name: str) -> Any:
        return self._names[name] if name in self._names else self._attributes(name)["Ref"]

    def _getatt(self, argument: str | list[str]) -> Any:
        resource, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        return self._attributes(resource)[attribute]

    def _sub(self, argument: str | list[Any]) -> str:
        text, local = (argument, {}) if isinstance(argument, str) else argument

        def replacement(match: re.Match[str]) -> str:
            name = match[1]
            if name in local:
                return str(self.value(local[name]))
            return str(self._getatt(name) if "." in name else self._ref(name))

        return re.sub(r"\$\{([^!}][^}]*)\}", replacement, text).replace("${!", "${")

    def _join(self, argument: list[Any]) -> str:
        return str(argument[0]).join(str(v) for v in self.value(argument[1]))

    def _if(self, argument: list[Any]) -> Any:
        return self.value(argument[1] if self._condition(argument[0]) else argument[2])

    def _condition(self, name: str) -> bool:
        return bool(self.value(self._conditions[name]))

    def _equals(self, argument: list[Any]) -> bool:
        left, right = (str(self.value(v)) for v in argument)
        return left == right

    def _not(self, argument: list[Any]) -> bool:
        return not self.value(argument[0])
