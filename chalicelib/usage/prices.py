"""The price table of docs/usage.md, in billionths of a dollar."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from chalicelib.settings import settings

NANO: Final = 10**9
_PROFILE: Final = re.compile(r"^(bedrock/)(?:us|eu|apac|global)\.")
"""Of an inference profile: the model behind it has the price."""


@cache
def table() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(Path(__file__).with_name("prices.json").read_text())
    return found


def compute(mb_ms: int) -> int:
    per_gb_second: float = table()["lambda"][f"gb_second_{settings().architecture}"]
    return _nano(mb_ms / 1024 / 1000 * per_gb_second)


def control(of: str) -> int:
    """Of a `job` or a `batch`, however long it takes: the calls in the table at their prices."""
    return _nano(sum(count * each(call) for call, count in table()["control_plane"][of].items()))


def each(call: str) -> float:
    """Dollars for one `<service>.<unit>` of the table; `<service>.kb` where it has a price for a GB."""
    service, _, unit = call.partition(".")
    if unit == "kb":
        return float(table()[service]["gb"] / 1_000_000)
    return float(table()[service][unit])


def speech(recogniser: str, ms: int) -> int:
    return _nano(table()["speech"][recogniser] * ms / 60_000)


def tokens(model: str, into: int, out: int) -> int | None:
    """None for a model without a price: the operator's table comes first (BATCHREEL_MODEL_PRICES)."""
    known = {**table()["tokens"], **settings().model_prices}
    price = known.get(model) or known.get(_PROFILE.sub(r"\1", model))
    return _nano((into * price[0] + out * price[1]) / 1_000_000) if price else None


def _nano(dollars: float) -> int:
    return round(dollars * NANO)
