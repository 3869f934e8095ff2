"""What Lambda gives a handler beside its event."""

from __future__ import annotations

import time
import uuid

from infra.local.account import function_arn


class LambdaContext:
    memory_limit_in_mb = "1769"
    function_version = "$LATEST"
    log_stream_name = "local"

    def __init__(self, function: str, timeout: float, request_id: str = "") -> None:
        """`timeout` in seconds from now."""
        self.function_name = function
        self.invoked_function_arn = function_arn(function)
        self.aws_request_id = request_id or str(uuid.uuid4())
        self.log_group_name = f"/aws/lambda/{function}"
        self._deadline = time.monotonic() + timeout

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))
