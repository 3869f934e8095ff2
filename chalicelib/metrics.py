"""Counts that an operator watches: lines of the embedded metric format, which CloudWatch Logs reads."""

from __future__ import annotations

import json
import sys

from chalicelib.clock import now_ms

NAMESPACE = "Batchreel"


def count(name: str) -> None:
    """One more of `name`."""
    metric = {"Namespace": NAMESPACE, "Dimensions": [[]], "Metrics": [{"Name": name, "Unit": "Count"}]}
    line = {"_aws": {"Timestamp": now_ms(), "CloudWatchMetrics": [metric]}, name: 1}
    sys.stdout.write(json.dumps(line) + "\n")
