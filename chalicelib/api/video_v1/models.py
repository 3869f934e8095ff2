"""The request bodies. Each field goes by the names of both versions of the contract, by one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.api.bodies import SENTENCE, Strict
from chalicelib.api.labels import CustomId, Metadata
from chalicelib.api.lives import ExpiresAfter
from chalicelib.api.urls import SourceUrl, WebhookUrl
from chalicelib.api.video_v1.fields import (
    Attribution,
    Captions,
    CaptionsFormat,
    Instructions,
    Language,
    Length,
    Mode,
    Modes,
    Priority,
    Videos,
    VideoUrl,
)
from chalicelib.text import urls
from chalicelib.text.request import DEFAULT_MODE

MAX_JOBS = 100


class Options(Strict):
    summary_modes: Modes | None = None
    language: Language | None = None
    max_transcript_length: Length | None = None
    include_comments: bool | None = None
    generate_infographic: bool | None = None
    speech_to_text: bool | None = None
    allow_translation: bool | None = None
    expand_playlist: bool | None = None
    max_videos: Videos | None = None


class VideoItem(Strict):
    video_url: VideoUrl | None = None
    url: VideoUrl | None = None
    summary_mode: Mode | None = None
    summary_modes: Modes | None = None
    webhook_url: WebhookUrl | None = None
    custom_instructions: Instructions | None = None
    priority: Priority | None = None
    custom_id: CustomId | None = None
    captions_url: SourceUrl | None = None
    captions: Captions | None = None
    captions_format: CaptionsFormat | None = None
    options: Options = Options()
    use_proxy: bool | None = None
    force_refresh: bool | None = None
    service_name: Attribution | None = None
    agent_name: Attribution | None = None
    client_reference: Attribution | None = None

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, item: Any) -> Any:
        if isinstance(item, dict) and item.get("options", ...) is None:
            return {name: value for name, value in item.items() if name != "options"}
        return item

    @model_validator(mode="after")
    def _agrees(self) -> VideoItem:
        _one_of(self.video_url, self.url, names="video_url or url", needed=True)
        _one_of(
            self.summary_mode,
            self.summary_modes,
            self.options.summary_modes,
            names="summary_mode, summary_modes or options.summary_modes",
        )
        _one_of(self.captions_url, self.captions, names="captions_url or captions")
        if self.captions_format and not self.has_captions:
            raise _wrong("captions_format says how captions are written: send captions or captions_url")
        _check_list(self)
        return self

    @property
    def sent_url(self) -> str:
        return self.video_url or self.url or ""

    @property
    def target(self) -> urls.Target:
        return urls.parse(self.sent_url)

    @property
    def expands(self) -> bool:
        """Whether it stands for the videos of a list."""
        wanted = self.options.expand_playlist and self.target.list_id
        return bool(wanted) or self.target.kind in ("playlist", "channel")

    @property
    def has_captions(self) -> bool:
        return self.captions is not None or self.captions_url is not None

    @property
    def modes_field(self) -> str:
        """What the modes were sent in."""
        plural = "summary_modes" if self.summary_modes else "options.summary_modes"
        return "summary_mode" if self.summary_mode else plural

    @property
    def modes(self) -> tuple[str, ...]:
        plural = self.summary_modes or self.options.summary_modes
        return tuple(plural or [self.summary_mode or DEFAULT_MODE])


class VideoBody(VideoItem):
    metadata: Metadata | None = None
    expires_after: ExpiresAfter | None = None


def _few_enough(items: Any) -> Any:
    """Looked at before the items themselves, so that the answer is about the limit and not about job 101."""
    if isinstance(items, list) and len(items) > MAX_JOBS:
        raise PydanticCustomError(SENTENCE, "Too many jobs in batch (max {most})", {"most": MAX_JOBS})
    return items


Items = Annotated[list[VideoItem], Field(min_length=1), BeforeValidator(_few_enough)]


class BatchBody(Strict):
    jobs: Items | None = None
    videos: Items | None = None
    webhook_url: WebhookUrl | None = None
    priority: Priority | None = None
    parallel_processing: bool | None = None
    metadata: Metadata | None = None
    expires_after: ExpiresAfter | None = None

    @model_validator(mode="after")
    def _one_list(self) -> BatchBody:
        _one_of(self.jobs, self.videos, names="jobs or videos", needed=True)
        return self

    @property
    def items(self) -> tuple[str, Sequence[VideoItem]]:
        """The list, and the name it came by."""
        return ("jobs", self.jobs) if self.jobs is not None else ("videos", self.videos or [])


def _check_list(item: VideoItem) -> None:
    if item.expands and item.has_captions:
        raise _wrong("captions belong to one video: this URL is a playlist or channel")
    if not item.expands and item.options.expand_playlist:
        raise _wrong("options.expand_playlist: the URL names no playlist or channel")
    if not item.expands and item.options.max_videos is not None:
        raise _wrong("options.max_videos is for playlists and channels: the URL is one video")


def _one_of(*values: Any, names: str, needed: bool = False) -> None:
    given = sum(value is not None for value in values)
    if given > 1:
        raise _wrong(f"send one of {names}, not more")
    if needed and not given:
        raise _wrong(f"{names} is required")


def _wrong(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("disagreement", "{why}", {"why": sentence})
