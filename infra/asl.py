"""A graph check of a state machine: neither Step Functions emulators nor cfn-lint see a dangling state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TERMINAL = ("Succeed", "Fail")


def problems(machine: dict[str, Any], where: str = "machine") -> list[str]:
    """What is wrong with the graph, one sentence each, nested machines included; empty when nothing is."""
    states: dict[str, Any] = machine.get("States", {})
    found = [f"{where}: no state {n!r} ({use})" for use, n in _edges(machine) if n not in states]
    found += [f"{where}: {name!r} is never reached" for name in sorted(states.keys() - _reached(machine))]
    for name, state in states.items():
        if state["Type"] not in (*TERMINAL, "Choice") and bool(state.get("End")) == ("Next" in state):
            found.append(f"{where}: {name!r} needs either Next or End")
        for inner in _nested(state):
            found += problems(inner, f"{where}.{name}")
    return found


def _targets(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((use, state[use]) for use in ("Next", "Default") if use in state)
    yield from (("Choices", choice["Next"]) for choice in state.get("Choices", ()))
    yield from (("Catch", catch["Next"]) for catch in state.get("Catch", ()))


def _edges(machine: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "StartAt", machine.get("StartAt", "")
    for name, state in machine.get("States", {}).items():
        yield from ((f"{name}.{use}", target) for use, target in _targets(state))


def _reached(machine: dict[str, Any]) -> set[str]:
    seen: set[str] = set()
    todo = [machine.get("StartAt", "")]
    while todo:
        name = todo.pop()
        if name in machine.get("States", {}) and name not in seen:
            seen.add(name)
            todo += [target for _, target in _targets(machine["States"][name])]
    return seen


def _nested(state: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [state[key] for key in ("ItemProcessor", "Iterator") if key in state]
    return inner + list(state.get("Branches", ()))
