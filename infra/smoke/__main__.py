"""Does this deployment work? `python -m infra.smoke --url URL --key KEY`, on AWS or on one machine.

Sends one small video and one file of captions, fetches what comes of them, deletes it again. Takes two videos
off the quota of the key's account. Exit code 1 if anything is not as it must be.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from infra.smoke import account, audio, text, tidying
from infra.smoke.run import Run, StepFailed
from infra.smoke.service import Service

NEEDED = (account.health, account.key)
"""Without them nothing else can work."""
OTHERS = (account.strangers, account.limits, audio.check, text.check, account.usage)


def smoke(run: Run) -> None:
    with suppress(StepFailed):
        for check in NEEDED:
            check(run)
        for check in OTHERS:
            with suppress(StepFailed):
                check(run)


def main(arguments: Sequence[str] | None = None) -> int:
    given = _arguments(arguments)
    run = Run(Service(given.url, given.key), given.timeout)
    try:
        smoke(run)
    finally:
        tidying.check(run)
        run.service.close()
    print(f"failed: {', '.join(run.failed)}" if run.failed else "all as it must be")
    return 1 if run.failed else 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.smoke",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", required=True, help="of the API, with the stage if it has one")
    parser.add_argument("--key", default=os.environ.get("KEY", ""), help="if left out, what KEY is set to")
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds that a batch may take (300)")
    given = parser.parse_args(arguments)
    parts = urlsplit(given.url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        parser.error("--url is an address like https://….execute-api.eu-central-1.amazonaws.com/api")
    if not re.fullmatch(r"[!-~]+", given.key):
        parser.error("--key is the API key, without spaces")
    return given


if __name__ == "__main__":
    sys.exit(main())
