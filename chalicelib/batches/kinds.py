"""The kinds of job. A third kind is a folder of its own and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, cast

from chalicelib.task import Task
from chalicelib.usage.estimate import Effort

Runner = Callable[[Mapping[str, Any], Task], Mapping[str, Any]]
"""Runs a validated request and returns the outcome (JSON). Raises JobError when the job fails."""

RUNNERS = {
    "audio": "chalicelib.audio.runner",
    "text": "chalicelib.text.runner",
}

Facts = Callable[[Mapping[str, Any]], tuple[dict[str, Any], dict[str, str]]]
"""What events tell of an outcome, and the keys of its files by what each of them is."""

FACTS = {
    "audio": "chalicelib.audio.facts",
    "text": "chalicelib.text.facts",
}


SENT = {
    "audio": "chalicelib.audio.sent",
    "text": "chalicelib.text.sent",
}
"""Light: the API imports these."""


USAGE = {
    "audio": "chalicelib.audio.usage",
    "text": "chalicelib.text.usage",
}
"""Light, as all that read usage import these."""


def used(kind: str, outcome: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a completed job of a kind has used beside its worker's time, as in chalicelib.usage.used.Used.
    Nothing of a kind that does not tell."""
    if kind not in USAGE:
        return {}
    return cast(Callable[[Mapping[str, Any]], Mapping[str, Any]], import_module(USAGE[kind]).used)(outcome)


EFFORT = {
    "audio": "chalicelib.audio.effort",
    "text": "chalicelib.text.effort",
}
"""Light, as the API imports these."""


def effort(kind: str, request: Mapping[str, Any], media_seconds: float) -> Effort:
    """What a job of a kind will probably take, if its media lasts so long."""
    told = cast(Callable[..., Mapping[str, Any]], import_module(EFFORT[kind]).effort)
    return Effort(**told(request, media_seconds))


def forget(kind: str) -> Callable[[str, Mapping[str, Any]], None]:
    """Removes what the caller has sent for this one job (by its id and request), beside its own objects. Safe
    to repeat."""
    return cast(Callable[[str, Mapping[str, Any]], None], import_module(SENT[kind]).forget)


def runner(kind: str) -> Runner:
    """Imported when used: a queue of one kind must not pay for the libraries of another."""
    return cast(Runner, import_module(RUNNERS[kind]).run)


def facts(kind: str, outcome: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Nothing of a kind that events do not tell of."""
    if kind not in FACTS:
        return {}, {}
    return cast(Facts, import_module(FACTS[kind]).facts)(outcome)
