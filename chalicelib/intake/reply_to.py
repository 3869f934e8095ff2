"""Which queues a message may want its answers on."""

from __future__ import annotations

import re

from chalicelib import aws
from chalicelib.errors import InvalidRequest
from chalicelib.settings import settings

_NAME = "[0-9]{12}/[A-Za-z0-9_-]{1,80}"
_QUEUE = re.compile(_NAME)
_NO_QUEUE = "reply_to: must be the ARN or URL of a standard SQS queue in the region of this service"
_NOT_ALLOWED = "reply_to: this service may not send to that queue: its operator has to list it in ReplyQueues"


def url(reply_to: str) -> str:
    """Of a queue by its ARN or URL. Raises InvalidRequest for one that the operator does not allow."""
    base, arn_base = _bases()
    queue = _tail(reply_to, base) or _tail(reply_to, arn_base).replace(":", "/")
    if not _QUEUE.fullmatch(queue):
        raise InvalidRequest(_NO_QUEUE)
    found = f"{base}{queue}"
    arn = arn_base + queue.replace("/", ":")
    if found != settings().replies_queue and not _listed(found, arn):
        raise InvalidRequest(_NOT_ALLOWED)
    return found


def _bases() -> tuple[str, str]:
    """What URLs and ARNs of this region's queues begin with."""
    base = settings().replies_queue.rsplit("/", 2)[0] + "/"
    meta = aws.sqs().meta
    return base, f"arn:{meta.partition}:sqs:{meta.region_name}:"


def _tail(text: str, beginning: str) -> str:
    return text.removeprefix(beginning) if text.startswith(beginning) else ""


def _listed(found: str, arn: str) -> bool:
    """The service's own queues of work are no place for answers, whatever a wildcard covers."""
    if found in (settings().intake_queue, settings().given_up_queue, *settings().queues.values()):
        return False
    return any(
        arn.startswith(each[:-1]) if each.endswith("*") else arn == each for each in settings().reply_queues
    )
