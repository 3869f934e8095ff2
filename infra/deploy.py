"""Upload what `make package` made and deploy it: `python -m infra.deploy --stack NAME --bucket BUCKET`.

Needs AWS credentials and a region in the environment. Parameters: `--parameter RetentionDays=48`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError, WaiterError

from infra.package import OUT

_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
_NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")


def deploy(stack: str, bucket: str, parameters: Mapping[str, str], package: Path = OUT) -> dict[str, str]:
    """The stack's outputs, once it is up. Raises RuntimeError with CloudFormation's reason if it refuses."""
    url = _upload(bucket, package)
    cloudformation = boto3.client("cloudformation")
    existing = _existing(cloudformation, stack)
    change = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=f"deploy-{_digest(url.encode())}",
        ChangeSetType="UPDATE" if existing else "CREATE",
        TemplateURL=url,
        Capabilities=_CAPABILITIES,
        Parameters=_parameters(parameters, existing),
    )
    if _ready(cloudformation, change["Id"]):
        cloudformation.execute_change_set(ChangeSetName=change["Id"])
        cloudformation.get_waiter(f"stack_{'update' if existing else 'create'}_complete").wait(
            StackName=stack
        )
    [found] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _existing(cloudformation: Any, stack: str) -> list[Any]:
    """The stack, unless there is none or only a first change set that was never executed."""
    try:
        found: list[Any] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return []
        raise
    return [s for s in found if s["StackStatus"] != "REVIEW_IN_PROGRESS"]


def _parameters(given: Mapping[str, str], existing: Sequence[Any]) -> list[Any]:
    """What is not given stays as it was; CloudFormation by itself would go back to the defaults."""
    before = {p["ParameterKey"] for stack in existing for p in stack.get("Parameters", [])}
    kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in sorted(before - given.keys())]
    return kept + [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]


def _upload(bucket: str, package: Path) -> str:
    """Under names made from the contents, so that what has not changed is not replaced."""
    document: dict[str, Any] = json.loads((package / "template.json").read_text())
    s3 = boto3.client("s3")
    for resource in document["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            local = resource.get("Properties", {}).get(name)
            if local:
                resource["Properties"][name] = f"s3://{bucket}/{_put(s3, bucket, package / local)}"
    template = package / "template.uploaded.json"
    template.write_text(json.dumps(document))
    return f"https://{bucket}.s3.amazonaws.com/{_put(s3, bucket, template)}"


def _put(s3: Any, bucket: str, file: Path) -> str:
    key = f"batchreel/{_digest(file.read_bytes())}-{file.name}"
    if not s3.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents"):
        s3.upload_file(str(file), bucket, key)
    return key


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _ready(cloudformation: Any, change: str) -> bool:
    """False if the stack already is as the template says."""
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(ChangeSetName=change)
    except WaiterError as error:
        reason = cloudformation.describe_change_set(ChangeSetName=change).get("StatusReason", "")
        if any(words in reason for words in _NOTHING_TO_DO):
            return False
        raise RuntimeError(f"CloudFormation refuses the change: {reason}") from error
    return True


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--bucket", required=True, help="for the zips; in the region of the stack")
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    given = parser.parse_args(arguments)
    if not given.stack or not given.bucket:
        parser.error("name both: make deploy STACK=… BUCKET=…")
    outputs = deploy(given.stack, given.bucket, dict(p.split("=", 1) for p in given.parameter))
    for name, value in sorted(outputs.items()):
        print(f"{name:15} {value}")


if __name__ == "__main__":
    main()
