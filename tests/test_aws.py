from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import aws

GET = {"Bucket": "some-bucket", "Key": "k"}


@pytest.fixture(autouse=True)
def _fresh_clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    aws.forget()
    yield
    aws.forget()


@pytest.mark.parametrize("region", ["us-west-2", "eu-south-1", "ap-east-1"])
def test_links_name_the_host_of_their_region(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    link = aws.s3().generate_presigned_url("get_object", Params=GET)
    assert link.startswith(f"https://some-bucket.s3.{region}.amazonaws.com/k?")


def test_an_endpoint_of_ones_own_has_buckets_in_its_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    link = aws.s3().generate_presigned_url("get_object", Params=GET)
    assert link.startswith("http://127.0.0.1:4566/some-bucket/k?")
