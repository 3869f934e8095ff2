"""The patches that no other file tests: queries and transactions stand in test_dynamodb.py."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

from infra.local.moto_patches import PATCHES
from infra.local.stack import LocalStack


def test_every_patch_is_in_place(stack: LocalStack) -> None:
    assert all(getattr(owner, name) is replacement for owner, name, replacement in PATCHES)


def test_step_functions_share_one_client(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("boto3's default session is not safe under threads")

    monkeypatch.setattr(boto3, "client", refuse)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: boto_client_for("us-east-1", "lambda"), range(8)))
    assert len(set(map(id, made))) == 1
    assert made[0].meta.endpoint_url == stack.aws_url


def test_stopped_executions_are_no_errors(stack: LocalStack) -> None:
    """moto logs a stack trace for each."""
    assert not logging.getLogger("moto.stepfunctions").isEnabledFor(logging.ERROR)
