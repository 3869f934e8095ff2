"""Amazon Transcribe, which works on its own: a job asks for its result again and again, and waits in between.

The name of the Transcribe job follows from the job's id, so every attempt and repeat meets the same one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.audio.progress import Progress
from chalicelib.audio.upload import upload
from chalicelib.errors import NotYet
from chalicelib.settings import settings
from chalicelib.text import captions
from chalicelib.text.failures import TextError
from chalicelib.text.language import base, normal
from chalicelib.text.sources.share import Share
from chalicelib.text.sources.source import Wanted
from chalicelib.text.sources.speech import heard
from chalicelib.text.transcript import UNKNOWN_LANGUAGE, Transcript, Video

if TYPE_CHECKING:
    from mypy_boto3_transcribe.type_defs import TranscriptionJobTypeDef

POLL_SECONDS: Final = 30
BUSY_SECONDS: Final = 60
MOST_SPEAKERS: Final = 10
MAX_OUTPUT_BYTES: Final = 200_000_000
"""Some 300 for each word, and words of speakers once more: four hours are above what captions may have."""
# where several regions are known and none is asked for
_REGIONS: Final = {"en": "en-us", "es": "es-us", "pt": "pt-br", "zh": "zh-cn", "ar": "ar-sa"}


def recognise(wanted: Wanted) -> Transcript:
    """Raises NotYet until Transcribe has ended, TextError if it failed."""
    job = _job(_name(wanted))
    if job and _is_past(wanted, job):
        aws.transcribe().delete_transcription_job(TranscriptionJobName=_name(wanted))
        job = None
    if job is None:
        _start(wanted)
        raise _waits()
    status = job.get("TranscriptionJobStatus")
    if status == "FAILED":
        raise TextError("SPEECH_FAILED", details=job.get("FailureReason"))
    if status != "COMPLETED":
        wanted.task.report(40, "recognizing_speech")
        raise _waits()
    return _transcript(wanted, job)


@dataclass(frozen=True)
class _Keys:
    """In the bucket, by the job and not by its attempt."""

    media: str
    output: str
    video: str


def _keys(wanted: Wanted) -> _Keys:
    stem = f"speech/{wanted.task.job_id}"
    return _Keys(f"{stem}.flac", f"{stem}.json", f"{stem}.video.json")


def _name(wanted: Wanted) -> str:
    return f"batchreel-{wanted.task.job_id}"


def _waits() -> NotYet:
    return NotYet("Amazon Transcribe has not ended.", seconds=POLL_SECONDS)


def _job(name: str) -> TranscriptionJobTypeDef | None:
    try:
        return aws.transcribe().get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("BadRequestException", "NotFoundException"):
            return None  # the service says so of a job that it does not know
        raise


def begun(wanted: Wanted) -> bool:
    """Whether an earlier attempt of this job has brought the sound, and what is known of the video."""
    return _lies_there(_keys(wanted).video)


def _is_past(wanted: Wanted, job: TranscriptionJobTypeDef) -> bool:
    """It ended before this job was retried, and has left nothing to read."""
    ended = job.get("TranscriptionJobStatus") in ("FAILED", "COMPLETED")
    return wanted.task.attempt == 1 and ended and not _lies_there(_keys(wanted).output)


def _lies_there(key: str) -> bool:
    try:
        aws.s3().head_object(Bucket=settings().bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return False
        raise
    return True


def _bring(wanted: Wanted) -> None:
    keys = _keys(wanted)
    with heard(wanted) as (track, video):
        progress = Progress(Share(wanted.task, 30, 40, "recognizing_speech"))
        upload(track.path, keys.media, "audio/flac", progress)
    # the last of them, as it says that both are there
    known = json.dumps(asdict(video)).encode()
    aws.s3().put_object(Bucket=settings().bucket, Key=keys.video, Body=known, ContentType="application/json")


def _start(wanted: Wanted) -> None:
    spoken = _language(wanted.request.language)
    keys, bucket = _keys(wanted), settings().bucket
    if not begun(wanted):
        _bring(wanted)
    request: dict[str, Any] = {
        "TranscriptionJobName": _name(wanted),
        "Media": {"MediaFileUri": f"s3://{bucket}/{keys.media}"},
        "MediaFormat": "flac",
        "OutputBucketName": bucket,
        "OutputKey": keys.output,
        "Settings": {"ShowSpeakerLabels": True, "MaxSpeakerLabels": MOST_SPEAKERS},
        **({"LanguageCode": spoken} if spoken else {"IdentifyLanguage": True}),
    }
    try:
        aws.transcribe().start_transcription_job(**request)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "LimitExceededException":
            raise NotYet("Amazon Transcribe is busy.", seconds=BUSY_SECONDS) from error
        if code == "BadRequestException":
            raise TextError("SPEECH_FAILED", details=error.response["Error"].get("Message")) from error
        if code != "ConflictException":  # another attempt has started it
            raise


def _language(asked: str | None) -> str | None:
    """The service's own code for a language; None: it is to find out.

    Raises TextError LANGUAGE_NOT_AVAILABLE for one that it does not know.
    """
    if asked is None:
        return None
    shape: Any = aws.transcribe().meta.service_model.shape_for("LanguageCode")
    codes: list[str] = shape.enum
    known = {code.lower(): code for code in codes if base(code) == base(asked)}
    for wish in (normal(asked), _REGIONS.get(base(asked), f"{base(asked)}-{base(asked)}"), *known):
        if wish in known:
            return known[wish]
    raise TextError("LANGUAGE_NOT_AVAILABLE", details=f"Amazon Transcribe does not know {asked}.")


def _transcript(wanted: Wanted, job: TranscriptionJobTypeDef) -> Transcript:
    keys = _keys(wanted)
    parsed = _parsed(_read(keys.output))
    known = json.loads(_read(keys.video))
    # its media has served; the rest is small, and a repeat of this job needs it
    aws.s3().delete_object(Bucket=settings().bucket, Key=keys.media)
    return Transcript(
        video=Video.from_json(known),
        cues=parsed.cues,
        language=parsed.language or job.get("LanguageCode") or UNKNOWN_LANGUAGE,
        is_generated=True,
        source="transcribe",
    )


def _parsed(output: bytes) -> captions.Captions:
    try:
        return captions.parse(output, "json", most=MAX_OUTPUT_BYTES)
    except captions.NoCues as error:
        raise TextError("SPEECH_FAILED", details="No speech was heard.") from error
    except TextError as error:
        raise TextError("SPEECH_FAILED", details="The recogniser's answer cannot be read.") from error


def _read(key: str) -> bytes:
    with aws.s3().get_object(Bucket=settings().bucket, Key=key)["Body"] as body:
        return body.read()
