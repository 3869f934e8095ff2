"""A thousand events to a receiver that fails three calls of ten and dies once; then it is asked for every id.

The engine's own parts and a real HTTP receiver; AWS is moto in this process, and waits are skipped: a latency
is what the attempts took, moto included, and what the waits would have taken.
"""

from __future__ import annotations

import sys
from statistics import quantiles

import pytest

from chalicelib.clock import now_ms
from chalicelib.settings import settings
from tests.clock import FakeClock
from tests.conftest import in_moto
from tests.webhooks import load

EVENTS = 1000


def main() -> None:
    settings.cache_clear()
    with pytest.MonkeyPatch.context() as environment, in_moto(environment):
        report = load.run(EVENTS, FakeClock(now_ms()))
    settings.cache_clear()
    _show(report)
    if report.lost or report.doubled:
        sys.exit(f"Lost: {report.lost}. Doubled: {report.doubled}")


def _show(report: load.Report) -> None:
    print(f"\nwebhooks: {report.events:,} events, {report.attempts:,} attempts")
    print(f"lost {len(report.lost)}, doubled {len(report.doubled)}, ", end="")
    print(f"taken again after the receiver died over it {len(report.repeated)}")
    percent = quantiles(report.latencies, n=100)
    print(f"from the end of a job to its receiver: median {percent[49]:.2f} s, ", end="")
    print(f"95 % within {percent[94]:.0f} s, all within {report.latencies[-1]:.0f} s")


if __name__ == "__main__":
    main()
