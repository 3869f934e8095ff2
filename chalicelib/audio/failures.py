"""How a job fails: every JobError of this kind is made here, with the sentence its user reads."""

from __future__ import annotations

import errno
import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from chalicelib.errors import JobError, OutboundError
from chalicelib.outbound import SourceTooLarge
from chalicelib.sites.failures import SiteError

_NOT_MEDIA = "The source is not a media file of a supported type, or it is damaged."

_NO_AUDIO = "The source has no audio track."
_DAMAGED = "The audio track is damaged or encrypted."
_UNSUPPORTED = "The audio track uses a codec that is not supported."
_TOO_MANY_TRACKS = "The source has more than 100 tracks."
# each ffmpeg may take just so much, so that another try ends the same way
_NO_MEMORY = "The source needs more memory than a worker has."
_NO_SPACE = "The worker ran out of disk space."

# first match wins; return codes differ between ffmpeg versions, texts hardly do
_RULES = (
    (r"No space left on device", "EXTRACTION_FAILED", _NO_SPACE),
    (r"exceeds max_streams", "INVALID_VIDEO", _TOO_MANY_TRACKS),
    (r"Error encoding a frame", "INVALID_VIDEO", "The sound holds values that cannot be encoded."),
    (
        r"Cannot allocate memory|pthread_create\(\) failed|Cannot add index entry",
        "EXTRACTION_FAILED",
        _NO_MEMORY,
    ),
    (
        r"moov atom not found",
        "INVALID_VIDEO",
        "The file has no index: it is cut off.",
    ),
    (
        r"Format not on whitelist|Not detecting m3u8",
        "INVALID_VIDEO",
        _NOT_MEDIA,
    ),
    (r"matches no streams|does not contain any stream", "NO_AUDIO", _NO_AUDIO),
    (r"Decode error rate .* exceeds", "INVALID_VIDEO", _DAMAGED),
    (
        r"[Dd]ecod(er|ing) .*not found|not on whitelist|Could not find codec",
        "INVALID_VIDEO",
        _UNSUPPORTED,
    ),
    (r"Error while opening decoder", "INVALID_VIDEO", _DAMAGED),
    (r"Invalid data found when processing input|End of file", "INVALID_VIDEO", _NOT_MEDIA),
)
_MOST_TRACKS = 20
_OUT_OF_SPACE = {errno.ENOSPC, errno.EDQUOT}


def from_ffmpeg(returncode: int, text: str) -> JobError:
    """The failure behind a return code other than 0 and what ffmpeg wrote."""
    unexplained = JobError("EXTRACTION_FAILED", "The audio could not be extracted from this source.")
    return _killed(returncode, text) or _explained(text) or unexplained


def unreadable(text: str) -> JobError:
    """The failure behind what ffmpeg wrote when it found no container at all."""
    return _explained(text) or not_media()


def _killed(returncode: int, text: str) -> JobError | None:
    # told that its time is over, ffmpeg ends in order with 255, which is its EPERM too
    told = returncode == 255 and "Operation not permitted" not in text
    if told or returncode == -signal.SIGXCPU:
        return timeout("The encoder used up the processor time of this job.")
    if returncode == -25:
        return JobError("TOO_LARGE", "The audio file would be too large. Ask for a lower bit rate.")
    if returncode == -9:
        return JobError(
            "EXTRACTION_FAILED", "The encoder was killed, probably out of memory.", retryable=True
        )
    if returncode < 0:
        return JobError("EXTRACTION_FAILED", "The encoder crashed on this source.")
    return None


def _explained(text: str) -> JobError | None:
    for pattern, code, sentence in _RULES:
        if re.search(pattern, text):
            # the disk that we fill, another worker may have
            return JobError(code, sentence, retryable=sentence == _NO_SPACE)
    return None


def from_status(status: int) -> JobError:
    """The source answered with something other than its content."""
    try:
        named = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        named = str(status)
    retryable = status >= 500 or status in (408, 425, 429)
    return _not_fetched(f"The source answered {named}.", retryable=retryable)


def _not_fetched(sentence: str, *, retryable: bool = False) -> JobError:
    """With the way out."""
    way_out = "Send the job again later" if retryable else "Give a URL that anyone can fetch the file from"
    return JobError("DOWNLOAD_FAILED", f"{sentence} {way_out}.", retryable=retryable)


def too_slow(needed: float, allowed: float) -> JobError:
    """Both in seconds."""
    return _not_fetched(
        f"The source arrives too slowly: it would take about {_minutes(needed)}, and a worker has"
        f" {_minutes(allowed)}.",
        retryable=True,
    )


