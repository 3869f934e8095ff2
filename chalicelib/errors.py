"""Everything Batchreel raises on purpose.

BatchreelError
├── RequestError            the caller can mend it; `status` is the HTTP status
│   ├── InvalidRequest      400
│   ├── Unauthorized        401
│   ├── NotInPlan           403
│   ├── Forbidden           403
│   ├── NotFound            404
│   ├── Gone                410
│   ├── StillRunning        409
│   ├── IdempotencyConflict 422
│   ├── NamesTaken          409
│   ├── Conflict            409
│   └── TryLater            with `retry_after` in seconds
│       ├── RequestInProgress 409
│       ├── StillTold         409
│       ├── RotatedTooOften 429
│       ├── RateLimited     429
│       ├── QuotaExceeded   429
│       ├── AccountBusy     503
│       └── QueueFull         503
├── JobError                a job ends (or is tried again) with this; `retryable` says which
├── NotYet                  a job waits for something outside; run it again after `seconds`
├── OutboundError           a caller-given host could not be reached, or must not be
├── JobCancelled            the job was cancelled while it ran
├── LeaseLost               another worker owns the job now; drop what was done
└── ServiceUnavailable      a service we depend on did not answer; the step is safe to repeat
"""

from __future__ import annotations

from typing import Any


class BatchreelError(Exception):
    code = "INTERNAL_ERROR"
    status = 500

    def __init__(self, message: str, *, code: str | None = None, details: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        if code:
            self.code = code


class RequestError(BatchreelError):
    code = "INVALID_REQUEST"
    status = 400


class InvalidRequest(RequestError):
    """The request, or the field named in the message, is not what the API accepts."""


class Unauthorized(RequestError):
    code = "UNAUTHORIZED"
    status = 401


class NotInPlan(RequestError):
    """The caller's plan has no such thing. `feature` names it."""

    code = "FEATURE_NOT_AVAILABLE"
    status = 403

    def __init__(self, message: str, *, feature: str, plan: str, code: str) -> None:
        super().__init__(message, code=code)
        self.feature = feature
        self.plan = plan


class Forbidden(RequestError):
    """The key is good, but not for this. `rate`: how often it may still be used (accounts.admission)."""

    code = "FORBIDDEN"
    status = 403

    def __init__(self, message: str, *, rate: Any = None) -> None:
        super().__init__(message)
        self.rate = rate


class NotFound(RequestError):
    code = "NOT_FOUND"
    status = 404


class Gone(RequestError):
    code = "FILE_EXPIRED"
    status = 410


class StillRunning(RequestError):
    """What is to be deleted has not ended."""

    code = "STILL_RUNNING"
    status = 409


class IdempotencyConflict(RequestError):
    """The Idempotency-Key was used before with another body, or for what has been deleted since."""

    code = "IDEMPOTENCY_CONFLICT"
    status = 422


class NamesTaken(RequestError):
    """Another batch has `names`, which this one was to have for itself."""

    code = "NAMES_TAKEN"
    status = 409

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__("Another batch has taken what this one needs for itself")
        self.names = names


class Conflict(RequestError):
    """What is asked for is not possible as things stand. Always with a code of its own."""

    status = 409


class TryLater(RequestError):
    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RequestInProgress(TryLater):
    """The first request with the same Idempotency-Key has not been answered yet."""

    code = "REQUEST_IN_PROGRESS"
    status = 409


class StillTold(TryLater):
    """The end of what is to be retried is being told at this moment."""

    code = "NOT_ENDED"
    status = 409


class RotatedTooOften(TryLater):
    """More of its older secrets than may be are still signed with."""

    code = "ROTATED_TOO_OFTEN"
    status = 429


class RateLimited(TryLater):
    """The key has made its requests of this hour: `rate`, as above."""

    code = "RATE_LIMIT_EXCEEDED"
    status = 429

    def __init__(self, message: str, *, rate: Any) -> None:
        super().__init__(message, retry_after=rate.seconds_left)
        self.rate = rate


class QuotaExceeded(TryLater):
    """The plan has no more videos until its next day or month."""

    code = "QUOTA_EXCEEDED"
    status = 429


class AccountBusy(TryLater):
    """Too many requests of one account are being accepted at one moment."""

    code = "ACCOUNT_BUSY"
    status = 503


class QueueFull(TryLater):
    code = "QUEUE_FULL"
    status = 503


class JobError(BatchreelError):
    """How a job fails. `retryable`: the same job may succeed later without being changed; `retry_after`:
    not sooner than after so many seconds."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retryable: bool = False,
        details: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message, code=code, details=details)
        self.retryable = retryable
        self.retry_after = retry_after


class NotYet(BatchreelError):
    """A job waits for something outside; it is to be run again after `seconds`, which is no failure."""

    code = "NOT_YET"

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class OutboundError(BatchreelError):
    """`retryable` is False for refused addresses and for answers that will not change."""

    code = "OUTBOUND_FAILED"

    def __init__(self, message: str, *, retryable: bool, timed_out: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.timed_out = timed_out


class JobCancelled(BatchreelError):
    code = "CANCELLED"


class LeaseLost(BatchreelError):
    code = "LEASE_LOST"


class ServiceUnavailable(BatchreelError):
    code = "SERVICE_UNAVAILABLE"
    status = 503
    retry_after = 5
    """Seconds."""
