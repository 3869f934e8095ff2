"""Creates what the template describes by plain AWS calls: no emulator's CloudFormation does all of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from infra import asl
from infra.local.account import ACCOUNT, arn
from infra.local.template import STACK_NAME, Attributes, Resolver

SKIPPED = frozenset(
    {
        "AWS::ApiGateway::BasePathMapping",
        "AWS::ApiGateway::DomainName",
        "AWS::Budgets::Budget",
        "AWS::CloudWatch::Alarm",
        "AWS::IAM::Policy",
        "AWS::Logs::LogGroup",
        "AWS::Route53::RecordSet",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::Serverless::LayerVersion",
        "AWS::WAFv2::WebACLAssociation",
    }
)
"""Types without an effect on one machine."""


class Applier:
    """Makes each resource once, and first those that it refers to."""

    def __init__(
        self,
        document: Mapping[str, Any],
        clients: Callable[[str], Any],
        folder: Path,
        functions: Iterable[str] = (),
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        """`clients` gives the client of a service, `folder` is where the template's file names start,
        `functions` are the logical ids of Chalice's, `parameters` those of the template that are given."""
        self._document = document
        self._resources: Mapping[str, Any] = document.get("Resources", {})
        self._folder = folder
        self._made: dict[str, Attributes] = {
            name: {"Ref": name, "Arn": arn("lambda", f"function:{name}")} for name in functions
        }
        self._client = cache(clients)
        self._resolver = Resolver(document, self._attributes, parameters)
        self.value = self._resolver.value

    def apply(self) -> dict[str, str]:
        """The template's outputs. Raises NotImplementedError for a type that is neither made nor skipped."""
        for name, resource in self._resources.items():
            if "Type" in resource and self._resolver.exists(resource):
                self._attributes(name)
        outputs = self._document.get("Outputs", {})
        return {k: self.value(v["Value"]) for k, v in outputs.items() if self._resolver.exists(v)}

    def environment(self, functions: Iterable[str]) -> dict[str, str]:
        """The variables of these functions as one; raises ValueError where two disagree."""
        found = dict(_variables(self._document.get("Globals", {}).get("Function", {})))
        for name in functions:
            for key, raw in _variables(self._resources.get(name, {}).get("Properties", {})).items():
                if found.setdefault(key, raw) != raw:
                    raise ValueError(f"{name} wants its own {key}; one worker runs several functions")
        return {key: str(self.value(raw)) for key, raw in found.items()}

    def _attributes(self, name: str) -> Attributes:
        if name not in self._made:
            resource = self._resources[name]
            self._made[name] = self._make(name, resource["Type"], resource.get("Properties", {}))
        return self._made[name]

    def _make(self, name: str, kind: str, properties: Any) -> Attributes:
        if kind in SKIPPED:
            return {"Ref": name, "Arn": name}
        if kind not in MAKERS:
            raise NotImplementedError(f"{name}: the local stack cannot make {kind}")
        return MAKERS[kind](self, f"{STACK_NAME}-{name}", self.value(properties))

    def _table(self, name: str, p: Mapping[str, Any]) -> Attributes:
        wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
        given = {key: p[key] for key in wanted if key in p}
        self._client("dynamodb").create_table(TableName=name, **given)
        if ttl := p.get("TimeToLiveSpecification"):
            self._client("dynamodb").update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
        return {"Ref": name, "Arn": arn("dynamodb", f"table/{name}")}

    def _queue(self, name: str, p: Mapping[str, Any]) -> Attributes:
        attributes = {k: v if isinstance(v, str) else json.dumps(v) for k, v in p.items()}
        url = self._client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return {"Ref": url, "QueueName": name, "Arn": arn("sqs", name)}

    def _bucket(self, name: str, p: Mapping[str, Any]) -> Attributes:
        s3, bucket = self._client("s3"), name.lower()
        s3.create_bucket(Bucket=bucket)
        if lifecycle := p.get("LifecycleConfiguration"):
            rules = {"Rules": [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]}
            s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules)
        return {"Ref": bucket, "Arn": f"arn:aws:s3:::{bucket}"}

    def _bus(self, _: str, p: Mapping[str, Any]) -> Attributes:
        bus = p["Name"]
        self._client("events").create_event_bus(Name=bus)
        return {"Ref": bus, "Name": bus, "Arn": arn("events", f"event-bus/{bus}")}

    def _rule(self, name: str, p: Mapping[str, Any]) -> Attributes:
        events, bus = self._client("events"), p["EventBusName"]
        made = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(p["EventPattern"]))
        events.put_targets(Rule=name, EventBusName=bus, Targets=p["Targets"])
        return {"Ref": name, "Arn": made["RuleArn"]}

    def _key(self, _: str, p: Mapping[str, Any]) -> Attributes:
        made = self._client("kms").create_key(Description=p.get("Description", ""))["KeyMetadata"]
        return {"Ref": made["KeyId"], "Arn": made["Arn"]}

    def _role(self, name: str, p: Mapping[str, Any]) -> Attributes:
        trust = json.dumps(p["AssumeRolePolicyDocument"])
        self._client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        return {"Ref": name, "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}"}

    def _state_machine(self, name: str, p: Mapping[str, Any]) -> Attributes:
        machine, definition = p.get("Name", name), (self._folder / p["DefinitionUri"]).read_text()
        for key, value in p.get("DefinitionSubstitutions", {}).items():
            definition = definition.replace(f"${{{key}}}", value)
        if found := asl.problems(json.loads(definition), machine):
            raise ValueError("; ".join(found))
        states = self._client("stepfunctions")
        made = states.create_state_machine(name=machine, definition=definition, roleArn=p["Role"])
        return {"Ref": made["stateMachineArn"], "Arn": made["stateMachineArn"], "Name": machine}


MAKERS: dict[str, Callable[[Applier, str, Mapping[str, Any]], Attributes]] = {
    "AWS::DynamoDB::Table": Applier._table,
    "AWS::SQS::Queue": Applier._queue,
    "AWS::S3::Bucket": Applier._bucket,
    "AWS::Events::EventBus": Applier._bus,
    "AWS::Events::Rule": Applier._rule,
    "AWS::KMS::Key": Applier._key,
    "AWS::IAM::Role": Applier._role,
    "AWS::Serverless::StateMachine": Applier._state_machine,
}


def parameters(document: Mapping[str, Any], overrides: Mapping[str, str]) -> dict[str, str]:
    """Of the template, as far as variables that are set otherwise stand for them."""
    variables = _variables(document.get("Globals", {}).get("Function", {}))
    known = document.get("Parameters", {})
    told = {key: raw["Ref"] for key, raw in variables.items() if isinstance(raw, dict) and "Ref" in raw}
    return {told[key]: value for key, value in overrides.items() if told.get(key) in known}


def _variables(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = properties.get("Environment", {}).get("Variables", {})
    return found


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """S3's API words some things otherwise than CloudFormation."""
    made: dict[str, Any] = {"ID": rule["Id"], "Status": rule["Status"]}
    made["Filter"] = {"Prefix": rule.get("Prefix", "")}
    if "ExpirationInDays" in rule:
        made["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    if "AbortIncompleteMultipartUpload" in rule:
        made["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
    return made
