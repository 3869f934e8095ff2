"""Transcripts of public videos, kept for the next job that wants them: by video, language and kind.

Only YouTube's: another URL may be a secret between its owner and one caller.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.clock import Clock, now_ms
from chalicelib.settings import settings
from chalicelib.text.sources.source import Wanted
from chalicelib.text.transcript import Transcript

log = logging.getLogger(__name__)
_BY_RECOGNISERS = ("transcribe", "whisper")


def load(wanted: Wanted, clock: Clock = now_ms) -> Transcript | None:
    """With `force_refresh` only what an earlier attempt of this very job has stored."""
    for key in _keys(wanted):
        found = _read(key, wanted, clock)
        if found:
            return found
    return None


def store(wanted: Wanted, transcript: Transcript) -> None:
    if not _may_be_kept(wanted):
        return
    aws.s3().put_object(
        Bucket=settings().bucket,
        Key=_key(wanted, _kind(transcript)),
        Body=json.dumps(transcript.to_json(), ensure_ascii=False).encode(),
        ContentType="application/json",
        Metadata={"job": wanted.task.job_id},
    )


def _may_be_kept(wanted: Wanted) -> bool:
    brought = wanted.request.captions_url or wanted.request.captions_key
    return bool(wanted.target.video_id) and not brought and settings().transcript_cache_seconds > 0


def _keys(wanted: Wanted) -> Iterator[str]:
    if not _may_be_kept(wanted):
        return
    yield _key(wanted, "captions")
    if wanted.request.allow_translation:
        yield _key(wanted, "translated")
    if wanted.request.speech_to_text:
        yield _key(wanted, "speech")


def _key(wanted: Wanted, kind: str) -> str:
    language = (wanted.request.language or "auto").lower()
    return f"transcripts/youtube/{wanted.target.video_id}/{language}.{kind}.json"


def _kind(transcript: Transcript) -> str:
    if transcript.source in _BY_RECOGNISERS:
        return "speech"
    return "translated" if transcript.translated_from else "captions"


def _read(key: str, wanted: Wanted, clock: Clock) -> Transcript | None:
    try:
        answer = aws.s3().get_object(Bucket=settings().bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
    with answer["Body"] as body:
        ours = answer["Metadata"].get("job") == wanted.task.job_id
        age = clock() / 1000 - answer["LastModified"].timestamp()
        if age > settings().transcript_cache_seconds or (wanted.request.force_refresh and not ours):
            return None
        data = body.read()
    try:
        return Transcript.from_json(json.loads(data))
    except (ValueError, KeyError, TypeError):
        log.warning("a stored transcript of another version is passed over", extra={"key": key})
        return None
