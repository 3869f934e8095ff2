"""`make demo`: one batch through each API on this machine, from videos to files, summaries and webhooks.

Everything printed was measured in this run. Exit code 1 if anything is not as it must be.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

from chalicelib.settings import settings
from infra.demo import audio, text
from infra.demo.session import Session, console
from infra.demo.site import site
from infra.local.stack import LocalStack


def main(out: Path) -> int:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    started = time.monotonic()
    with site() as world, LocalStack() as stack:
        os.environ.update(stack.env)
        settings.cache_clear()
        console.print(f"Batchreel is up at {stack.url} after {time.monotonic() - started:.1f} s")
        session = Session(stack, world, out)
        audio.run(session)
        text.run(session)
    for sentence in session.wrong:
        console.print(f"[red]wrong:[/] {sentence}")
    verdict = "[red]not as it must be[/]" if session.wrong else "[green]all as it must be[/]"
    console.print(f"{verdict}, in {time.monotonic() - started:.1f} s; the files are in {out}/")
    return 1 if session.wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(*sys.argv[1:2] or ("out", "demo"))))
