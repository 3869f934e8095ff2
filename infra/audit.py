"""Is the packaged template safe? A public set of rules over what the SAM transform makes of it.

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


def breaches(checkov: str, document: Mapping[str, Any]) -> dict[Breach, str]:
    """What each broken rule asks for. Raises RuntimeError with checkov's words if it did not run."""
    with tempfile.TemporaryDirectory(prefix="batchreel-audit-") as folder:
        file = Path(folder) / "template.json"
        file.write_text(json.dumps(document))
        command = [checkov, "--file", str(file), "--framework", "cloudformation"]
        command += ["--output", "json", "--compact", "--skip-download"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        results = json.loads(done.stdout)["results"]
    except (ValueError, KeyError, TypeError) as error:
        raise RuntimeError(f"checkov did not run: {done.stdout}{done.stderr}") from error
    if results["parsing_errors"] or not results["passed_checks"]:
        raise RuntimeError("checkov did not understand the template")
    failed = results["failed_checks"]
    return {(each["check_id"], each["resource"].rpartition(".")[2]): each["check_name"] for each in failed}


def problems(broken: Mapping[Breach, str], excepted: set[Breach]) -> list[str]:
    unexplained = [f"{name}: {rule} {broken[rule, name]}" for rule, name in broken.keys() - excepted]
    idle = [f"{name}: nothing needs the exception from {rule}" for rule, name in excepted - broken.keys()]
    return sorted(unexplained + idle)


def main(checkov: str) -> None:
    with tempfile.TemporaryDirectory(prefix="batchreel-audit-") as folder:
        document = lint.transformed(package.package_app(Path(folder)))
    excepted = exceptions(document)
    found = problems(breaches(checkov, without_exceptions(document)), excepted)
    print("\n".join(found) or f"template: safe, with {len(excepted)} exceptions that are explained")
    sys.exit(bool(found))


if __name__ == "__main__":
    main(sys.argv[1])
