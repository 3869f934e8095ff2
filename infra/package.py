"""App zip, layer zip and one CloudFormation template in out/package, without an AWS account.

Chalice packages the application and describes its functions; the YAML files of infra are merged into that.
The template is written as JSON: CloudFormation refuses the YAML aliases Chalice would write.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.settings import ARCHITECTURES, Architecture
from infra import architecture as architectures
from infra import interpreter, zips
from infra.architecture import DEFAULT
from infra.cloudformation import Refused
from infra.layer import pack
from infra.layer.__main__ import add_make, told
from infra.layer.debian import NotToBeHad
from infra.local import template

ROOT = Path(__file__).parents[1]
OUT = ROOT / "out" / "package"
APP = "app.zip"
LAYER = "ffmpeg-layer.zip"
STAGE = "prod"
APPLICATION = ("app.py", "chalicelib", "requirements.txt", ".chalice", "infra/policies")
LAMBDA_LIMIT = 262_144_000
"""Bytes that a function and its layers may take, unzipped."""


@dataclass(frozen=True)
class Package:
    template: Path
    app: Path
    app_bytes: int
    """Unzipped."""
    layer: pack.Layer


def merged(architecture: Architecture = DEFAULT) -> dict[str, Any]:
    """The files as one, with the state machine's definition in its place."""
    document: dict[str, Any] = template.merge(template.whole(), architectures.written(architecture))
    machine = document["Resources"]["Finish"]["Properties"]
    machine["Definition"] = json.loads((ROOT / "infra" / machine.pop("DefinitionUri")).read_text())
    return document


def build(out: Path = OUT, choice: pack.Choice = "auto", architecture: Architecture = DEFAULT) -> Package:
    """Raises Refused under a Python that Batchreel is not for, and CalledProcessError after Chalice's own
    words if it cannot package; else as `pack.build` does."""
    check_interpreter()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    document = package_app(out, architecture)
    target = out / "template.json"
    target.write_text(json.dumps(document, indent=1) + "\n")
    layer = pack.build(out / LAYER, choice, architecture)
    return Package(target, out / APP, zips.unzipped(out / APP), layer)


def check_interpreter() -> None:
    """Raises Refused. Chalice names the runtime after whatever Python it is run by."""
    if why := interpreter.refusal(sys.version_info[:2]):
        raise Refused(why)


def package_app(out: Path, architecture: Architecture = DEFAULT) -> dict[str, Any]:
    """Write the application's zip into `out`; answers the whole template."""
    document = _chalice_package(out, architecture)
    zips.add_compiled(out / "deployment.zip", out / APP)
    (out / "deployment.zip").unlink()
    (out / "sam.json").unlink()
    return _with_zip(document)


def described(architecture: Architecture = DEFAULT) -> dict[str, Any]:
    """The whole template without the zips: libraries take long, and change nothing of it."""
    with tempfile.TemporaryDirectory(prefix="batchreel-described-") as folder:
        return _with_zip(_chalice_package(Path(folder), architecture, libraries=False))


def _with_zip(document: dict[str, Any]) -> dict[str, Any]:
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = APP
    return document


def _chalice_package(out: Path, architecture: Architecture, *, libraries: bool = True) -> dict[str, Any]:
    """In a folder with only the application in it, so that nothing else can end up in the zip."""
    with tempfile.TemporaryDirectory(prefix="batchreel-package-") as scratch:
        project = Path(scratch)
        for name in APPLICATION:
            _copy(ROOT / name, project / name)
        if not libraries:
            (project / "requirements.txt").write_text("")
        _choose(project / ".chalice" / "config.json", architecture)
        chalice = Path(sys.executable).with_name("chalice")
        merge = project / "merge.json"
        merge.write_text(json.dumps(merged(architecture)))
        command = [str(chalice), "package", "--stage", STAGE, "--merge-template", str(merge), str(out)]
        environment = {"AWS_DEFAULT_REGION": "us-east-1", **os.environ}
        subprocess.run(command, cwd=project, env=environment, check=True, stdout=subprocess.DEVNULL)
    document: dict[str, Any] = json.loads((out / "sam.json").read_text())
    return document


def _choose(config: Path, architecture: Architecture) -> None:
    """For which Chalice then fetches libraries, and makes its functions."""
    config.write_text(json.dumps({**json.loads(config.read_text()), "lambda_architecture": architecture}))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "deploy*"))
    else:
        shutil.copy2(source, target)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.package", description="Make what is deployed.")
    add_make(parser)
    parser.add_argument("--architecture", choices=ARCHITECTURES, default=DEFAULT)
    given = parser.parse_args(arguments)
    try:
        package = build(OUT, given.make, given.architecture)
    except (NotToBeHad, Refused) as lack:
        sys.exit(str(lack))
    total = package.app_bytes + package.layer.size
    print(f"for {given.architecture}")
    print(f"{(OUT / APP).relative_to(ROOT)}  {package.app_bytes / 1e6:.1f} MB unzipped")
    print(f"{(OUT / LAYER).relative_to(ROOT)}  {told(package.layer)}")
    print(
        f"together {total / 1e6:.1f} MB, {total / LAMBDA_LIMIT:.0%} of Lambda's {LAMBDA_LIMIT / 1e6:.1f} MB"
    )
    print(package.template.relative_to(ROOT))


if __name__ == "__main__":
    main()
