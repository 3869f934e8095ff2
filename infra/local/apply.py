"""Creates what the template describes by plain AWS calls: no emulator's CloudFormation does all of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra import asl
from infra.local.account import ACCOUNT, REGION, client, function_arn
from infra.local.template import STACK_NAME, Attributes, Resolver

SKIPPED = frozenset(
    {
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::Logs::LogGroup",
        "AWS::S3::BucketPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::Serverless::LayerVersion",
    }
)
"""Types without an effect on one machine."""


class Applier:
    """Idempotent: applying the same template again changes nothing and gives the same outputs."""

    def __init__(
        self,
        document: Mapping[str, Any],
        endpoint: str | None,
        folder: Path,
        functions: Iterable[str] = (),
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        """`folder` is where the template's file names start, `functions` the logical ids of Chalice's."""
        self._document = document
        self._resources: Mapping[str, Any] = document.get("Resources", {})
        self._folder = folder
        self._made: dict[str, Attributes] = {
            name: {"Ref": name, "Arn": function_arn(name)} for name in functions
        }
        self._client = cache(lambda service: client(service, endpoint))
        self._resolver = Resolver(document, self.attributes, parameters)

    def apply(self) -> dict[str, str]:
        """The template's outputs. Raises NotImplementedError for a type that is neither made nor skipped."""
        for name, resource in self._resources.items():
            if "Type" in resource:
                self.attributes(name)
        return {k: self.value(v["Value"]) for k, v in self._document.get("Outputs", {}).items()}

    def value(self, raw: Any) -> Any:
        return self._resolver.value(raw)

    def environment(self, functions: Iterable[str]) -> dict[str, str]:
        """The variables of these functions as one; raises ValueError where two disagree."""
        found = dict(_variables(self._document.get("Globals", {}).get("Function", {})))
        for name in functions:
            for key, raw in _variables(self._resources.get(name, {}).get("Properties", {})).items():
                if found.setdefault(key, raw) != raw:
                    raise ValueError(f"{name} wants its own {key}; one worker runs several functions")
        return {key: str(self.value(raw)) for key, raw in found.items()}

    def attributes(self, name: str) -> Attributes:
        if name not in self._made:
            resource = self._resources[name]
            self._made[name] = self._make(name, resource["Type"], resource.get("Properties", {}))
        return self._made[name]

    def _make(self, name: str, kind: str, properties: Any) -> Attributes:
        if kind in SKIPPED:
            return {"Ref": name}
        if kind not in MAKERS:
            raise NotImplementedError(f"{name}: the local stack cannot make {kind}")
        return MAKERS[kind](self, name, self.value(properties))

    def _table(self, name: str, p: Mapping[str, Any]) -> Attributes:
        dynamodb, table = self._client("dynamodb"), _physical(name, p.get("TableName"))
        wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
        given = {key: p[key] for key in wanted if key in p}
        made = _create(dynamodb.create_table, "ResourceInUseException", TableName=table, **given)
        if made and (ttl := p.get("TimeToLiveSpecification")):
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=ttl)
        return {"Ref": table, "Arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}"}

    def _queue(self, name: str, p: Mapping[str, Any]) -> Attributes:
        sqs, queue = self._client("sqs"), _physical(name, p.get("QueueName"))
        attributes = {k: _text(v) for k, v in p.items() if k not in ("QueueName", "Tags")}
        url = sqs.create_queue(QueueName=queue)["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
        return {
            "Ref": url,
            "QueueUrl": url,
            "QueueName": queue,
            "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        }

    def _bucket(self, name: str, p: Mapping[str, Any]) -> Attributes:
        s3, bucket = self._client("s3"), _physical(name, p.get("BucketName")).lower()
        _create(s3.create_bucket, "BucketAlreadyOwnedByYou", Bucket=bucket)
        if lifecycle := p.get("LifecycleConfiguration"):
            rules = {"Rules": [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]}
            s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules)
        return {"Ref": bucket, "Arn": f"arn:aws:s3:::{bucket}"}

    def _bus(self, name: str, p: Mapping[str, Any]) -> Attributes:
        events, bus = self._client("events"), p["Name"]
        _create(events.create_event_bus, "ResourceAlreadyExistsException", Name=bus)
        return {"Ref": bus, "Name": bus, "Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}"}

    def _key(self, name: str, p: Mapping[str, Any]) -> Attributes:
        kms, alias = self._client("kms"), f"alias/{_physical(name)}"
        keys = {a["AliasName"]: a["TargetKeyId"] for a in kms.list_aliases()["Aliases"] if "TargetKeyId" in a}
        if alias not in keys:
            made = kms.create_key(Description=p.get("Description", ""))["KeyMetadata"]["KeyId"]
            kms.create_alias(AliasName=alias, TargetKeyId=made)
            keys[alias] = made
        return {"Ref": keys[alias], "Arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{keys[alias]}"}

    def _role(self, name: str, p: Mapping[str, Any]) -> Attributes:
        iam, role = self._client("iam"), _physical(name, p.get("RoleName"))
        trust = json.dumps(p["AssumeRolePolicyDocument"])
        _create(iam.create_role, "EntityAlreadyExists", RoleName=role, AssumeRolePolicyDocument=trust)
        return {"Ref": role, "Arn": f"arn:aws:iam::{ACCOUNT}:role/{role}"}

    def _state_machine(self, name: str, p: Mapping[str, Any]) -> Attributes:
        states, machine = self._client("stepfunctions"), _physical(name, p.get("Name"))
        definition = (self._folder / p["DefinitionUri"]).read_text()
        for key, value in p.get("DefinitionSubstitutions", {}).items():
            definition = definition.replace(f"${{{key}}}", value)
        if found := asl.problems(json.loads(definition), machine):
            raise ValueError("; ".join(found))
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{machine}"
        if arn in (m["stateMachineArn"] for m in states.list_state_machines()["stateMachines"]):
            states.update_state_machine(stateMachineArn=arn, definition=definition)
        else:
            states.create_state_machine(name=machine, definition=definition, roleArn=p["Role"])
        return {"Ref": arn, "Arn": arn, "Name": machine}


MAKERS: dict[str, Callable[[Applier, str, Mapping[str, Any]], Attributes]] = {
    "AWS::DynamoDB::Table": Applier._table,
    "AWS::SQS::Queue": Applier._queue,
    "AWS::S3::Bucket": Applier._bucket,
    "AWS::Events::EventBus": Applier._bus,
    "AWS::KMS::Key": Applier._key,
    "AWS::IAM::Role": Applier._role,
    "AWS::Serverless::StateMachine": Applier._state_machine,
}


def _physical(logical_id: str, given: str | None = None) -> str:
    return given or f"{STACK_NAME}-{logical_id}"


def _variables(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = properties.get("Environment", {}).get("Variables", {})
    return found


def _create(call: Callable[..., Any], exists: str, **arguments: Any) -> bool:
    """Whether the call made something new; False when it fails with the code `exists`."""
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] != exists:
            raise
        return False
    return True


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (dict, bool)) else str(value)


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """S3's API words some things otherwise than CloudFormation."""
    made: dict[str, Any] = {"Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    if "Id" in rule:
        made["ID"] = rule["Id"]
    if "ExpirationInDays" in rule:
        made["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    if "AbortIncompleteMultipartUpload" in rule:
        made["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
    return made
