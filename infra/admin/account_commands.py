"""Accounts and what they may do."""

from __future__ import annotations

import argparse
from typing import Any

from chalicelib.accounts import account_rows, plans, register
from chalicelib.accounts.account_rows import Record
from infra.admin import plan_documents


def add_to(commands: Any) -> None:
    listed = commands.add_parser("accounts", help="every account, its plan and the number of its keys")
    listed.set_defaults(run=_list)
    create = commands.add_parser("create-account", help="an account without a key; one that exists stays")
    create.add_argument("--account", required=True)
    create.add_argument("--plan", default=plans.DEFAULT)
    create.set_defaults(run=_create)
    plan = commands.add_parser("set-plan", help="another plan, or other limits, from the next request on")
    plan.add_argument("--account", required=True)
    plan.add_argument("--plan", help="its own if left out")
    limits = plan.add_mutually_exclusive_group()
    limits.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="different for this account (null: without limit); may be repeated",
    )
    limits.add_argument("--reset", action="store_true", help="nothing is different for this account")
    plan.set_defaults(run=_set_plan)


def _list(given: argparse.Namespace) -> None:
    for record in sorted(account_rows.every(), key=lambda record: record.account):
        print(_line(record))


def _create(given: argparse.Namespace) -> None:
    print(_line(register.ensure(given.account, given.plan)))


def _set_plan(given: argparse.Namespace) -> None:
    record = register.there(given.account)
    name = given.plan or record.plan_name
    overrides = {} if given.reset else {**record.overrides, **plan_documents.assignments(given.set)}
    plan_documents.check(name, register.effective(name, overrides))
    print(_line(register.set_plan(given.account, name, overrides)))


def _line(record: Record) -> str:
    different = ", ".join(f"{name}={value}" for name, value in sorted(record.overrides.items()))
    with_changes = f"{record.plan_name} with {different}" if different else record.plan_name
    return f"{record.account}  plan {with_changes}  {len(record.keys)} keys"
