"""Secrets of the operator."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from chalicelib import vault


def add_to(commands: Any) -> None:
    keep = commands.add_parser("set-secret", help="keep a secret, read from standard input, under KMS")
    keep.add_argument("--name", required=True, choices=vault.NAMES)
    keep.set_defaults(run=_set_secret)


def _set_secret(given: argparse.Namespace) -> None:
    """From standard input, so that it shows in no process list and no shell history."""
    value = sys.stdin.read().strip() if not sys.stdin.isatty() else getpass.getpass(f"{given.name}: ")
    if not value:
        sys.exit("no secret was given")
    vault.store(given.name, value)
    print(f"{given.name} is kept; workers read it when they next start")
