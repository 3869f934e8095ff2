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


def read(*files: Path) -> dict[str, Any]:
    """The files as one document, merged as `chalice package` does: dicts by key, all else replaced."""
    document: dict[str, Any] = {}
    for file in files:
        document = _merge(document, yaml.load(file.read_text(), _Loader))
    return document


def _merge(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{k: _merge(old[k], v) if k in old else v for k, v in new.items()}}


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
        self._attributes = attributes

    def value(self, raw: Any) -> Any:
        """Raises KeyError for an unknown name, NotImplementedError for an unknown function."""
        match raw:
            case list():
                return [self.value(item) for item in raw]
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
            case dict():
                if functions := [key for key in raw if key.startswith("Fn::")]:
                    raise NotImplementedError(f"template function {functions[0]}")
                return {key: self.value(item) for key, item in raw.items()}
        return raw

    def _named(self, name: str) -> Any:
        if name in self._names:
            return self._names[name]
        resource, _, attribute = name.partition(".")
        return self._attributes(resource)[attribute or "Ref"]
