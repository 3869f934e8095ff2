"""Requests to AWS, as they go over the wire, as the permissions they need."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.iam import of_s3, of_services
from infra.iam.ask import Ask
from infra.local.account import arn

INVOKE = re.compile(r"/2015-03-31/functions/(?:.*:)?([^:/]+)/invocations")
CONVERSE = re.compile(r"/model/([^/]+)/(converse|invoke)")
_CREDENTIAL = re.compile(r"Credential=([^/,]+)/")


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    """Without escapes."""
    target: str = ""
    """X-Amz-Target."""
    query: Mapping[str, str] = field(default_factory=dict)
    authorization: str = ""
    body: bytes = b""

    @property
    def caller(self) -> str:
        """The key that signed it: in a header, or in the query of a link."""
        if found := _CREDENTIAL.search(self.authorization):
            return found[1]
        return self.query.get("X-Amz-Credential", "").partition("/")[0]

    @property
    def of_s3(self) -> bool:
        return not self.target and not INVOKE.fullmatch(self.path) and not CONVERSE.fullmatch(self.path)


def asks(call: Call) -> list[Ask]:
    if call.target:
        service, _, operation = call.target.partition(".")
        if service in of_services.SERVICES:
            return of_services.SERVICES[service](operation, json.loads(call.body))
        return [Ask(call.target, "*")]
    if match := INVOKE.fullmatch(call.path):
        return [Ask("lambda:InvokeFunction", arn("lambda", f"function:{match[1]}"))]
    if match := CONVERSE.fullmatch(call.path):
        return [Ask("bedrock:InvokeModel", _model(match[1]))]
    return of_s3.asks(call.method, call.path, call.query, call.body)


def _model(name: str) -> str:
    """Inference profiles begin with where they lead to: eu., us., global."""
    if name.startswith("arn:"):
        return name
    return arn("bedrock", f"inference-profile/{name}") if name.count(".") > 1 else _foundation(name)


def _foundation(name: str) -> str:
    return f"arn:aws:bedrock:us-east-1::foundation-model/{name}"
