"""Captions that the caller sent along, or says where to fetch."""

from __future__ import annotations

import time

from botocore.exceptions import ClientError

from chalicelib import aws, outbound
from chalicelib.errors import JobError, OutboundError
from chalicelib.settings import settings
from chalicelib.text import captions
from chalicelib.text.failures import TextError
from chalicelib.text.sources.naming import title_of
from chalicelib.text.sources.source import Wanted
from chalicelib.text.transcript import UNKNOWN_LANGUAGE, Transcript, Video
from chalicelib.text.urls import thumbnails

_MOST_SECONDS = 120.0
_RESERVE_SECONDS = 20.0
"""Kept back from the worker's time, to fail properly."""


class Provided:
    name = "captions"

    def applies(self, wanted: Wanted) -> bool:
        return bool(wanted.request.captions_url or wanted.request.captions_key)

    def fetch(self, wanted: Wanted) -> Transcript:
        """Raises JobError DOWNLOAD_FAILED, and TextError for what cannot be read."""
        request = wanted.request
        data = _stored(request.captions_key) if request.captions_key else _fetched(wanted)
        parsed = captions.parse(data, request.captions_format)
        return Transcript(
            video=_video(wanted),
            cues=parsed.cues,
            language=parsed.language or request.language or UNKNOWN_LANGUAGE,
            source=self.name,
        )


def _video(wanted: Wanted) -> Video:
    target = wanted.target
    return Video(
        url=target.url,
        video_id=target.video_id,
        title=_title(wanted),
        thumbnail=thumbnails(target.video_id)["high"]["url"] if target.video_id else None,
    )


def _title(wanted: Wanted) -> str | None:
    """Of a file, its name; YouTube's URLs have none, but the captions may."""
    if wanted.target.kind == "media":
        return title_of(wanted.target.url)
    request = wanted.request
    return title_of(request.captions_url) if request.captions_url and not request.captions_key else None


def _stored(key: str) -> bytes:
    try:
        answer = aws.s3().get_object(Bucket=settings().bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        details = "The captions that were sent along are no longer kept."
        raise TextError("CAPTIONS_INVALID", details=details) from error
    with answer["Body"] as body:
        # one byte more shows that there is more
        return body.read(captions.MAX_BYTES + 1)


def _fetched(wanted: Wanted) -> bytes:
    url = wanted.request.captions_url
    assert url is not None  # applies() says so
    seconds = min(_MOST_SECONDS, wanted.task.seconds_left() - _RESERVE_SECONDS)

    def tick() -> None:
        wanted.task.report(5, "fetching_transcript")

    try:
        deadline = time.monotonic() + seconds
        with outbound.open_source(url, deadline=deadline, max_bytes=captions.MAX_BYTES, tick=tick) as source:
            if source.status != 200:
                raise _refused(source.status)
            if source.compression:
                raise _failed(f"Their host sends them as {source.compression}, unasked.", retryable=False)
            return b"".join(source.chunks())
    except outbound.SourceTooLarge as error:
        raise TextError("CAPTIONS_TOO_LARGE") from error
    except OutboundError as error:
        raise _failed(error.message, error.retryable) from error


def _refused(status: int) -> JobError:
    return _failed(f"Their host answered {status}.", status >= 500 or status in (408, 425, 429))


def _failed(cause: str, retryable: bool) -> JobError:
    way_out = "Check that `captions_url` opens without signing in, "
    later = "try again later, " if retryable else ""
    message = f"The captions could not be fetched. {cause} {way_out}{later}or send them along as `captions`."
    return JobError("DOWNLOAD_FAILED", message, retryable=retryable)
