"""`python -m bench [audio] [cost] [download] [effort] [summaries] …`: what is named, or all of NAMES."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

NAMES = ("audio", "cost", "download", "effort", "scale", "summaries", "webhooks", "worker")
BENCHES: Mapping[str, str] = {name: f"bench.{name}" for name in NAMES}


def main(names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        sys.exit(f"No bench is named {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    for name in names or BENCHES:
        bench: Callable[[], None] = import_module(BENCHES[name]).main
        bench()


if __name__ == "__main__":
    main(sys.argv[1:])
