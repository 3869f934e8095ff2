"""POST /batch/estimate and POST /extract/estimate: what the call would need and cost. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice.app import Response

from chalicelib.api import estimates, query
from chalicelib.api.access import caller
from chalicelib.api.audio_v1 import sources
from chalicelib.api.audio_v1.submit import Planned, planned_batch, planned_extract
from chalicelib.api.camel import camel
from chalicelib.api.envelopes import enveloped, success
from chalicelib.api.orders import Order, ordered
from chalicelib.errors import NamesTaken


@enveloped
def batch(request: Any) -> Response:
    return _answer(request, planned_batch)


@enveloped
def extract(request: Any) -> Response:
    return _answer(request, planned_extract)


def _answer(request: Any, planned: Callable[[Order], Planned]) -> Response:
    account = caller(request)
    asked = query.read(request, "minutes")
    minutes = query.number(asked, "minutes", estimates.DEFAULT_MINUTES, estimates.MAX_MINUTES)
    plan = planned(ordered(request, account))
    try:
        return success(camel(estimates.estimated(account, plan.new, minutes)))
    except NamesTaken as taken:
        raise sources.already_used(plan.uploads, taken) from taken
