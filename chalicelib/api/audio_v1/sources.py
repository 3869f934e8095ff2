"""Uploads that jobs name as their source: the caller's own, there, and each for one job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.accounts.account import Account
from chalicelib.api.audio_v1.models import JobBody, Source
from chalicelib.audio import inbox, inbox_items
from chalicelib.audio.inbox import Upload
from chalicelib.errors import InvalidRequest, NamesTaken, RequestError


@dataclass(frozen=True)
class NamedUpload:
    place: str
    """In the request."""
    upload: Upload


Named = Mapping[str, NamedUpload]
"""By the upload's id."""


def named(account: Account, jobs: Sequence[JobBody], *, array: str) -> Named:
    """`array`: the name of the list the jobs came in; empty for a single one. Raises InvalidRequest for an
    unknown upload, and for one that two of the jobs name."""
    found: dict[str, NamedUpload] = {}
    for number, job in enumerate(jobs):
        if job.source.file is None:
            continue
        place = f"{array}[{number}].source.file" if array else "source.file"
        upload = inbox_items.find(account.id, job.source.file)
        if upload is None:
            raise _invalid(place, "no upload has this id")
        if upload.id in found:
            raise _invalid(place, "another job here has the same upload, and an upload is for one job")
        found[upload.id] = NamedUpload(place, upload)
    return found


def require_sent(uploads: Named, now: int) -> None:
    """Raises InvalidRequest for what has expired, or was not sent as announced."""
    for each in uploads.values():
        if each.upload.expires_at <= now:
            raise _invalid(each.place, "the upload has expired: make a new one")
        size = inbox.arrived(each.upload)
        if size is None:
            raise _invalid(each.place, "nothing was sent to this upload yet: PUT the file to its url first")
        if size != each.upload.size:
            sizes = f"{size:,} bytes were sent, and {each.upload.size:,} announced"
            raise _invalid(each.place, f"{sizes}: make a new upload")


def url(source: Source, uploads: Named) -> str:
    """As the kind takes it."""
    return uploads[source.file].upload.url if source.file else source.url or ""


def takes(uploads: Named) -> tuple[str, ...]:
    return tuple(f"upload:{upload_id}" for upload_id in uploads)


def already_used(uploads: Named, taken: NamesTaken) -> RequestError:
    place = uploads[taken.names[0].removeprefix("upload:")].place
    sentence = f"{place}: another job has the upload: make a new one"
    error = RequestError(sentence, code="UPLOAD_ALREADY_USED")
    error.status = 409
    return error


def _invalid(place: str, sentence: str) -> InvalidRequest:
    return InvalidRequest(f"{place}: {sentence}", code="INVALID_SOURCE")
