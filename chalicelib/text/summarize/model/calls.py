"""Calls of a model within a limit of time: tried again where that may help, their tokens counted."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from chalicelib.text.summarize.model.provider import ModelError, Prompt, Provider
from chalicelib.text.summary import Usage

LEAST_SECONDS = 5.0
"""A call with less time than this is not begun."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
"""Seconds; a provider that asks for more is left alone."""
TICK_SECONDS = 0.5

T = TypeVar("T")
Seconds = Callable[[], float]


class Calls:
    def __init__(
        self, provider: Provider, left: Seconds, timeout: float, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._provider = provider
        self._left = left
        self._timeout = timeout
        self._sleep = sleep
        self._lock = threading.Lock()
        self._usage = Usage(model=f"{provider.name}/{provider.model}")

    @property
    def usage(self) -> Usage:
        return self._usage

    def ask(self, prompt: Prompt) -> Mapping[str, Any]:
        """Raises ModelError."""
        tries = 1
        while True:
            try:
                reply = self._provider.ask(prompt, min(self._timeout, self._time()))
            except ModelError as failure:
                self._count(failure.usage)
                pause = max(failure.retry_after, FIRST_PAUSE * 2 ** (tries - 1) * random.uniform(0.8, 1.2))  # noqa: S311
                if tries >= failure.tries or pause > LONGEST_PAUSE or pause > self._left() - LEAST_SECONDS:
                    raise
            else:
                self._count(reply.usage)
                return reply.data
            tries += 1
            self._sleep(pause)

    def _time(self) -> float:
        left = self._left()
        if left < LEAST_SECONDS:
            raise out_of_time()
        return left

    def _count(self, more: Usage) -> None:
        with self._lock:
            so_far = self._usage
            self._usage = Usage(
                so_far.input_tokens + more.input_tokens,
                so_far.output_tokens + more.output_tokens,
                so_far.calls + more.calls,
                so_far.model,
            )


class Limit:
    """Seconds that are left; none after `stop`, so that work that was given up begins no new call."""

    def __init__(self, left: Seconds) -> None:
        self._left = left
        self._stopped = threading.Event()

    def __call__(self) -> float:
        return 0.0 if self._stopped.is_set() else self._left()

    def stop(self) -> None:
        self._stopped.set()


def within(limit: Limit, work: Callable[[], T], tick: Callable[[], None]) -> T:
    """What `work` returns or raises; ModelError when the time is over, however deep in a socket it waits.
    `tick` is called twice a second, in this thread; what it raises comes out."""
    outcome: Future[T] = Future()
    threading.Thread(target=_settle, args=(outcome, work), name="model", daemon=True).start()
    try:
        while not wait([outcome], timeout=max(0.0, min(TICK_SECONDS, limit()))).done:
            if limit() <= 0:
                raise out_of_time()
            tick()
    finally:
        limit.stop()
    return outcome.result()


def _settle(outcome: Future[T], work: Callable[[], T]) -> None:
    try:
        outcome.set_result(work())
    except BaseException as error:
        outcome.set_exception(error)


def out_of_time() -> ModelError:
    return ModelError("The model did not answer in the time this job has", usage=Usage())
