from __future__ import annotations

import json
from typing import Any

import pytest

from infra import asl
from infra.local.account import ROOT

END = {"Type": "Pass", "End": True}


def machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": "A", "States": states}


def mapped(inner: dict[str, Any]) -> dict[str, Any]:
    return machine(A={"Type": "Map", "ItemProcessor": inner, "End": True})


CHOICE = {"Type": "Choice", "Choices": [{"Next": "B"}], "Default": "C"}
CAUGHT = {"Type": "Task", "Catch": [{"Next": "B"}], "End": True}


@pytest.mark.parametrize(
    "wrong",
    [
        machine(B=END),
        machine(A={"Type": "Pass", "Next": "Nowhere"}),
        machine(A={"Type": "Pass"}),
        machine(A={"Type": "Pass", "Next": "B", "End": True}, B=END),
        machine(A=END, B=END),
        machine(A=CHOICE, B=END),
        machine(A=CHOICE, C=END),
        machine(A=CAUGHT),
        mapped(machine(A={"Type": "Pass", "Next": "Nowhere"})),
        machine(A={"Type": "Parallel", "Branches": [machine(B=END)], "End": True}),
    ],
)
def test_dangling_and_unreachable_states_are_found(wrong: dict[str, Any]) -> None:
    assert asl.problems(wrong)


@pytest.mark.parametrize(
    "right",
    [
        machine(A=END),
        machine(A={"Type": "Succeed"}),
        machine(A=CHOICE, B=END, C={"Type": "Fail"}),
        machine(A=CAUGHT, B=END),
        mapped(machine(A=END)),
        json.loads((ROOT / "infra" / "finish.asl.json").read_text()),
    ],
)
def test_sound_machines_pass(right: dict[str, Any]) -> None:
    assert asl.problems(right) == []
