"""From whole batches that were counted to what one item takes."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from bench.batch_run import Part, Played
from bench.cost_model import CALL_SECONDS, LIFECYCLE_KB, gb_seconds, share
from infra.local import template
from infra.local.account import ROOT

WAY = (
    *("Route", "Aggregate", "Any deliveries", "Deliveries", "Deliver", "Outcome", "Settled"),
    *("Any broken", "Done"),
)
"""The states of a batch with one webhook that is taken at once."""
TRANSITIONS = 1 + len(WAY)
"""Its start, too."""


def per_item(played: Played) -> Mapping[str, float]:
    """Everything but the worker's time and its words of progress as time goes by."""
    whole: Counter[str] = Counter()
    for name, part in played.parts:
        whole.update(_part(name, part))
    events = whole["events.event"]  # each comes to EventsQueue, which the stack pays for
    whole.update({"sqs.request": played.jobs + events, "step_functions.transition": TRANSITIONS})
    return {name: count / played.jobs for name, count in whole.items()}


def _part(name: str, part: Part) -> Mapping[str, Any]:
    charged = {key: count for key, count in part.counts.items() if key != "calls"}
    charged["lambda.request"] = part.requests
    charged["logs.kb"] = charged.get("logs.kb", 0) + LIFECYCLE_KB * part.requests  # type: ignore[assignment]
    if name == "api":
        charged["api_gateway.request"] = part.requests
    return charged if name == "worker" else charged | {"lambda.gb_second_x86_64": time_of(name, part)}


def time_of(name: str, part: Part) -> Any:
    """GB-seconds of a function that no file keeps busy."""
    mb = memory(name)
    return gb_seconds(part.seconds / share(mb) + part.counts["calls"] * CALL_SECONDS, mb)


def polls(played: Played) -> Mapping[str, float]:
    """Of `per_item`, what asking how it goes takes."""
    return {key: count / played.jobs for key, count in _part("api", played.polls).items()}


def waits(played: Played) -> float:
    """Seconds that a worker waits for AWS, for one item."""
    return played.worker.counts["calls"] * CALL_SECONDS / played.jobs


def progress_units(played: Played) -> int:
    return max(1, math.ceil(played.worker.counts.largest_job / 1024))


@cache
def memory(function: str) -> int:
    stage = json.loads((ROOT / ".chalice/config.json").read_text())["stages"]["prod"]
    of = {"api": "api_handler"}.get(function, function)
    return int(stage["lambda_functions"].get(of, {}).get("lambda_memory_size", stage["lambda_memory_size"]))


def sources() -> int:
    """Queues that functions wait at: each event of each function."""
    resources = template.whole()["Resources"]
    return sum(len(each.get("Properties", {}).get("Events", ())) for each in resources.values())
