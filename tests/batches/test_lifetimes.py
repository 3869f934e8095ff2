"""Results expire to the millisecond; their files lie where S3 removes them soon after, never before."""

from __future__ import annotations

import pytest

from chalicelib.batches import ids, lifetimes, objects, store
from chalicelib.settings import settings
from infra.local import template
from tests.batches.driver import accept, loaded, work_off
from tests.conftest import Cloud

HOUR, DAY = 3600, 24 * 3600
DOCUMENT = template.whole()
RULES = {
    rule["Prefix"]: rule["ExpirationInDays"]
    for rule in DOCUMENT["Resources"]["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    if "Prefix" in rule
}


@pytest.mark.parametrize(
    ("life", "folder"),
    [
        (HOUR, "1d/"),
        (23 * HOUR, "1d/"),
        (23 * HOUR + 1, "2d/"),
        (DAY, "2d/"),
        (7 * DAY, "8d/"),
        (8 * DAY, "16d/"),
        (30 * DAY, "31d/"),
    ],
)
def test_each_life_has_its_part_of_the_bucket(life: int, folder: str) -> None:
    assert lifetimes.folder(life) == folder


@pytest.mark.parametrize("kind", ["jobs", "batches"])
def test_every_part_has_a_rule_of_its_own_and_no_rule_spans_them(kind: str) -> None:
    mine = {prefix: days for prefix, days in RULES.items() if prefix.startswith(kind)}
    assert mine == {f"{kind}/{days}d/": days for days in lifetimes.DAYS}


def test_no_file_goes_before_its_result_expires_nor_lies_around_for_long() -> None:
    """S3 counts from a file's beginning, up to an hour before its job's end, to the next midnight."""
    for life in range(lifetimes.LEAST_SECONDS, lifetimes.MOST_SECONDS + 1, HOUR // 2):
        days = RULES["jobs/" + lifetimes.folder(life)]
        assert days * DAY >= life + HOUR
        assert days * DAY <= max(DAY, 2 * (life + HOUR))


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("life", [HOUR, DAY + 1, 30 * DAY])
def test_jobs_and_batches_expire_when_they_said(cloud: Cloud, life: int) -> None:
    accepted = accept(cloud.clock, "ok", "ok", "fail", merge_equal=True, expires_after=life)
    cloud.clock.now += 1234
    work_off(cloud.clock)
    batch, jobs = loaded(accepted)
    end, expiry = cloud.clock.now, cloud.clock.now + life * 1000
    assert (batch.ended_at, batch.expires_at) == (end, expiry)
    assert [(job.ended_at, job.expires_at) for job in jobs] == [(end, expiry)] * 3
    assert objects.of_job(jobs[0]) == f"jobs/{lifetimes.folder(life)}{jobs[0].id}/"
    assert jobs[0].outcome
    assert jobs[0].outcome["prefix"] == objects.of_job(jobs[0]) + "1/"


@pytest.mark.usefixtures("engine")
def test_what_says_nothing_lives_as_the_operator_has_set_when_it_came(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting that is changed meanwhile would leave files where they go too early."""
    accepted = accept(cloud.clock, "ok")
    monkeypatch.setenv("BATCHREEL_RETENTION_DAYS", "30")
    settings.cache_clear()
    work_off(cloud.clock)
    batch, [job] = loaded(accepted)
    assert batch.expires_at == job.expires_at == cloud.clock.now + DAY * 1000
    assert objects.of_job(job).startswith("jobs/2d/")


@pytest.mark.usefixtures("engine")
def test_the_items_stay_longer_than_the_results(cloud: Cloud) -> None:
    """So that they can say that those have expired."""
    accepted = accept(cloud.clock, "ok", expires_after=30 * DAY)
    work_off(cloud.clock)
    for index in (0, 1):
        item = store._get(accepted.batch.token, index)
        assert item
        assert int(item["ttl"]["N"]) == cloud.clock.now // 1000 + 37 * DAY


@pytest.mark.usefixtures("engine")
def test_a_child_batch_lives_as_long_as_its_parent(cloud: Cloud) -> None:
    accepted = accept(cloud.clock, "list", expires_after=5 * HOUR)
    work_off(cloud.clock)
    [parent] = loaded(accepted)[1]
    assert parent.child
    child = store.load(parent.child)
    assert child
    assert {child[0].expires_after, *(job.expires_after for job in child[1])} == {5 * HOUR}
    assert ids.batch_id(parent.child) == (parent.outcome or {})["child"]
