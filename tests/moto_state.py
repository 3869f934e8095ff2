"""What moto holds, kept and brought back: making the stack's resources anew takes longer than most tests."""

from __future__ import annotations

import copy
import copyreg
import threading
from typing import Any

from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

copyreg.pickle(threading.Condition, lambda _: (threading.Condition, ()))  # each copy of a queue has its own


class Snapshot:
    """Every backend as it is now. `restore` brings it back, any number of times, also after moto's reset."""

    def __init__(self) -> None:
        services: Any = BackendDict
        self._backends = [
            (service, account, region, backend)
            for service in services._instances
            for account, region, backend in service.iter_backends()
        ]
        itself = {id(backend): backend for *_, backend in self._backends}
        self._states = [copy.deepcopy(backend.__dict__, dict(itself)) for *_, backend in self._backends]
        self._buckets = dict(s3_backends.bucket_accounts)

    def restore(self) -> None:
        now: list[Any] = [service[account][region] for service, account, region, _ in self._backends]
        instead = {id(before): new for (*_, before), new in zip(self._backends, now, strict=True)}
        for backend, state in zip(now, self._states, strict=True):
            backend.__dict__.clear()
            backend.__dict__.update(copy.deepcopy(state, dict(instead)))
        s3_backends.bucket_accounts.clear()
        s3_backends.bucket_accounts.update(self._buckets)
