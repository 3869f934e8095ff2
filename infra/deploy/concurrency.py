"""Do the workers that are asked for leave executions of Lambda to the API? New accounts have few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

KEPT_FREE = 100
"""Executions that AWS does not let anybody reserve."""
_STARVES = (
    "warning: up to {workers} workers run at once, and this account has {most} executions of Lambda: under "
    "load none is left for the API. {advice}. For more, ask AWS to raise the quota L-B99A9384 of Lambda"
)
_TOO_MANY_KEPT = (
    "warning: AWS may refuse {named}: {left} of the account's {most} executions of Lambda would not be "
    "reserved, and {free} have to stay so"
)
_CHOSEN = ("WorkerConcurrency", "LowConcurrency", "IntakeConcurrency")
_LEAST = 2
"""Lambda takes no smaller MaximumConcurrency."""


def limit(lambda_: Any) -> int | None:
    """Executions at once in this account and region; None if that cannot be read, which stops nobody."""
    try:
        return int(lambda_.get_account_settings()["AccountLimit"]["ConcurrentExecutions"])
    except (ClientError, BotoCoreError):
        return None


def warnings(most: int, given: Mapping[str, str], document: Mapping[str, Any]) -> Iterator[str]:
    """Sentences about what `given` and the template's defaults ask for of `most` executions at once."""
    values = _numbers({name: str(each["Default"]) for name, each in document["Parameters"].items()})
    values |= _numbers(given)
    reserved = {name: number for name, number in values.items() if name.startswith("Reserved") and number}
    workers = _workers(document, values)
    if workers >= most and "ReservedApi" not in reserved:
        yield _STARVES.format(workers=workers, most=most, advice=_advice(most, document, values))
    left = most - sum(reserved.values())
    if reserved and left < KEPT_FREE:
        named = ", ".join(f"{name}={number}" for name, number in sorted(reserved.items()))
        yield _TOO_MANY_KEPT.format(named=named, left=max(left, 0), most=most, free=KEPT_FREE)


def _numbers(values: Mapping[str, str]) -> dict[str, int]:
    """Without what CloudFormation will refuse, or is none of our concern."""
    return {name: int(value) for name, value in values.items() if value.isdecimal()}


def _advice(most: int, document: Mapping[str, Any], values: Mapping[str, int]) -> str:
    """The most workers that leave the API a fifth, and no parameter above what it is."""
    for number in range(min(values[_CHOSEN[0]], most), _LEAST - 1, -1):
        fewer = {name: min(values[name], number) for name in _CHOSEN}
        if _workers(document, {**values, **fewer}) <= most * 4 // 5:
            return f"{_assigned(fewer)} fits"
    fewest = dict.fromkeys(_CHOSEN, _LEAST)
    return f"{_assigned(fewest)} is the least, {_workers(document, {**values, **fewest})} of them"


def _assigned(values: Mapping[str, int]) -> str:
    return f'PARAMETERS="{" ".join(f"{name}={value}" for name, value in values.items())}"'


def _workers(document: Mapping[str, Any], values: Mapping[str, int]) -> int:
    """Of all queues together."""
    functions = (each.get("Properties", {}) for each in document["Resources"].values())
    events = [event["Properties"] for each in functions for event in each.get("Events", {}).values()]
    limits = [event["ScalingConfig"]["MaximumConcurrency"] for event in events if "ScalingConfig" in event]
    return sum(values[each["Ref"]] if isinstance(each, dict) else each for each in limits)
