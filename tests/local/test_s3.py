"""Result files and the links to them, as clients get them."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from infra.local import account
from infra.local.stack import LocalStack

SETUP = """
import boto3, sys
from botocore.config import Config
s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
"""
LINK = """
s3.put_object(Bucket=sys.argv[1], Key="jobs/a b.mp3", Body=b"0123456789", ContentType="audio/mpeg")
given = {"Bucket": sys.argv[1], "Key": "jobs/a b.mp3",
         "ResponseContentDisposition": 'attachment; filename="talk.mp3"'}
print(s3.generate_presigned_url("get_object", Params=given, ExpiresIn=60))
"""


UPLOAD = """
given = {"Bucket": sys.argv[1], "Key": "uploads/a", "ContentType": "video/mp4", "ContentLength": 10,
         "IfNoneMatch": "*"}
print(s3.generate_presigned_url("put_object", Params=given, ExpiresIn=60))
"""


@pytest.fixture(scope="module")
def link(stack: LocalStack) -> str:
    return made_by(stack, LINK)


def made_by(stack: LocalStack, program: str) -> str:
    """By an application that knows the stack from its environment alone."""
    made = subprocess.run(
        [sys.executable, "-c", SETUP + program, stack.outputs["Bucket"]],
        env={**account.inherited(), **stack.env},
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip()


def test_link_has_the_bucket_in_its_path(stack: LocalStack, link: str) -> None:
    assert link.startswith(f"{stack.aws_url}/{stack.outputs['Bucket']}/jobs/")


def test_link_gives_the_file_with_its_name(link: str) -> None:
    with urllib.request.urlopen(link) as answer:
        assert answer.read() == b"0123456789"
        assert answer.headers["Content-Type"] == "audio/mpeg"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="talk.mp3"'


@pytest.mark.parametrize(("asked", "given"), [("bytes=2-4", b"234"), ("bytes=-3", b"789")])
def test_link_gives_a_range(link: str, asked: str, given: bytes) -> None:
    with urllib.request.urlopen(urllib.request.Request(link, headers={"Range": asked})) as answer:
        assert (answer.status, answer.read()) == (206, given)


def test_link_takes_one_file(stack: LocalStack) -> None:
    upload = made_by(stack, UPLOAD)
    headers = {"Content-Type": "video/mp4", "If-None-Match": "*"}

    def put(content: bytes) -> int:
        request = urllib.request.Request(upload, content, headers, method="PUT")
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)

    assert put(b"0123456789") == 200
    with pytest.raises(urllib.error.HTTPError) as second:
        put(b"9876543210")
    with second.value:
        assert second.value.code == 412
    s3 = account.client("s3", stack.aws_url)
    kept = s3.get_object(Bucket=stack.outputs["Bucket"], Key="uploads/a")
    assert (kept["Body"].read(), kept["ContentType"]) == (b"0123456789", "video/mp4")
    s3.close()
