"""The account that the local cloud plays, and how a process is told to use it."""

from __future__ import annotations

import logging
import os
import threading
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
_making = threading.Lock()


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


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


def quiet_libraries() -> None:
    """moto logs every execution that is stopped as an error; botocore tells where its keys come from."""
    if os.environ.get("BATCHREEL_LOG_LEVEL") != "DEBUG":
        logging.getLogger("moto").setLevel(logging.CRITICAL)
        for name in ("botocore", "werkzeug"):
            logging.getLogger(name).setLevel(logging.WARNING)


@cache
def _session() -> boto3.Session:
    """One for all clients: each session reads the SDK's data files anew, which takes a tenth of a second."""
    return boto3.Session()


def client(
    service: str, endpoint: str | None, settings: Mapping[str, Any] | None = None, caller: str = "local"
) -> Any:
    with _making:  # a session may not make two clients at once
        return _session().client(
            cast(Any, service),
            region_name=REGION,
            endpoint_url=endpoint,
            aws_access_key_id=caller,
            aws_secret_access_key="local",
            config=Config(proxies={}, **(settings or {})),
        )
