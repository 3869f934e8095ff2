"""The account that the local cloud plays, and how a process is told to use it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import boto3
from botocore.config import Config

ACCOUNT = "123456789012"
REGION = "us-east-1"
HOST = "127.0.0.1"
ROOT = Path(__file__).parents[2]


def function_arn(logical_id: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{logical_id}"


def environment(endpoint: str) -> dict[str, str]:
    """All that tells an AWS SDK to talk to `endpoint`; the keys are not checked by anybody."""
    direct = [os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or "", HOST, "localhost"]
    no_proxy = ",".join(filter(None, direct))
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


def inherited() -> dict[str, str]:
    """This process's environment without what could point a child at a real account."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "BATCHREEL_"))}


@cache
def _session() -> boto3.Session:
    """One for all clients: each session reads the SDK's data files anew, which takes a tenth of a second."""
    return boto3.Session()


def client(service: str, endpoint: str | None, settings: Mapping[str, Any] | None = None) -> Any:
    config = Config(proxies={}, **(settings or {}))
    return _session().client(
        cast(Any, service),
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=config,
    )
