"""IAM on one machine: a call that the caller's role does not allow is refused."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping

from werkzeug.wrappers import Response

from infra.iam.ask import Ask
from infra.iam.calls import Call
from infra.iam.policy import Policy

log = logging.getLogger(__name__)


class Guard:
    """Callers are known by the id of the key they sign with, which is the name of their function or state
    machine. Whoever has no policy here is the account's owner and may do everything."""

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        self.policies = policies
        self.used: set[tuple[str, str]] = set()
        """Callers, and the grants that they needed."""
        self.denied: list[str] = []

    def knows(self, caller: str) -> bool:
        return caller in self.policies

    def refusal(self, caller: str, asks: Iterable[Ask]) -> str | None:
        """Why the caller may not, in a sentence."""
        for ask in asks:
            if not self.allows(caller, ask):
                return self._deny(f"{caller} is not allowed {ask}")
        return None

    def allows(self, caller: str, ask: Ask) -> bool:
        """Without remembering a refusal: for what a caller can do without."""
        uses = self.policies[caller].uses(ask)
        self.used.update((caller, name) for name in uses)
        return bool(uses)

    def _deny(self, sentence: str) -> str:
        self.denied.append(sentence)
        log.error("%s", sentence)
        return sentence


def refused(call: Call, sentence: str) -> Response:
    """As the service that was called words it."""
    if call.of_s3:
        text = f"<Error><Code>AccessDenied</Code><Message>{sentence}</Message></Error>"
        return Response(text, 403, content_type="application/xml")
    document = {"__type": "AccessDeniedException", "message": sentence}
    return Response(json.dumps(document), 400, content_type="application/x-amz-json-1.0")
