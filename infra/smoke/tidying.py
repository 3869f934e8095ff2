"""What the run has made is deleted, also when something failed on the way."""

from __future__ import annotations

from contextlib import suppress

from infra.smoke.parts import expect, part
from infra.smoke.run import PROCESSING, Made, Run, StepFailed
from infra.smoke.service import Unexpected

_SECONDS = 60.0
"""Until what was cancelled has ended."""


def check(run: Run) -> None:
    for made in run.made:
        look = f"{made.id}: delete it by hand, or leave it to expire with its results"
        with suppress(StepFailed), run.step("deleted", look) as remarks:
            _delete(run, made)
            remarks.append(made.id)


def _delete(run: Run, made: Made) -> None:
    if _status(run, made) == PROCESSING:
        with suppress(Unexpected):  # it may have ended by itself at this moment
            run.service.post(made.cancel, None)
        run.until("an end of the batch", lambda: _status(run, made), PROCESSING, _SECONDS)
    run.service.ask("DELETE", made.delete)
    came = run.service.refusal(made.status)
    expect(came == (404, "BATCH_NOT_FOUND"), "404 BATCH_NOT_FOUND once it is deleted", came)


def _status(run: Run, made: Made) -> str:
    return part(run.service.get(made.status).data, str, "status")
