"""AWS clients: one session, each client made when first used, so that a cold start pays only for its own."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from chalicelib.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_transcribe import TranscribeServiceClient

_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5},
    connect_timeout=3,
    read_timeout=20,
    max_pool_connections=16,
    signature_version="v4",
)
# presigned URLs must be v4, which newer regions insist on; big objects need a longer read
_S3_CONFIG = _CONFIG.merge(Config(signature_version="s3v4", read_timeout=60))
_ENDPOINTS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3")


@cache
def _session() -> boto3.Session:
    return boto3.Session()


@cache
def dynamodb() -> DynamoDBClient:
    return _session().client("dynamodb", config=_CONFIG)


@cache
def sqs() -> SQSClient:
    return _session().client("sqs", config=_CONFIG)


@cache
def s3() -> S3Client:
    """Buckets as host names of their region: links to the global host break in regions opened since 2019.
    An endpoint of the operator's choice knows no such names."""
    style: Any = "auto" if any(os.environ.get(name) for name in _ENDPOINTS) else "virtual"
    return _session().client("s3", config=_S3_CONFIG.merge(Config(s3={"addressing_style": style})))


@cache
def stepfunctions() -> SFNClient:
    return _session().client("stepfunctions", config=_CONFIG)


@cache
def events() -> EventBridgeClient:
    return _session().client("events", config=_CONFIG)


@cache
def kms() -> KMSClient:
    return _session().client("kms", config=_CONFIG)


@cache
def bedrock() -> Any:
    """Runtime of models. Never tries again by itself: whoever asks knows how much time and money is left."""
    patience = Config(
        retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=settings().model_timeout
    )
    return _session().client("bedrock-runtime", config=_CONFIG.merge(patience))


@cache
def transcribe() -> TranscribeServiceClient:
    return _session().client("transcribe", config=_CONFIG)


def forget() -> None:
    """Drop every client; the next use makes new ones (tests change the endpoint under us)."""
    for made in (_session, dynamodb, sqs, s3, stepfunctions, events, kms, bedrock, transcribe):
        made.cache_clear()
