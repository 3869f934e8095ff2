"""Who called what, and never with which key or query."""

from __future__ import annotations

import logging
import re

import pytest

from tests.api.conftest import Api

JOB = "job_0123456789abc001"


def lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "chalicelib.api.access_log"]


def test_each_request_has_a_line(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    api.get(f"/v1/status/{JOB}?token=hidden", user_agent="curl")
    [line] = lines(caplog)
    assert line.levelno == logging.INFO
    fields = vars(line)
    assert (fields["method"], fields["route"], fields["status"]) == ("GET", "/v1/status/{job_id}", 404)
    assert fields["ms"] >= 0
    assert fields["account"] == "acme"
    assert re.fullmatch("key_[0-9a-f]{16}", fields["key_id"])
    written = line.getMessage() + str(fields)
    assert "hidden" not in written
    assert api.key not in written


def test_also_one_that_nobody_may_make(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    api.get("/v1/webhooks", **{"x-api-key": "sk_" + "f" * 64})
    [line] = lines(caplog)
    assert vars(line)["status"] == 401
    assert "sk_" not in line.getMessage()
