"""Who asks AWS, and where, found out before it is asked for anything else."""

from __future__ import annotations

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.cloudformation import Refused


def region() -> str:
    """Raises Refused. Calls nothing of AWS."""
    try:
        session = boto3.Session()
        credentials = session.get_credentials()
    except BotoCoreError as error:
        raise Refused(f"the AWS credentials cannot be used: {error}") from error
    if not session.region_name:
        raise Refused("no region is set: export AWS_DEFAULT_REGION=eu-central-1, or one nearer to you")
    if credentials is None:
        raise Refused(
            "there are no AWS credentials: run `aws configure`, or export AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY"
        )
    return session.region_name


def account() -> str:
    """The number of the account that the credentials are for. Raises Refused."""
    try:
        return str(boto3.client("sts").get_caller_identity()["Account"])
    except ClientError as error:
        raise Refused(f"AWS does not take these credentials: {error}") from error
