"""`python -m infra.local`: the whole stack on this machine, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

OWN = {"BATCHREEL_PORT", "BATCHREEL_API_KEY", "BATCHREEL_WORKERS", "BATCHREEL_LOG", "BATCHREEL_APP"}


def overrides(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that are meant for the functions and not for the stack."""
    return {k: v for k, v in environment.items() if k.startswith("BATCHREEL_") and k not in OWN}


def _stop(*_: Any) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # a second one must not interrupt the clearing up
    raise SystemExit(0)


def _banner(url: str, key: str, secret: str) -> str:
    lines = ["", f"Batchreel is up at  {url}"]
    if key:
        lines += [
            f"  API key           {key}",
            f"  webhook secret    {secret}",
            "",
            f"  curl {url}/v1/extract -H 'X-API-Key: {key}' \\",
            """    -d '{"source": {"type": "url", "url": "http://127.0.0.1:9000/talk.mp4"}, """
            """"output": {"format": "mp3"}}'""",
        ]
    return "\n".join([*lines, "", "Ctrl-C stops"])


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    env = os.environ
    log = (
        os.open(env["BATCHREEL_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        if env.get("BATCHREEL_LOG")
        else 2
    )
    logging.basicConfig(
        level=env.get("BATCHREEL_LOG_LEVEL") or "WARNING", stream=os.fdopen(log, "w", closefd=False)
    )

    from infra.local.stack import LocalStack

    stack = LocalStack(
        port=int(env.get("BATCHREEL_PORT") or 8000),
        workers=int(env.get("BATCHREEL_WORKERS") or max(2, os.cpu_count() or 2)),
        env=overrides(env),
        app=env.get("BATCHREEL_APP") or "app",
        api_key=env.get("BATCHREEL_API_KEY"),
        log=log,
    )
    try:
        with stack:
            print(_banner(stack.url, stack.key, stack.webhook_secret), flush=True)
            while True:
                signal.pause()
    except OSError as error:
        sys.exit(error.strerror or str(error))


if __name__ == "__main__":
    main()
