"""Request items as jobs of the engine, and the captions that came along with them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from chalicelib import aws
from chalicelib.accounts.account import Account
from chalicelib.api.video_v1.models import VideoItem
from chalicelib.api.video_v1.refusals import Refused
from chalicelib.batches.model import NewJob
from chalicelib.settings import settings
from chalicelib.text import urls
from chalicelib.text.request import TextRequest

ATTRIBUTION = ("service_name", "agent_name", "client_reference")
_MISSING_FEATURES = {
    "include_comments": "comments are not part of a transcript here",
    "generate_infographic": "this service makes no infographics",
}


def new_jobs(
    account: Account,
    items: Sequence[VideoItem],
    *,
    array: str,
    priority: str,
    by_mode: bool,
    idempotency: tuple[str, str] | None,
) -> list[NewJob]:
    """`array`: the name of the list they came in; empty for a single one. Raises Refused."""
    place = _place(account, idempotency)
    for number, item in enumerate(items):
        _refuse_missing_features(item, f"{array}[{number}]." if array else "")
    return [_new_job(place, item, priority, by_mode) for item in items]


def _refuse_missing_features(item: VideoItem, place: str) -> None:
    for name, why in _MISSING_FEATURES.items():
        if getattr(item.options, name):
            raise Refused(
                f"{place}options.{name}: {why}, leave it out or send false",
                code="FEATURE_NOT_AVAILABLE",
                status=403,
                facts={"feature": name},
            )


def _new_job(place: str, item: VideoItem, priority: str, by_mode: bool) -> NewJob:
    request = _request(place, item)
    echo: dict[str, Any] = {name: value for name in ATTRIBUTION if (value := getattr(item, name)) is not None}
    if item.sent_url != request.url:
        echo["sent_as"] = {request.url: item.sent_url}
    if by_mode:
        echo["summaries"] = "object"
    webhooks = (item.webhook_url,) if item.webhook_url else ()
    return NewJob(request.to_json(), item.priority or priority, webhooks, echo, item.custom_id)


def _request(place: str, item: VideoItem) -> TextRequest:
    options = item.options
    return TextRequest(
        url=_address(item),
        modes=item.modes,
        language=None if options.language == "auto" else options.language,
        custom_instructions=item.custom_instructions,
        captions_url=item.captions_url,
        captions_key=_captions_key(place, item.captions) if item.captions else None,
        captions_format=item.captions_format,
        speech_to_text=bool(options.speech_to_text),
        allow_translation=bool(options.allow_translation),
        use_proxy=item.use_proxy,
        force_refresh=bool(item.force_refresh),
        max_transcript_length=options.max_transcript_length,
        max_videos=options.max_videos,
    )


def _address(item: VideoItem) -> str:
    target = item.target
    if item.options.expand_playlist and target.list_id:
        return urls.parse(f"https://www.youtube.com/playlist?list={target.list_id}").url
    return target.url


def _place(account: Account, idempotency: tuple[str, str] | None) -> str:
    """Of this submission alone, as its captions go when it is deleted; a repeated request is an equal one."""
    return "\0".join((account.id, *(idempotency or (secrets.token_hex(16),))))


def _captions_key(place: str, captions: str) -> str:
    """Of the content as well: equal items are the same work."""
    return "captions/" + hashlib.sha256(place.encode() + b"\0" + captions.encode()).hexdigest()


def keep_captions(jobs: Sequence[NewJob], items: Sequence[VideoItem]) -> None:
    """Put those that came along where each job of these items looks for them."""
    for job, item in zip(jobs, items, strict=True):
        if item.captions is not None:
            _keep(job.request["captions_key"], item.captions)


def _keep(key: str, captions: str) -> None:
    aws.s3().put_object(
        Bucket=settings().bucket, Key=key, Body=captions.encode(), ContentType="text/plain; charset=utf-8"
    )
