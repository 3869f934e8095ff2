"""What must hold, and is written down, at the moment that a batch is accepted: a quota, for one."""

from __future__ import annotations

from typing import Any, Protocol

from chalicelib.errors import RequestError


class Guard(Protocol):
    def check(self) -> None:
        """By a read, before anything is written. Raises what `refused` answers."""

    def action(self) -> dict[str, Any]:
        """One of TransactWriteItems, with its condition, on a row that is no other guard's."""

    def refused(self) -> RequestError:
        """What to raise when the condition did not hold."""
