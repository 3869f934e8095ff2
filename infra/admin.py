"""Operator's commands on a running deployment: `python -m infra.admin create-key --account NAME`.

Needs AWS credentials and the deployment's BATCHREEL_* variables; the local stack sets both by itself.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from chalicelib.accounts import keys
from chalicelib.accounts.secrets import webhook_secret


@dataclass(frozen=True)
class Issued:
    key: str
    webhook_secret: str


def ensure_key(account: str, key: str | None = None) -> Issued:
    """Make `key`, or a new one, valid for the account. The only time the key can be seen."""
    return Issued(keys.create(account, key), webhook_secret(account))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.admin", description=__doc__)
    commands = parser.add_subparsers(required=True)
    create = commands.add_parser("create-key", help="a new API key, printed once")
    create.add_argument("--account", required=True)
    issued = ensure_key(parser.parse_args().account)
    print(f"API key         {issued.key}")
    print(f"webhook secret  {issued.webhook_secret}")


if __name__ == "__main__":
    main()
