"""`python -m infra.local`: the whole stack on this machine, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

OWN = {"BATCHREEL_PORT", "BATCHREEL_API_KEY", "BATCHREEL_WORKERS", "BATCHREEL_LOG"}
BANNER = """
Batchreel is up at  {stack.url}
  AWS endpoint      {stack.aws_url}
  API key           {stack.key}
  webhook secret    {stack.webhook_secret}
  intake queue      {stack.outputs[IntakeQueue]}

  curl {stack.url}/v1/extract -H 'X-API-Key: {stack.key}' \\
    -d '{{"source": {{"type": "url", "url": "http://127.0.0.1:9000/talk.mp4"}}, \
"output": {{"format": "mp3"}}}}'

Keys, plans, dead letters: .venv/bin/python -m infra.admin --help, with --local {stack.url}
Ctrl-C stops"""


def overrides(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that are meant for the functions and not for the stack."""
    return {k: v for k, v in environment.items() if k.startswith("BATCHREEL_") and k not in OWN}


def _stop(*_: Any) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # a second one must not interrupt the clearing up
    raise SystemExit(0)


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    env, log = os.environ, sys.stderr
    if env.get("BATCHREEL_LOG"):
        log = open(env["BATCHREEL_LOG"], "a")  # noqa: SIM115 it stays open as long as the program runs
    logging.basicConfig(level=env.get("BATCHREEL_LOG_LEVEL") or "WARNING", stream=log)

    from infra.admin import local_stack
    from infra.local.stack import LocalStack

    stack = LocalStack(
        port=int(env.get("BATCHREEL_PORT") or 8000),
        workers=int(env.get("BATCHREEL_WORKERS") or max(2, os.cpu_count() or 2)),
        env=overrides(env),
        api_key=env.get("BATCHREEL_API_KEY"),
        log=log.fileno(),
    )
    try:
        with stack, local_stack.announced(stack.url, stack.env):
            print(BANNER.format(stack=stack), flush=True)
            while True:
                signal.pause()
    except OSError as error:
        sys.exit(error.strerror or str(error))


if __name__ == "__main__":
    main()
