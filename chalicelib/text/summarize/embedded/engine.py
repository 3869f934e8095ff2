"""The engine that needs no model: every sentence of its summaries was said so in the talk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chalicelib.text.summarize.embedded.modes import Modes
from chalicelib.text.summarize.embedded.score import scored
from chalicelib.text.summarize.embedded.terms import terms_of
from chalicelib.text.summarize.engine import Attempt, EngineFailed, Talk
from chalicelib.text.summary import Summary

NOTHING_SAID: Final = "Nothing is said in this transcript"


class Embedded:
    name = "embedded"

    def attempt(self, talk: Talk, modes: Sequence[str], instructions: str | None) -> Attempt:
        try:
            made = self.summarize(talk, modes, instructions)
        except EngineFailed as error:
            return Attempt(reasons=dict.fromkeys(modes, error.reason))
        return Attempt({summary.mode: summary for summary in made})

    def summarize(self, talk: Talk, modes: Sequence[str], instructions: str | None) -> tuple[Summary, ...]:
        """Of `instructions` only the words count: what is said about them weighs more.

        Raises EngineFailed if there are no segments.
        """
        if not talk.segments:
            raise EngineFailed(NOTHING_SAID)
        terms = terms_of(talk)
        focus = terms.of(instructions or "")
        made = Modes(scored(talk.segments, terms, focus), talk.chapters, talk.punctuated)
        return tuple(
            Summary(
                mode=mode,
                engine=self.name,
                kind="extractive",
                language=talk.language,
                covered_until=talk.segments[-1].end,
                custom_instructions_applied="focus_terms" if focus else None,
                **made.fill(mode),
            )
            for mode in modes
        )
