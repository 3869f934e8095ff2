"""Calls of S3 as the permissions they need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from infra.iam.ask import Ask

OF_KEYS: dict[tuple[str, frozenset[str]], str] = {
    ("GET", frozenset()): "s3:GetObject",
    ("HEAD", frozenset()): "s3:GetObject",
    ("PUT", frozenset()): "s3:PutObject",
    ("DELETE", frozenset()): "s3:DeleteObject",
    ("POST", frozenset({"uploads"})): "s3:PutObject",
    ("PUT", frozenset({"partNumber", "uploadId"})): "s3:PutObject",
    ("POST", frozenset({"uploadId"})): "s3:PutObject",
    ("DELETE", frozenset({"uploadId"})): "s3:AbortMultipartUpload",
}
"""By the method and the words in the query that change its meaning."""
_WITHOUT_MEANING = ("x-", "response-")
_KEY = re.compile(r"<Key>(.*?)</Key>", re.DOTALL)


def asks(method: str, path: str, query: Mapping[str, str], body: bytes) -> list[Ask]:
    """`path` has the bucket in it. A call that is not told apart here is asked for on everything, which no
    policy allows."""
    bucket, _, key = path.lstrip("/").partition("/")
    words = frozenset(word for word in query if not word.lower().startswith(_WITHOUT_MEANING))
    if key and (method, words) in OF_KEYS:
        return [Ask(OF_KEYS[method, words], of_object(bucket, key))]
    if not key and method == "POST" and words == {"delete"}:
        return [Ask("s3:DeleteObject", of_object(bucket, each)) for each in _named(body)]
    if not key and method == "GET" and "list-type" in words:
        return [to_list(bucket)]
    return [Ask(f"s3:{method}?{'&'.join(sorted(words))}", "*")]


def to_be_told_of_absence(method: str, path: str) -> Ask | None:
    """Without it S3 says of an object that is not there that it is forbidden."""
    bucket, _, key = path.lstrip("/").partition("/")
    return to_list(bucket) if key and method in ("GET", "HEAD") else None


def to_list(bucket: str) -> Ask:
    return Ask("s3:ListBucket", f"arn:aws:s3:::{bucket}")


def of_object(bucket: str, key: str) -> str:
    return f"arn:aws:s3:::{bucket}/{key}"


def _named(body: bytes) -> list[str]:
    return [unescape(key) for key in _KEY.findall(body.decode())]
