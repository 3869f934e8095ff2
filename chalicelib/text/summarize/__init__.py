"""Summaries of a talk: from the operator's engine, and from the embedded one wherever that fails."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from chalicelib.settings import settings
from chalicelib.text.engines import engine_name
from chalicelib.text.failures import TextError
from chalicelib.text.summarize import choice
from chalicelib.text.summarize.embedded.engine import Embedded
from chalicelib.text.summarize.engine import Attempt, Engine, Talk
from chalicelib.text.summarize.model.calls import Calls, Limit, within
from chalicelib.text.summarize.model.engine import Model
from chalicelib.text.summarize.model.provider import ModelError
from chalicelib.text.summary import Summary

log = logging.getLogger(__name__)
RESERVE_SECONDS = 40.0
"""Kept back from the worker's time, to summarise without the model and to store what was made."""
MOST_TIMEOUTS = 5
"""A model may take this many times BATCHREEL_MODEL_TIMEOUT for one job."""
_BROKEN: Final = "The model's answer could not be handled"

Sleep = Callable[[float], None]


def run(
    talk: Talk,
    modes: Sequence[str],
    instructions: str | None,
    *,
    seconds_left: Callable[[], float] | None = None,
    tick: Callable[[], None] = lambda: None,
    sleep: Sleep = time.sleep,
) -> tuple[Summary, ...]:
    """One for each mode, in that order. `seconds_left`: until the platform ends this worker. `tick` is called
    twice a second while a model is waited for; what it raises comes out.

    Raises TextError SUMMARY_FAILED.
    """
    name = engine_name(settings())
    if name == "embedded" or not talk.segments:
        attempt = Attempt()
    else:
        attempt = _attempt(name, talk, modes, instructions, _limit(seconds_left), tick, sleep)
    missing = tuple(mode for mode in modes if mode not in attempt.summaries)
    made = attempt.summaries | _embedded(talk, missing, instructions, attempt.reasons)
    if any(mode not in made for mode in modes):
        raise TextError("SUMMARY_FAILED")
    return tuple(replace(made[mode], usage=attempt.usage) for mode in modes)


def _limit(seconds_left: Callable[[], float] | None) -> Limit:
    end = time.monotonic() + MOST_TIMEOUTS * settings().model_timeout

    def left() -> float:
        own = end - time.monotonic()
        return own if seconds_left is None else min(own, seconds_left() - RESERVE_SECONDS)

    return Limit(left)


def _attempt(
    name: str,
    talk: Talk,
    modes: Sequence[str],
    instructions: str | None,
    limit: Limit,
    tick: Callable[[], None],
    sleep: Sleep,
) -> Attempt:
    asked: list[Calls] = []

    def work() -> Attempt:
        try:
            provider = choice.provider(name, settings())
            calls = Calls(provider, limit, settings().model_timeout, sleep)
            asked.append(calls)
            engine: Engine = Model(provider, calls, settings().model_context)
            return engine.attempt(talk, modes, instructions)
        except choice.NotConfigured as error:
            log.error("no model: %s", error)
            return _none(modes, f"No model is set up for the engine {name}")
        except ModelError as error:
            return _none(modes, error.reason)
        except Exception as error:
            # neither the message nor values: both may quote the transcript
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("model broke: %s\n%s", type(error).__name__, where)
            return _none(modes, _BROKEN)

    try:
        attempt = within(limit, work, tick)
    except ModelError as error:
        attempt = _none(modes, error.reason)
    attempt.usage = asked[0].usage if asked and asked[0].usage.calls else None
    for reason in sorted(set(attempt.reasons.values())):
        log.warning("summaries without the model: %s", reason)
    return attempt


def _none(modes: Sequence[str], reason: str) -> Attempt:
    return Attempt(reasons=dict.fromkeys(modes, reason))


def _embedded(
    talk: Talk, modes: tuple[str, ...], instructions: str | None, reasons: dict[str, str]
) -> dict[str, Summary]:
    if not modes:
        return {}
    engine: Engine = Embedded()
    attempt = engine.attempt(talk, modes, instructions)
    for failed in attempt.reasons.values():
        raise TextError("SUMMARY_FAILED", details=failed)
    return {
        mode: replace(made, fallback_reason=reasons.get(mode)) for mode, made in attempt.summaries.items()
    }
