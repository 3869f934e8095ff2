"""Is the packaged template safe? A public set of rules over what the SAM transform makes of it.

They are put to the template as it is deployed without parameters, and with all that parameters add.

`python -m infra.audit PATH_OF_CHECKOV` prints each breach that no exception beside its resource explains, and
each exception that nothing needs; exit code 1 if there are any. Exceptions are written as checkov reads them:
`Metadata: {checkov: {skip: [{id: …, comment: why}]}}`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra import lint, package

Breach = tuple[str, str]
"""Rule and logical id."""
EVERYTHING = {
    "AccessLog": "on",
    "AlarmEmail": "operator@example.com",
    "AlarmTopic": "arn:aws:sns:us-east-1:123456789012:alarms",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0123-4567",
    "DestinationBuckets": "results",
    "DomainName": "api.example.com",
    "HostedZoneId": "Z0123456789ABC",
    "MonthlyBudget": 100,
    "ReplyQueues": "arn:aws:sqs:us-east-1:123456789012:answers-*",
    "ReservedApi": 50,
    "ReservedAudioWorkers": 45,
    "ReservedTextWorkers": 45,
    "SourceBuckets": "videos",
    "UploadOrigins": "https://app.example.com",
    "WebAclArn": "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/door/0123-4567",
}
"""Parameters that bring all there is into the stack."""


def exceptions(document: Mapping[str, Any]) -> set[Breach]:
    """What resources say of themselves; of a stage its API says it, as SAM makes the one from the other."""
    resources = document["Resources"]
    return {(skip["id"], name) for name, each in resources.items() for skip in _skips(resources, each)}


def _skips(resources: Mapping[str, Any], resource: Mapping[str, Any]) -> list[Any]:
    if resource["Type"] == "AWS::ApiGateway::RestApi":
        return []
    if resource["Type"] == "AWS::ApiGateway::Stage":
        resource = resources[resource["Properties"]["RestApiId"]["Ref"]]
    found: list[Any] = resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
    return found


def without_exceptions(document: Mapping[str, Any]) -> dict[str, Any]:
    """So that the rules are put to everything, and exceptions without a use are noticed."""
    resources = {
        name: {key: part for key, part in each.items() if key != "Metadata"}
        for name, each in document["Resources"].items()
    }
    return {**document, "Resources": resources}


def with_everything(document: Mapping[str, Any]) -> dict[str, Any]:
    parameters = {
        name: {**spec, "Default": EVERYTHING.get(name, spec["Default"])}
        for name, spec in document["Parameters"].items()
    }
    return {**document, "Parameters": parameters}


def breaches(checkov: str, *documents: Mapping[str, Any]) -> dict[Breach, str]:
    """What each rule asks for that one of them breaks. Raises RuntimeError if checkov did not run."""
    with tempfile.TemporaryDirectory(prefix="batchreel-audit-") as folder:
        files = [Path(folder) / f"{number}.json" for number in range(len(documents))]
        for file, document in zip(files, documents, strict=True):
            file.write_text(json.dumps(document))
        command = [checkov, "--framework", "cloudformation", "--output", "json", "--compact"]
        command += ["--skip-download", "--file", *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return _failed(done.stdout, done.stderr)


def _failed(answer: str, said: str) -> dict[Breach, str]:
    try:
        results = json.loads(answer)["results"]
    except (ValueError, KeyError, TypeError) as error:
        raise RuntimeError(f"checkov did not run: {answer}{said}") from error
    if results["parsing_errors"] or not results["passed_checks"]:
        raise RuntimeError("checkov did not understand the template")
    failed = results["failed_checks"]
    return {(each["check_id"], each["resource"].rpartition(".")[2]): each["check_name"] for each in failed}


def problems(broken: Mapping[Breach, str], excepted: set[Breach]) -> list[str]:
    unexplained = [f"{name}: {rule} {broken[rule, name]}" for rule, name in broken.keys() - excepted]
    idle = [f"{name}: nothing needs the exception from {rule}" for rule, name in excepted - broken.keys()]
    return sorted(unexplained + idle)


def main(checkov: str) -> None:
    document = lint.transformed(package.described())
    excepted = exceptions(document)
    bare = without_exceptions(document)
    found = problems(breaches(checkov, bare, with_everything(bare)), excepted)
    print("\n".join(found) or f"template: safe, with {len(excepted)} exceptions that are explained")
    sys.exit(bool(found))


if __name__ == "__main__":
    main(sys.argv[1])
