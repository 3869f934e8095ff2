"""A copy of the result in the caller's own bucket."""

from __future__ import annotations

from pathlib import Path

from chalicelib.audio import buckets, s3_errors
from chalicelib.audio.buckets import MAX_KEY_BYTES, Location
from chalicelib.audio.progress import Progress
from chalicelib.audio.upload import NotSent, send
from chalicelib.errors import JobError, OutboundError


def copy_to(url: str, path: Path, name: str, content_type: str, progress: Progress) -> str:
    """The object's `s3://` URL: `url` itself, or `name` in it if it is a folder. Whatever has the same key is
    replaced, so a repeat changes nothing. Raises JobError DESTINATION_FAILED."""
    place = _place(url, name)
    try:
        send(path, place.bucket, place.key, content_type, progress)
    except NotSent as error:
        raise s3_errors.destination_failed(error.cause, place) from error
    return str(place)


def _place(url: str, name: str) -> Location:
    try:
        found = buckets.destination(url)
    except OutboundError as error:
        raise s3_errors.destination_refused(error.message) from error
    place = Location(found.bucket, found.key + name) if found.is_folder else found
    if len(place.key.encode()) > MAX_KEY_BYTES:
        raise _too_long(place)
    return place


def _too_long(place: Location) -> JobError:
    sentence = (
        f"The result's key would be longer than {MAX_KEY_BYTES} bytes: use a shorter folder or filename."
    )
    return s3_errors.destination_refused(sentence)
