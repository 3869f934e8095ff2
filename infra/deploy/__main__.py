"""Deploy what `make package` made: `python -m infra.deploy --stage dev`.

Needs AWS credentials and a region in the environment. What neither the stage nor --parameter sets stays as
it is in the stack; in a new one it is the template's default.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import BatchreelError
from chalicelib.settings import Architecture
from infra import architecture, credentials, package
from infra.admin import Issued
from infra.cloudformation import Refused
from infra.deploy import artifacts, checks, concurrency, first_key, stack, stage_files


def check(given: argparse.Namespace) -> None:
    """All that can be wrong before packaging, which takes its time; prints what to package for. Raises
    Refused."""
    package.check_interpreter()
    name = stage_files.stack_name(given.stage, given.stack)
    parameters, said = _chosen(given)
    document = package.merged()
    stage_files.check(parameters, document)
    credentials.region()
    credentials.account()
    most = concurrency.limit(boto3.client("lambda"))
    if most is not None:
        for sentence in concurrency.warnings(most, {**stack.parameters(name), **parameters}, document):
            print(sentence, file=sys.stderr)
    print(said or _there(name) or architecture.DEFAULT)


def run(given: argparse.Namespace) -> None:
    """Raises Refused, RuntimeError, ClientError and BotoCoreError."""
    name = stage_files.stack_name(given.stage, given.stack)
    parameters, said = _chosen(given)
    document = None if given.previous else checks.package(given.package)
    if document:
        stage_files.check(parameters, document)
    region, account = credentials.region(), credentials.account()
    if document and (wanted := said or _there(name)):
        architecture.check(document, wanted)
    shelf = artifacts.shelf(given.bucket, account, region)
    if document:
        template = shelf.upload(document, given.package)
    else:
        template = shelf.previous(name, stack.deployed(name))
    stage_files.check(parameters, template.document)
    outputs = stack.deploy(
        name, shelf, template, parameters, back=given.previous, replace_data=given.replace_data
    )
    _tell(name, outputs, first_key.ensure(name) if given.key else None)


def _chosen(given: argparse.Namespace) -> tuple[dict[str, str], Architecture | None]:
    """The parameters, and what to package for if anybody says so. An earlier template may not know what the
    stage sets, and going back changes no more than it must. Raises Refused."""
    own = stage_files.assigned(given.parameter)
    parameters = own if given.previous else {**stage_files.parameters(given.stage), **own}
    said = architecture.taken_from(parameters)
    if given.previous and said:
        raise Refused("what was deployed before stays made for what it was: leave out ARCHITECTURE")
    return parameters, said


def _there(name: str) -> Architecture | None:
    """What the stack has, if there is one. Raises Refused."""
    existing = stack.changeable(boto3.client("cloudformation"), name)
    return architecture.of_stack(existing) if existing else None


def _tell(name: str, outputs: dict[str, str], issued: Issued | None) -> None:
    for key, value in sorted(outputs.items()):
        print(f"{key:15} {value}")
    if issued:
        print(f"\nthe first key, of the account {first_key.ACCOUNT}; it is not shown again:")
        print(f"API key         {issued.key}")
        print(f"webhook secret  {issued.webhook_secret}")
    print(f"\nfor the operator's commands:  export BATCHREEL_STACK={name}")
    url, key = outputs.get("EndpointURL", "").rstrip("/"), issued.key if issued else "sk_…"
    print(f"does it work?  make smoke URL={url} KEY={key}")


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stage", default="", help="a file of infra/stages without .json, such as dev")
    parser.add_argument("--stack", default="", help="its name; batchreel-<stage> if left out")
    parser.add_argument("--bucket", default="", help="for the zips, in the stack's region; made if left out")
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="may be repeated"
    )
    parser.add_argument("--package", type=Path, default=package.OUT, help="folder; out/package if left out")
    parser.add_argument("--previous", action="store_true", help="what was deployed before the last time")
    parser.add_argument("--replace-data", action="store_true", help="even if tables or queues would go")
    parser.add_argument("--check", action="store_true", help="only whether it could begin")
    parser.add_argument("--no-key", dest="key", action="store_false", help="do not make the first key")
    given = parser.parse_args(words)
    if not given.stage:
        parser.error(f"name the stage: make deploy STAGE={' or STAGE='.join(stage_files.known())}")
    return given


def main(words: Sequence[str] | None = None) -> None:
    given = arguments(words)
    try:
        (check if given.check else run)(given)
    except (Refused, RuntimeError, BatchreelError) as error:
        sys.exit(str(error))
    except (ClientError, BotoCoreError) as error:
        sys.exit(f"AWS did not do it: {error}")


if __name__ == "__main__":
    main()
