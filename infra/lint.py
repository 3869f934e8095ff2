"""Is the packaged template sound? cfn-lint before and after the SAM transform, nothing ignored.

`python -m infra.lint` prints what is wrong; exit code 1 if anything is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform

from infra import asl, package


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def transformed(document: dict[str, Any]) -> dict[str, Any]:
    """The template as CloudFormation's SAM transform would make it; local files count as uploaded."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # the translator asks for one
    copy = json.loads(json.dumps(document))
    for resource in copy["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://bucket/key"
    parameters = {name: spec.get("Default", "x") for name, spec in copy.get("Parameters", {}).items()}
    result: dict[str, Any] = transform(copy, parameters, _NoManagedPolicies())
    result.pop("Transform", None)
    return result


def findings(document: dict[str, Any]) -> str:
    """What cfn-lint says of a template: nothing, if it is sound."""
    with tempfile.TemporaryDirectory(prefix="batchreel-lint-") as folder:
        file = Path(folder) / "template.json"
        file.write_text(json.dumps(document))
        command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "parseable", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).replace(str(file), "template.json")


def problems() -> list[str]:
    document = package.described()
    machine = document["Resources"]["Finish"]["Properties"]["Definition"]
    found = [*asl.problems(machine, "finish.asl.json"), findings(document), findings(transformed(document))]
    return [problem for problem in found if problem]


if __name__ == "__main__":
    found = problems()
    print("\n".join(found) or "template: sound, before and after the SAM transform")
    sys.exit(bool(found))
