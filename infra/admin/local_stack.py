"""How the commands find a stack that runs on this machine: it writes down where, while it runs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "out" / "local"
NEEDED = ("AWS_", "NO_PROXY", "no_proxy")
"""Beginnings of variables that lead to the emulated AWS."""
_NAMES = ("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY")
_DEFAULT_PORT = "8000"


@contextmanager
def announced(url: str, env: Mapping[str, str]) -> Iterator[None]:
    """Nothing of the operator's own settings, which may be secrets, is written."""
    own = {f"BATCHREEL_{name}" for name in _NAMES}
    kept = {name: value for name, value in env.items() if name in own or name.startswith(NEEDED)}
    file = _file(url)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def environment(url: str = "") -> dict[str, str]:
    """Of the stack at this URL, "" for the usual one. Raises ValueError if none runs there."""
    url = url or f"http://127.0.0.1:{os.environ.get('BATCHREEL_PORT') or _DEFAULT_PORT}"
    try:
        found: dict[str, str] = json.loads(_file(url).read_text())
    except OSError as error:
        raise ValueError(f"no stack runs at {url}: start `make local`, or send --local URL") from error
    return found


def _file(url: str) -> Path:
    """Raises ValueError."""
    port = urlsplit(url).port if "://" in url else None
    if port is None:
        raise ValueError(f"--local {url}: send the URL that `make local` prints, like http://127.0.0.1:8000")
    return FOLDER / f"{port}.json"
