"""CloudFormation templates: reading, merging, and resolving what these templates use of its functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.local.account import ACCOUNT, REGION, ROOT

STACK_NAME = "batchreel"
FILES = ("parameters", "resources", "queues", "functions", "api", "logs", "alarms")
"""Of infra, .yaml: the template in parts. Later ones patch earlier ones."""
NOTHING = object()
"""What AWS::NoValue stands for: its key goes."""
PSEUDO: Mapping[str, Any] = {
    "AWS::AccountId": ACCOUNT,
    "AWS::NoValue": NOTHING,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": STACK_NAME,
}

Attributes = Mapping[str, Any]
"""What other resources may ask of one: "Ref" and its attributes by name."""


class _Loader(yaml.SafeLoader):
    """Reads `!Sub x` as `{"Fn::Sub": x}`, the form without tags."""


def _tagged(loader: _Loader, tag: str, node: yaml.ScalarNode) -> dict[str, Any]:
    value = loader.construct_scalar(node)
    if tag == "GetAtt":  # the dotted form is YAML's alone, and packages are JSON
        return {"Fn::GetAtt": str(value).split(".", 1)}
    return {tag if tag == "Ref" else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _tagged)


def whole(folder: Path = ROOT / "infra") -> dict[str, Any]:
    """All of the template, but for what Chalice generates."""
    return read(*(folder / f"{name}.yaml" for name in FILES))


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
        """`parameters` are the values of those that are not left at their defaults."""
        defaults = {k: str(v.get("Default", "")) for k, v in document.get("Parameters", {}).items()}
        self._names = {**PSEUDO, **defaults, **(parameters or {})}
        self._conditions = document.get("Conditions", {})
        self._attributes = attributes

    def exists(self, part: Mapping[str, Any]) -> bool:
        """Whether a resource or an output is there, by its Condition."""
        return "Condition" not in part or self._holds({"Condition": part["Condition"]})

    def _holds(self, raw: Any) -> bool:
        match raw:
            case {"Condition": str(name)}:
                return self._holds(self._conditions[name])
            case {"Fn::Equals": [one, other]}:
                return str(self.value(one)) == str(self.value(other))
            case {"Fn::Not": [condition]}:
                return not self._holds(condition)
            case {"Fn::And": list(conditions)}:
                return all(map(self._holds, conditions))
            case {"Fn::Or": list(conditions)}:
                return any(map(self._holds, conditions))
        raise NotImplementedError(f"template condition {raw}")

    def value(self, raw: Any) -> Any:
        """Raises KeyError for an unknown name, NotImplementedError for an unknown function."""
        match raw:
            case list():
                return [item for item in map(self.value, raw) if item is not NOTHING]
            case {"Ref": str(name)}:
                return self._named(name)
            case {"Fn::GetAtt": [str(name), str(attribute)]}:
                return self._attributes(name)[attribute]
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: str(self._named(found[1])), text)
            case {"Fn::Join": [str(between), parts]}:
                return between.join(self.value(parts))
            case {"Fn::Split": [str(between), text]}:
                return self.value(text).split(between)
            case {"Fn::If": [str(name), yes, no]}:
                return self.value(yes if self._holds({"Condition": name}) else no)
            case dict():
                if functions := [key for key in raw if key.startswith("Fn::")]:
                    raise NotImplementedError(f"template function {functions[0]}")
                values = {key: self.value(item) for key, item in raw.items()}
                return {key: item for key, item in values.items() if item is not NOTHING}
        return raw

    def _named(self, name: str) -> Any:
        if name in self._names:
            return self._names[name]
        resource, _, attribute = name.partition(".")
        return self._attributes(resource)[attribute or "Ref"]
