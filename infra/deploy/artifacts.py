"""The bucket that CloudFormation reads templates and zips from, under names made from their contents."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.cloudformation import Refused

_PRIVATE = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
_REGIONAL = Config(
    signature_version="s3v4",
    s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
)


@dataclass(frozen=True)
class Template:
    url: str
    document: dict[str, Any]


@dataclass(frozen=True)
class Shelf:
    bucket: str
    owner: str | None
    """Account that must own the bucket: its usual name can be guessed, so a stranger could take it first."""

    def put(self, file: Path) -> str:
        """Its key. What has not changed is not sent again."""
        key = f"batchreel/{hashlib.sha256(file.read_bytes()).hexdigest()[:16]}-{file.name}"
        s3 = boto3.client("s3")
        if not s3.list_objects_v2(Bucket=self.bucket, Prefix=key, **self._owned).get("Contents"):
            s3.upload_file(str(file), self.bucket, key, ExtraArgs=self._owned)
        return key

    def upload(self, document: dict[str, Any], package: Path) -> Template:
        """The template and the zips that it names."""
        document = json.loads(json.dumps(document))
        for resource in document["Resources"].values():
            for name in ("CodeUri", "ContentUri"):
                local = resource.get("Properties", {}).get(name)
                if local:
                    resource["Properties"][name] = f"s3://{self.bucket}/{self.put(package / local)}"
        file = package / "template.uploaded.json"
        file.write_text(json.dumps(document))
        return Template(self._url(self.put(file)), document)

    def keep_previous(self, stack: str, document: dict[str, Any], before: dict[str, Any]) -> None:
        """`before` is what to go back to from `document`. Found by the latter, so that an update which fails
        changes nothing: the stack is then still one with another way back."""
        body, key = json.dumps(before).encode(), _previous_key(stack, document)
        boto3.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body, **self._owned)

    def previous(self, stack: str, document: dict[str, Any] | None) -> Template:
        """What the stack was before `document` was deployed to it. Raises Refused."""
        key = _previous_key(stack, document)
        try:
            found = boto3.client("s3").get_object(Bucket=self.bucket, Key=key, **self._owned)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            raise Refused(f"nothing was deployed to {stack} before what is there now") from error
        return Template(self._url(key), json.loads(found["Body"].read()))

    @property
    def _owned(self) -> dict[str, Any]:
        return {"ExpectedBucketOwner": self.owner} if self.owner else {}

    def _url(self, key: str) -> str:
        """By the bucket's host name in its region, whose suffix differs in China."""
        link = boto3.client("s3", config=_REGIONAL).generate_presigned_url(
            "get_object", Params={"Bucket": self.bucket, "Key": key}
        )
        return link.partition("?")[0]


def _previous_key(stack: str, document: dict[str, Any] | None) -> str:
    told = json.dumps(document, sort_keys=True).encode()
    return f"batchreel/previous/{stack}/{hashlib.sha256(told).hexdigest()[:16]}.json"


def shelf(bucket: str, account: str, region: str) -> Shelf:
    """In the named bucket, or in one of this account and region, made if it is not there. Raises Refused."""
    if bucket:
        _check(bucket, region)
        return Shelf(bucket, None)
    own = Shelf(f"batchreel-artifacts-{account}-{region}", account)
    make(boto3.client("s3"), own.bucket, account, region)
    return own


def _check(bucket: str, region: str) -> None:
    try:
        found = boto3.client("s3").head_bucket(Bucket=bucket)
    except ClientError as error:
        raise Refused(f"BUCKET={bucket}: it is not there, or not for you ({error})") from error
    there = found.get("BucketRegion", region)
    if there != region:
        raise Refused(
            f"BUCKET={bucket} is in {there}: Lambda takes zips only from the stack's region, {region}"
        )


def make(s3: Any, bucket: str, account: str, region: str) -> None:
    """Unless it is there; private and encrypted in any case. Raises Refused if it is somebody else's."""
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise Refused(f"the bucket {bucket} is not yours: name one in BUCKET ({error})") from error
        place = {} if region == "us-east-1" else {"LocationConstraint": region}
        s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": place} if place else {}))
        print(f"made the bucket {bucket}")
    encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    owned = {"Bucket": bucket, "ExpectedBucketOwner": account}
    s3.put_public_access_block(PublicAccessBlockConfiguration=_PRIVATE, **owned)
    s3.put_bucket_encryption(ServerSideEncryptionConfiguration={"Rules": [encryption]}, **owned)
