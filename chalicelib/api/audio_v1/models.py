"""The request bodies, field by field as the contract names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from chalicelib import filenames
from chalicelib.api.audio_v1.fields import Track, Trim, bits, had
from chalicelib.api.bodies import SENTENCE, Strict
from chalicelib.api.labels import CustomId, Metadata
from chalicelib.api.lives import ExpiresAfter
from chalicelib.api.urls import UrlText, WebhookUrl, reachable
from chalicelib.audio import buckets, choices
from chalicelib.audio.presets import WAVEFORM
from chalicelib.errors import OutboundError
from chalicelib.settings import TARGET_LUFS

MAX_JOBS = 10
MAX_FILENAME = 200
MAX_ID = 100


def _filename(name: str) -> str:
    if filenames.UNSAFE.search(name) or name.strip(" .") != name:
        raise PydanticCustomError(
            "filename",
            'must not contain control characters or / \\ < > : " | ? * nor begin or end with a space or dot',
        )
    return name


Filename = Annotated[str, Field(min_length=1, max_length=MAX_FILENAME), AfterValidator(_filename)]


def _source(url: str) -> str:
    return _in_bucket(url, buckets.source) if url.startswith(buckets.SCHEME) else reachable(url)


def _destination(url: str) -> str:
    return _in_bucket(url, buckets.destination)


def _in_bucket(url: str, check: Callable[[str], object]) -> str:
    try:
        check(url)
    except OutboundError as error:
        raise PydanticCustomError("s3_url", "{why}", {"why": error.message}) from error
    return url


_FIELD_OF_TYPE = {"url": "url", "upload": "file"}


class Source(Strict):
    type: Literal["url", "upload"]
    url: Annotated[UrlText, AfterValidator(_source)] | None = Field(default=None, validate_default=True)
    file: Annotated[str, Field(min_length=1, max_length=MAX_ID)] | None = Field(
        default=None, validate_default=True
    )

    @field_validator("url", "file")
    @classmethod
    def _goes_with_the_type(cls, value: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("type")
        if kind is None:
            return value
        wanted = _FIELD_OF_TYPE[kind] == info.field_name
        if wanted and value is None:
            raise PydanticCustomError("missing", "this field is required")
        if not wanted and value is not None:
            raise PydanticCustomError("other_type", "must be left out with type '{type}'", {"type": kind})
        return value


class Output(Strict):
    format: Literal["mp3", "aac", "m4a", "flac", "wav", "ogg", "opus", "waveform"]
    quality: Literal["low", "medium", "high", "extreme"] | None = None
    bitrate: str | None = None
    normalize: bool | None = None
    targetLoudness: float | None = Field(None, ge=TARGET_LUFS[0], le=TARGET_LUFS[1])  # noqa: N815
    preserveMetadata: bool | None = None  # noqa: N815 the contract's spelling
    destination: Annotated[UrlText, AfterValidator(_destination)] | None = None
    trim: Trim | None = None
    sampleRate: int | None = None  # noqa: N815
    channels: int | None = None
    track: Track = None

    @field_validator("quality", "normalize", "preserveMetadata")
    @classmethod
    def _is_of_sound(cls, value: Any, info: ValidationInfo) -> Any:
        return had(value, choices.SILENT if value and info.data.get("format") == WAVEFORM else None)

    @field_validator("bitrate")
    @classmethod
    def _can_be_honoured(cls, bitrate: str | None, info: ValidationInfo) -> str | None:
        problem = _bitrate_problem(info.data.get("format"), bitrate) if bitrate is not None else None
        return had(bitrate, problem)

    @field_validator("sampleRate")
    @classmethod
    def _has_the_rate(cls, rate: int | None, info: ValidationInfo) -> int | None:
        format = info.data.get("format")  # noqa: A001 the contract's word
        if rate is None or not format:
            return rate
        return had(rate, choices.rate_problem(format, rate, bits(info.data.get("bitrate"))))

    @field_validator("channels")
    @classmethod
    def _has_the_channels(cls, channels: int | None, info: ValidationInfo) -> int | None:
        format, rate = info.data.get("format"), info.data.get("sampleRate")  # noqa: A001
        if channels is None or not format:
            return channels
        bitrate = bits(info.data.get("bitrate"))
        return had(channels, choices.channels_problem(format, channels, bitrate, rate))

    @field_validator("targetLoudness")
    @classmethod
    def _is_aimed_at(cls, target: float | None, info: ValidationInfo) -> float | None:
        if target is not None and not info.data.get("normalize", True):
            raise PydanticCustomError("loudness", "is what normalize aims at: send normalize: true with it")
        return target

    @property
    def bits_per_second(self) -> int | None:
        return bits(self.bitrate)


def _bitrate_problem(format: str | None, bitrate: str) -> str | None:  # noqa: A002 the contract's word
    wanted = bits(bitrate)
    if wanted is None:
        return 'must be kilobits per second like "192k"'
    return choices.bitrate_problem(format, wanted) if format else None


class Options(Strict):
    filename: Filename | None = None
    webhook: WebhookUrl | None = None
    priority: Literal["low", "normal", "high"] | None = None


class JobBody(Strict):
    source: Source
    output: Output
    options: Options | None = None
    customId: CustomId | None = None  # noqa: N815 as the contract spells its own
    custom_id: CustomId | None = None

    @field_validator("custom_id")
    @classmethod
    def _one_name(cls, custom_id: str | None, info: ValidationInfo) -> str | None:
        if custom_id is not None and info.data.get("customId") is not None:
            raise PydanticCustomError("custom_id", "is the same as customId: send one of them")
        return custom_id

    @property
    def label(self) -> tuple[str, str] | None:
        """The field it was sent in, and what it says."""
        if self.customId is not None:
            return "customId", self.customId
        return ("custom_id", self.custom_id) if self.custom_id is not None else None


class ExtractBody(JobBody):
    metadata: Metadata | None = None
    expiresAfter: ExpiresAfter | None = None  # noqa: N815


def _few_enough(jobs: Any) -> Any:
    """Looked at before the jobs themselves, so that the answer is about the limit and not about job 11."""
    if isinstance(jobs, list) and len(jobs) > MAX_JOBS:
        raise PydanticCustomError(SENTENCE, "Too many jobs in batch (max {most})", {"most": MAX_JOBS})
    return jobs


class BatchBody(Strict):
    jobs: Annotated[list[JobBody], Field(min_length=1), BeforeValidator(_few_enough)]
    webhook: WebhookUrl | None = None
    metadata: Metadata | None = None
    expiresAfter: ExpiresAfter | None = None  # noqa: N815


def error_code(location: Sequence[int | str], value_is_wrong: bool) -> str:
    """A wrong value of a source or output has a code of its own; a wrong shape is INVALID_REQUEST."""
    if value_is_wrong and "source" in location:
        return "INVALID_SOURCE"
    if value_is_wrong and "output" in location:
        return "INVALID_OUTPUT"
    return "INVALID_REQUEST"
