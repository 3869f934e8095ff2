"""What S3 refuses, as the failure of a job."""

from __future__ import annotations

from botocore.exceptions import ClientError

from chalicelib.audio.buckets import Location
from chalicelib.errors import JobError

_PASSING = {"RequestTimeout", "ExpiredToken", "OperationAborted"}
"""Codes below 500 that say nothing about the request."""
_FORBIDDEN = {"AccessDenied", "AllAccessDisabled", "AccountProblem", "403"}
_SOURCES = {
    "NoSuchKey": "There is no object at {place}.",
    "NoSuchBucket": "There is no bucket s3://{bucket}.",
    "InvalidObjectState": "The object at {place} is archived: restore it first.",
}


def source_failed(error: Exception, place: Location) -> JobError:
    """Of an object that a caller has named."""
    code, retryable = _cause(error)
    if code in _FORBIDDEN:
        sentence = "The bucket does not let this service read {place}, or has no such object."
    else:
        sentence = _SOURCES.get(code, "S3 did not give the object at {place}: {code}.")
    return JobError("DOWNLOAD_FAILED", _filled(sentence, place, code), retryable=retryable)


def upload_failed(error: Exception) -> JobError:
    """Of a file that was sent to us."""
    code, retryable = _cause(error)
    if code == "NoSuchKey":
        return JobError("UPLOAD_EXPIRED", "The uploaded file is no longer kept: make a new upload.")
    return JobError("DOWNLOAD_FAILED", f"S3 did not give the uploaded file: {code}.", retryable=retryable)


def changed() -> JobError:
    return JobError("DOWNLOAD_FAILED", "The object was replaced while it was read.", retryable=True)


def destination_failed(error: Exception, place: Location) -> JobError:
    code, retryable = _cause(error)
    if code in _FORBIDDEN:
        sentence = "The bucket does not let this service write {place}: allow its role s3:PutObject there."
    elif code == "NoSuchBucket":
        sentence = "There is no bucket s3://{bucket} for the result."
    else:
        sentence = "S3 did not take the result at {place}: {code}."
    return JobError("DESTINATION_FAILED", _filled(sentence, place, code), retryable=retryable)


def destination_refused(sentence: str) -> JobError:
    return JobError("DESTINATION_FAILED", sentence)


def _cause(error: Exception) -> tuple[str, bool]:
    """S3's own code (the kind of the exception, if S3 said nothing), and whether it may pass."""
    if not isinstance(error, ClientError):
        return type(error).__name__, True
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    code = error.response["Error"]["Code"]
    return code, status >= 500 or code in _PASSING


def _filled(sentence: str, place: Location, code: str) -> str:
    return sentence.format(place=place, bucket=place.bucket, code=code)
