"""What a plan has not is refused before anything is written, in the words of each API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.accounts import keys, plans, register
from chalicelib.accounts.plan import Plan
from chalicelib.settings import settings
from tests.api.conftest import Api

SHIPPED = plans.shipped()
WATCH = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
HOOK = "https://example.com/hook"
VIDEOS, BATCH = "/api/v1/videos/process", "/api/v1/batch/process"
EXTRACT, AUDIO_BATCH = "/v1/extract", "/v1/batch"
DAY = 24 * 3600
SOURCE = {"source": {"type": "url", "url": "https://example.com/a.mp4"}, "output": {"format": "mp3"}}


def on(api: Api, plan: Plan) -> Api:
    return Api(api.client, keys.create("customer", plan=plan))


TEXT: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("plus", BATCH, {"jobs": [{"video_url": WATCH}]}, "batch", "jobs"),
    ("plus", BATCH, {"videos": [{"url": WATCH}]}, "batch", "videos"),
    ("free", VIDEOS, {"url": WATCH, "summary_mode": "detailed"}, "summary_modes", "summary_mode"),
    ("free", VIDEOS, {"url": WATCH, "summary_modes": ["tldr", "brief"]}, "summary_modes", "summary_modes"),
    (
        "free",
        VIDEOS,
        {"url": WATCH, "options": {"summary_modes": ["brief"]}},
        "summary_modes",
        "options.summary_modes",
    ),
    ("plus", VIDEOS, {"url": WATCH, "webhook_url": HOOK}, "webhooks", "webhook_url"),
    (
        "plus",
        VIDEOS,
        {"url": WATCH, "custom_instructions": "Only numbers"},
        "custom_instructions",
        "custom_instructions",
    ),
    ("plus", VIDEOS, {"url": WATCH, "priority": "high"}, "priority", "priority"),
    ("free", VIDEOS, {"url": WATCH, "expires_after": 86401}, "retention", "expires_after"),
]


@pytest.mark.parametrize(("plan", "path", "body", "feature", "place"), TEXT, ids=str)
def test_yt2text_says_what_is_not_available(
    api: Api, plan: str, path: str, body: dict[str, Any], feature: str, place: str
) -> None:
    answer = on(api, SHIPPED[plan]).post(path, body)
    assert (answer.status, answer.error["code"]) == (403, "FEATURE_NOT_AVAILABLE")
    assert answer.error["message"].startswith(f"{place}: ")
    assert f"the plan {plan}" in answer.error["message"]
    assert answer.error["details"] == {"feature": feature, "plan": plan}
    assert api.get("/api/v1/videos").json["data"]["total"] == 0


AUDIO: list[tuple[str, str, dict[str, Any], str]] = [
    ("plus", AUDIO_BATCH, {"jobs": [SOURCE]}, "jobs"),
    ("plus", EXTRACT, {**SOURCE, "options": {"webhook": HOOK}}, "options.webhook"),
    ("plus", EXTRACT, {**SOURCE, "options": {"priority": "high"}}, "options.priority"),
    ("free", EXTRACT, {**SOURCE, "expiresAfter": 86401}, "expiresAfter"),
]


@pytest.mark.parametrize(("plan", "path", "body", "place"), AUDIO, ids=str)
def test_converso_forbids_it(api: Api, plan: str, path: str, body: dict[str, Any], place: str) -> None:
    answer = on(api, SHIPPED[plan]).post(path, body)
    assert (answer.status, answer.error["code"]) == (403, "FORBIDDEN")
    assert answer.error["message"].startswith(f"{place}: ")
    assert f"the plan {plan}" in answer.error["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (BATCH, {"jobs": [{"video_url": WATCH}], "webhook_url": HOOK}),
        (BATCH, {"jobs": [{"video_url": WATCH, "webhook_url": HOOK}]}),
        (AUDIO_BATCH, {"jobs": [SOURCE], "webhook": HOOK}),
        (AUDIO_BATCH, {"jobs": [{**SOURCE, "options": {"webhook": HOOK}}]}),
    ],
    ids=str,
)
def test_webhooks_of_batches_are_gated_wherever_they_stand(api: Api, path: str, body: dict[str, Any]) -> None:
    plan = replace(SHIPPED["pro"], name="quiet", features=frozenset({"batch"}))
    answer = on(api, plan).post(path, body)
    assert answer.status == 403
    assert "the plan quiet has no webhooks" in answer.error["message"]


def test_a_plan_may_have_smaller_batches_than_the_api(api: Api) -> None:
    small = on(api, replace(SHIPPED["pro"], name="small", batch_size=2))
    assert small.post(BATCH, {"jobs": [{"video_url": WATCH}] * 2}).status == 200
    answer = small.post(BATCH, {"jobs": [{"video_url": WATCH}] * 3})
    assert (answer.status, answer.error["details"]["feature"]) == (403, "batch_size")
    assert "batches of 2 at most" in answer.error["message"]
    assert small.post(AUDIO_BATCH, {"jobs": [SOURCE] * 3}).error["code"] == "FORBIDDEN"


def test_the_first_fault_is_told_where_it_is(api: Api) -> None:
    plain = {"video_url": WATCH}
    plan = replace(SHIPPED["pro"], name="short", features=frozenset({"batch"}))
    answer = on(api, plan).post(BATCH, {"jobs": [plain, {**plain, "summary_mode": "brief"}]})
    assert answer.error["message"].startswith("jobs[1].summary_mode: ")


@pytest.mark.parametrize(("path", "body"), [(VIDEOS, {"url": WATCH}), (EXTRACT, SOURCE)])
def test_who_asks_for_no_life_gets_what_the_plan_has(api: Api, path: str, body: dict[str, Any]) -> None:
    """And no more than the operator keeps."""
    from chalicelib.batches import ids, store

    lives = []
    for plan in (replace(SHIPPED["free"], retention_hours=1), SHIPPED["pro"]):
        data = on(api, plan).post(path, body).json["data"]
        address = ids.parse(data.get("job_id") or data["jobId"])
        assert address
        job = store.get_job(*address)
        assert job
        lives.append(job.expires_after)
    assert lives == [3600, settings().retention_seconds]


def test_saved_endpoints_are_webhooks_too(api: Api) -> None:
    answer = on(api, SHIPPED["plus"]).post("/v1/webhooks", {"url": HOOK})
    assert (answer.status, answer.error["code"]) == (403, "FEATURE_NOT_AVAILABLE")
    caller = on(api, SHIPPED["pro"])
    endpoint = caller.post("/v1/webhooks", {"url": HOOK}).json["data"]["endpointId"]
    caller = on(api, SHIPPED["plus"])
    path = f"/v1/webhooks/{endpoint}"
    for refused in (
        caller("PATCH", path, {"url": HOOK}),
        caller("PATCH", path, {"enabled": True}),
        caller.post(f"{path}/test", None),
    ):
        assert (refused.status, refused.error["code"]) == (403, "FEATURE_NOT_AVAILABLE")
    assert caller("PATCH", path, {"enabled": False}).status == 200
    assert caller("DELETE", path).status == 200


def test_a_pdf_is_for_plans_that_have_it(api: Api) -> None:
    """Said before the job is looked for; the other formats are for all."""
    free = on(api, SHIPPED["free"])
    job = "job_" + "0" * 16
    answer = free.get(f"/api/v1/videos/export/{job}/pdf")
    assert (answer.status, answer.error["details"]["feature"]) == (403, "pdf_export")
    assert free.get(f"/api/v1/videos/export/{job}/markdown").status == 404


def test_what_every_plan_has_needs_none(api: Api) -> None:
    free = on(api, SHIPPED["free"])
    assert free.post(VIDEOS, {"url": WATCH, "priority": "low", "expires_after": 86400}).status == 200
    assert free.post(EXTRACT, SOURCE).status == 202


PAID = [
    (EXTRACT, {**SOURCE, "options": {"webhook": HOOK, "priority": "high"}, "expiresAfter": 7 * DAY}),
    (AUDIO_BATCH, {"jobs": [SOURCE], "webhook": HOOK}),
    (VIDEOS, {"url": WATCH, "summary_mode": "detailed", "expires_after": 7 * DAY}),
    (BATCH, {"jobs": [{"video_url": WATCH}], "priority": "high"}),
]
IDS = ["extract", "audio_batch", "video", "text_batch"]


@pytest.mark.parametrize(("path", "body"), PAID, ids=IDS)
def test_a_repeat_is_answered_as_the_first_was_whatever_became_of_the_plan(
    api: Api, path: str, body: dict[str, Any]
) -> None:
    first = api.post(path, body, idempotency_key="k")
    register.set_plan("acme", "free", {})
    again = api.post(path, body, idempotency_key="k")
    assert (again.status, again.json) == (first.status, first.json)
    assert again.headers["idempotent-replayed"] == "true"
    assert api.post(path, body, idempotency_key="another").status == 403


@pytest.mark.parametrize(
    ("path", "body"), [(VIDEOS, {"url": WATCH}), (EXTRACT, SOURCE)], ids=["text", "audio"]
)
def test_a_life_that_the_plan_gives_is_no_part_of_what_was_asked(
    api: Api, path: str, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = api.post(path, body, idempotency_key="k")
    register.set_plan("acme", "pro", {"retention_hours": 12})
    assert api.post(path, body, idempotency_key="k").json == first.json
    monkeypatch.setenv("BATCHREEL_RETENTION_DAYS", "0.25")
    settings.cache_clear()
    assert api.post(path, body, idempotency_key="k").json == first.json
    field = "expiresAfter" if path == EXTRACT else "expires_after"
    other = api.post(path, body | {field: DAY // 2}, idempotency_key="k")
    assert other.error["code"] == "IDEMPOTENCY_CONFLICT"


def test_what_the_plan_refuses_leaves_no_captions_behind(api: Api) -> None:
    def kept() -> int:
        return aws.s3().list_objects_v2(Bucket=settings().bucket)["KeyCount"]

    register.set_plan("acme", "free", {})
    body = {"url": WATCH, "captions": "Hello", "summary_mode": "brief"}
    assert (api.post(VIDEOS, body).status, kept()) == (403, 0)
    assert (api.post(VIDEOS, {**body, "summary_mode": "tldr"}).status, kept()) == (200, 1)
