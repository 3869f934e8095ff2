"""API keys of any account."""

from __future__ import annotations

import argparse
from typing import Any

from chalicelib.accounts import issuing, keys, plans, register, retiring
from chalicelib.accounts.issuing import Wanted
from chalicelib.accounts.key_rows import SCOPES, Key
from chalicelib.accounts.secrets import webhook_secret
from chalicelib.clock import iso, now_ms


def add_to(commands: Any) -> None:
    listed = commands.add_parser("keys", help="the keys of an account")
    listed.set_defaults(run=_list)
    create = commands.add_parser("create-key", help="a new API key, printed once")
    create.add_argument("--plan", help=f"of an account that there is not yet ({plans.DEFAULT})")
    create.add_argument("--name", default="made by the operator")
    create.add_argument(
        "--scopes", default=",".join(SCOPES), help="some of read,process,admin; all if left out"
    )
    create.add_argument("--expires-in", type=_seconds, metavar="SECONDS", help="never if left out")
    create.set_defaults(run=_create)
    revoke = commands.add_parser("revoke-key", help="ends a key with the next request")
    revoke.add_argument("--key-id", required=True)
    revoke.set_defaults(run=_revoke)
    rotate = commands.add_parser("rotate-key", help="a new key for an old one, which then ends")
    rotate.add_argument("--key-id", required=True)
    rotate.add_argument("--overlap-seconds", type=int, default=issuing.DEFAULT_OVERLAP)
    rotate.set_defaults(run=_rotate)
    for command in (listed, create, revoke, rotate):
        command.add_argument("--account", required=True)


def _list(given: argparse.Namespace) -> None:
    register.there(given.account)
    for key in keys.listed(given.account):
        print(_line(key))


def _create(given: argparse.Namespace) -> None:
    record = register.ensure(given.account, given.plan or plans.DEFAULT)
    if given.plan and record.plan_name != given.plan:
        raise ValueError(f"{given.account} has the plan {record.plan_name}: change it with set-plan")
    now = now_ms()
    wanted = Wanted(
        account=given.account,
        name=given.name,
        scopes=_scopes(given.scopes),
        expires_at=now + given.expires_in * 1000 if given.expires_in else None,
        at=now,
    )
    key, secret = issuing.issue(wanted)
    print(f"API key         {secret}")
    print(f"key id          {key.id}")
    print(f"webhook secret  {webhook_secret(given.account)}")


def _revoke(given: argparse.Namespace) -> None:
    key = keys.get(given.account, given.key_id)
    retiring.revoke(key, now_ms())
    print(f"{key.id} is revoked")


def _rotate(given: argparse.Namespace) -> None:
    if not 0 <= given.overlap_seconds <= issuing.MOST_OVERLAP:
        raise ValueError(f"--overlap-seconds: must be from 0 to {issuing.MOST_OVERLAP}")
    now = now_ms()
    old = keys.get(given.account, given.key_id)
    key, secret = issuing.rotate(old, given.overlap_seconds, now)
    print(f"API key         {secret}")
    print(f"key id          {key.id}")
    print(f"{old.id} ends at {iso(issuing.end_of(old, given.overlap_seconds, now))}")


def _scopes(text: str) -> frozenset[str]:
    scopes = frozenset(text.split(","))
    if unknown := scopes - set(SCOPES):
        raise ValueError(f"--scopes: {', '.join(sorted(unknown))}: known are {', '.join(SCOPES)}")
    return scopes


def _seconds(text: str) -> int:
    seconds = int(text)
    if seconds < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return seconds


def _line(key: Key) -> str:
    end = f"until {iso(key.expires_at)}" if key.expires_at else "without end"
    used = f"last used {iso(key.last_used_at)}" if key.last_used_at else "never used"
    scopes = ",".join(scope for scope in SCOPES if scope in key.scopes)
    return f"{key.id}  {key.prefix}…{key.last_four}  {scopes}  {end}  {used}  {key.name}"
