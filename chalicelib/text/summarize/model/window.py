"""What goes into one call of a model."""

from __future__ import annotations

import json

from chalicelib.text.summarize.model.lines import tokens
from chalicelib.text.summarize.model.prompt import MAX_ANSWER_TOKENS, Assignment, prompt
from chalicelib.text.summarize.model.provider import ModelError

LEAST_PART = 500
"""Tokens of transcript; calls that read less are not worth their rules."""


class Window:
    def __init__(self, context: int) -> None:
        self._context = context
        self.answer = min(MAX_ANSWER_TOKENS, context // 2)
        """Tokens that an answer may take."""

    def room(self, assignment: Assignment) -> int:
        """Tokens of lines that one call may read, beside rules, form, wishes, chapters and answer.
        Raises ModelError."""
        empty = prompt(assignment, (), self.answer)
        rules = tokens(empty.system) + tokens(empty.user) + tokens(json.dumps(empty.schema))
        room = self._context - rules - empty.answer_tokens
        if room < LEAST_PART:
            raise ModelError("The model's window is too small")
        return room
