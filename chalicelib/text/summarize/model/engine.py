"""All wanted modes out of as few calls as the model's window allows: one, if the talk fits in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chalicelib.text.summarize.engine import Attempt, Talk
from chalicelib.text.summarize.model import written
from chalicelib.text.summarize.model.calls import Calls
from chalicelib.text.summarize.model.lines import of_segments, weight
from chalicelib.text.summarize.model.notes import Notes
from chalicelib.text.summarize.model.prompt import (
    Assignment,
    answer_tokens,
    prompt,
    wishes,
)
from chalicelib.text.summarize.model.provider import ModelError, Provider
from chalicelib.text.summarize.model.whole import Unusable
from chalicelib.text.summarize.model.window import Window

ROUNDS = 3
"""Notes of notes of notes: a talk that is still too long then does not get shorter."""


class Model:
    def __init__(self, provider: Provider, calls: Calls, context: int) -> None:
        self._provider = provider
        self._calls = calls
        self._window = Window(context)

    def attempt(self, talk: Talk, modes: Sequence[str], instructions: str | None) -> Attempt:
        """Raises ModelError if the talk could not even be read."""
        whole = Assignment(tuple(modes), talk.language, wishes(instructions), talk.chapters)
        assignments = [replace(whole, modes=group) for group in self._groups(whole)]
        source = self._read(talk, assignments, written.shares(whole))
        attempt = Attempt()
        for assignment in assignments:
            self._write(assignment, source, attempt)
        return attempt

    def _groups(self, whole: Assignment) -> list[tuple[str, ...]]:
        """As many modes together as one answer holds."""
        groups: list[tuple[str, ...]] = []
        chapters = len(whole.chapters)
        for mode in whole.modes:
            if groups and answer_tokens([*groups[-1], mode], chapters) <= self._window.answer:
                groups[-1] = (*groups[-1], mode)
            else:
                groups.append((mode,))
        return groups

    def _read(
        self, talk: Talk, assignments: Sequence[Assignment], shares: Mapping[str, int]
    ) -> written.Source:
        segments = {segment.index: segment for segment in talk.segments}
        lines = of_segments(talk.segments)
        if not lines:
            raise ModelError("The transcript holds no words")
        until = max(segment.end for segment in talk.segments)
        notes = Notes(self._calls, self._window, segments, talk.language)
        rounds = 0
        # a call that has room for no lines is no reason to pay for notes
        room = min(self._window.room(assignment) for assignment in assignments)
        while sum(map(weight, lines)) > room:
            if rounds == ROUNDS:
                raise ModelError("The transcript is too long for the model's window")
            rounds += 1
            lines, cut = notes.take(lines)
            if cut:
                until = min(until, max(segments[cite].end for cite in cut.cites))
        return written.Source(talk, lines, segments, until, shares)

    def _write(self, assignment: Assignment, source: written.Source, attempt: Attempt) -> None:
        try:
            data = self._calls.ask(prompt(assignment, source.lines, self._window.answer))
        except ModelError as failure:
            if failure.truncated and not assignment.generous and self._halve(assignment, source, attempt):
                return
            attempt.reasons |= dict.fromkeys(assignment.modes, failure.reason)
            return
        provider = self._provider
        for mode in assignment.modes:
            try:
                attempt.summaries[mode] = written.summary(
                    mode, data, source, assignment, provider.name, provider.model
                )
            except Unusable as failure:
                attempt.reasons[mode] = failure.reason

    def _halve(self, assignment: Assignment, source: written.Source, attempt: Attempt) -> bool:
        """Once: two answers of half the modes, with as much room each as the one had that was cut off."""
        modes = assignment.modes
        if len(modes) < 2:
            return False
        for half in (modes[: len(modes) // 2], modes[len(modes) // 2 :]):
            self._write(replace(assignment, modes=half, generous=True), source, attempt)
        return True
