"""Operator's commands: `python -m infra.admin COMMAND`, each with `--help`.

On AWS they need credentials, a region and BATCHREEL_STACK, the name of the deployed stack; with `--local`
they go to the stack that `make local` runs on this machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import BatchreelError
from infra.admin import (
    account_commands,
    key_commands,
    plan_commands,
    queue_commands,
    secret_commands,
    stacks,
    usage_commands,
)
from infra.cloudformation import Refused

COMMANDS = (
    account_commands,
    key_commands,
    plan_commands,
    usage_commands,
    queue_commands,
    secret_commands,
)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m infra.admin",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_to(commands)
    for command in commands.choices.values():
        command.add_argument(
            "--local",
            nargs="?",
            const="",
            metavar="URL",
            help="the stack of `make local`: the URL it prints, or the one at BATCHREEL_PORT (8000)",
        )
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    given = parser().parse_args(arguments)
    try:
        stacks.use(given.local)
        given.run(given)
    except (BatchreelError, Refused, ValueError, OSError) as error:
        sys.exit(str(error))
    except (ClientError, BotoCoreError) as error:
        sys.exit(f"AWS did not do it: {error}")


if __name__ == "__main__":
    main()