def compressed(encoding: str) -> JobError:
    return _not_fetched(f"The source is sent with the encoding {encoding}, which was not asked for.")


def not_media() -> JobError:
    return JobError("INVALID_VIDEO", _NOT_MEDIA)


def text_page() -> JobError:
    return JobError("INVALID_VIDEO", "The URL leads to a page or text, not to a media file.")


def page_without_media(details: str | None) -> JobError:
    sentence = "The URL leads to a page or text in which no media was found. Give the URL of a media file."
    return JobError("INVALID_VIDEO", sentence, details=details)


def from_site(error: SiteError) -> JobError:
    """What a page's site says, or fails to say."""
    if error.code == "SITE_NOT_SUPPORTED":
        return page_without_media(error.details)
    return JobError(
        error.code,
        f"{error.message}.",
        retryable=error.retryable,
        details=error.details,
        retry_after=error.retry_after,
    )


def reader_broke() -> JobError:
    return JobError("EXTRACTION_FAILED", "The page could not be read: its reader crashed.", retryable=True)


def no_space() -> JobError:
    return JobError("EXTRACTION_FAILED", _NO_SPACE, retryable=True)


def too_many_bytes(most: int) -> JobError:
    return JobError("TOO_LARGE", f"The source is larger than {most:,} bytes.")


def lasts_too_long(seconds: float, most: float) -> JobError:
    sentence = f"The source lasts {_minutes(seconds)}; at most {_minutes(most)} are taken from a page."
    return JobError("DURATION_EXCEEDED", sentence)


def encrypted() -> JobError:
    return JobError("INVALID_VIDEO", "The source is encrypted (DRM) and cannot be converted.")


def no_audio() -> JobError:
    return JobError("NO_AUDIO", _NO_AUDIO)


def track_not_found(asked: int | str, tracks: Sequence[str]) -> JobError:
    """`tracks`: what there is instead, described one by one."""
    found = ", ".join(tracks[:_MOST_TRACKS])
    more = f" and {len(tracks) - _MOST_TRACKS} more" if len(tracks) > _MOST_TRACKS else ""
    wanted = f'"{asked}"' if isinstance(asked, str) else asked
    return JobError("TRACK_NOT_FOUND", f"The source has no audio track {wanted}; it has {found}{more}.")


def nothing_left(start: float) -> JobError:
    return JobError("INVALID_VIDEO", f"The sound ends before {start:g} s, where the trim starts.")


def gap() -> JobError:
    sentence = "The sound has a gap that is too long to be filled with silence: send its parts on their own."
    return JobError("EXTRACTION_FAILED", sentence)


def cut_off(expected: float, found: float) -> JobError:
    sentence = f"The source is cut off or damaged: {found:.1f} s of its {expected:.1f} s can be read."
    return JobError("INVALID_VIDEO", sentence)


def timeout(sentence: str) -> JobError:
    return JobError("TIMEOUT", sentence, retryable=True)


def too_long(needed: float, allowed: float) -> JobError:
    """Both in seconds."""
    sentence = (
        f"The job would take about {_minutes(needed)}, and a worker has {_minutes(allowed)}: ask for a format"
        " that is made faster (flac, opus, mp3 before aac, ogg), for a part of it, or send it in parts."
    )
    return JobError("TOO_LONG", sentence)


def _minutes(seconds: float) -> str:
    whole = max(1, round(seconds / 60))
    return f"{whole:,} minute{'' if whole == 1 else 's'}"


def too_much_sound(longest: float) -> JobError:
    sentence = f"The source lasts longer than the {longest / 3600:g} h that this service takes: send parts."
    return JobError("DURATION_EXCEEDED", sentence)


def too_many_tracks() -> JobError:
    return JobError("INVALID_VIDEO", _TOO_MANY_TRACKS)


def changed(seconds: float) -> JobError:
    sentence = f"The source changes its format after {seconds:.1f} s, and what follows cannot be read."
    return JobError("INVALID_VIDEO", sentence)


def unsupported() -> JobError:
    return JobError("INVALID_VIDEO", _UNSUPPORTED)


@contextmanager
def download_failures() -> Iterator[None]:
    """OutboundError as the JobError it means."""
    try:
        yield
    except SourceTooLarge as error:
        raise JobError("TOO_LARGE", error.message) from error
    except OutboundError as error:
        raise _not_fetched(error.message, retryable=error.retryable) from error


@contextmanager
def disk_failures() -> Iterator[None]:
    """A full disk as the JobError it means."""
    try:
        yield
    except OSError as error:
        if error.errno not in _OUT_OF_SPACE:
            raise
        raise no_space() from error
