"""As whom this process speaks to AWS: each function signs with a key of its own, as in Lambda."""

from __future__ import annotations

from botocore.credentials import Credentials
from botocore.session import Session

OWNER = "local"
_credentials = Credentials(OWNER, "local", method="local")


def install() -> None:
    """All sessions of this process share one key, which can change while their clients live."""

    def shared(session: Session) -> Credentials:
        return _credentials

    setattr(Session, "get_credentials", shared)  # noqa: B010 mypy forbids the plain assignment


def become(function: str) -> None:
    """A worker runs one function at a time."""
    _credentials.access_key = function
