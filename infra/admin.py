"""Operator's commands: `python -m infra.admin create-key --account NAME`, `… set-secret --name NAME`.

On AWS it needs credentials, a region and BATCHREEL_STACK, the name of the deployed stack; the local stack
sets what it needs by itself.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import boto3

from chalicelib import vault
from chalicelib.accounts import keys, plans
from chalicelib.accounts.secrets import webhook_secret

_VARIABLES = {
    "BatchesTable": "BATCHREEL_BATCHES_TABLE",
    "AccountsTable": "BATCHREEL_ACCOUNTS_TABLE",
    "Bucket": "BATCHREEL_BUCKET",
    "EventBus": "BATCHREEL_EVENT_BUS",
    "FinishArn": "BATCHREEL_FINISH_ARN",
    "SecretsKey": "BATCHREEL_KMS_KEY",
}


@dataclass(frozen=True)
class Issued:
    key: str
    webhook_secret: str


def ensure_key(account: str, key: str | None = None, plan: str = plans.DEFAULT) -> Issued:
    """Make `key`, or a new one, valid for the account. The only time a new key can be seen."""
    return Issued(keys.create(account, key, plans.shipped()[plan]), webhook_secret(account))


def local_key(account: str, key: str | None = None) -> Issued:
    """Of whoever runs the service for himself: without quotas."""
    return ensure_key(account, key, plan="admin")


def use_stack(name: str) -> None:
    """Point this process at a deployed stack, by its outputs."""
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    for output in stack["Outputs"]:
        if output["OutputKey"] in _VARIABLES:
            os.environ[_VARIABLES[output["OutputKey"]]] = output["OutputValue"]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.admin", description=__doc__)
    commands = parser.add_subparsers(required=True)
    create = commands.add_parser("create-key", help="a new API key, printed once")
    create.add_argument("--account", required=True)
    create.set_defaults(run=_create_key)
    keep = commands.add_parser("set-secret", help="keep a secret, read from standard input, under KMS")
    keep.add_argument("--name", required=True, choices=vault.NAMES)
    keep.set_defaults(run=_set_secret)
    given = parser.parse_args(arguments)
    if stack := os.environ.get("BATCHREEL_STACK"):
        use_stack(stack)
    given.run(given)


def _create_key(given: argparse.Namespace) -> None:
    issued = ensure_key(given.account)
    print(f"API key         {issued.key}")
    print(f"webhook secret  {issued.webhook_secret}")


def _set_secret(given: argparse.Namespace) -> None:
    """From standard input, so that it shows in no process list and no shell history."""
    value = sys.stdin.read().strip() if not sys.stdin.isatty() else getpass.getpass(f"{given.name}: ")
    if not value:
        sys.exit("no secret was given")
    try:
        vault.store(given.name, value)
    except ValueError as error:
        sys.exit(str(error))
    print(f"{given.name} is kept; workers read it when they next start")


if __name__ == "__main__":
    main()
