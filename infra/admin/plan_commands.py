"""Plans: those that are shipped, and the operator's own."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from chalicelib.accounts import account_rows, plans, register
from chalicelib.accounts import plan as plan_form
from infra.admin import plan_documents


def add_to(commands: Any) -> None:
    listed = commands.add_parser("plans", help="the plans in force, as JSON")
    listed.set_defaults(run=_list)
    put = commands.add_parser("put-plan", help="a plan of your own, or another form of a shipped one")
    put.add_argument("--name", required=True)
    put.add_argument("file", metavar="FILE", help="its document, as `plans` shows it; - is standard input")
    put.set_defaults(run=_put)
    delete = commands.add_parser("delete-plan", help="a plan of your own; a shipped one is as shipped again")
    delete.add_argument("--name", required=True)
    delete.set_defaults(run=_delete)


def _list(given: argparse.Namespace) -> None:
    shown = {name: _without_name(plan_form.document(plan)) for name, plan in plans.every().items()}
    print(json.dumps(shown, indent=2))


def _without_name(document: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in document.items() if field != "name"}


def _put(given: argparse.Namespace) -> None:
    text = sys.stdin.read() if given.file == "-" else Path(given.file).read_text()
    plans.put(plan_documents.read(given.name, text))
    print(f"plan {given.name} is in force for {register.refresh_all(given.name)} accounts")


def _delete(given: argparse.Namespace) -> None:
    shipped = given.name in plans.shipped()
    users = [record.account for record in account_rows.every() if record.plan_name == given.name]
    if users and not shipped:
        raise ValueError(f"give other plans first to those that have {given.name}: {', '.join(users)}")
    plans.delete(given.name)
    if shipped:
        print(f"plan {given.name} is as shipped, for {register.refresh_all(given.name)} accounts")
    else:
        print(f"plan {given.name} is deleted")
