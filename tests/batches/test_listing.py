from __future__ import annotations

import pytest

from chalicelib.batches import listing
from tests.batches.driver import accept
from tests.conftest import Cloud

pytestmark = pytest.mark.usefixtures("engine")


def test_batches_are_listed_newest_first(cloud: Cloud) -> None:
    made = []
    for _ in range(5):
        made.append(accept(cloud.clock, "ok").batch.id)
        cloud.clock.forward(1)
    page = listing.batches("acme", "audio_v1", limit=2, offset=1)
    assert ([batch.id for batch in page.items], page.total) == ([made[3], made[2]], 5)
    assert listing.batches("acme", "audio_v1", limit=2, offset=9).items == []


def test_what_came_as_one_job_is_no_batch_but_a_job(cloud: Cloud) -> None:
    accept(cloud.clock, "ok", single=True)
    assert listing.batches("acme", "audio_v1", limit=9, offset=0).total == 0
    assert listing.jobs("acme", "audio_v1", limit=9, offset=0).total == 1


def test_jobs_are_paged_over_the_edges_of_batches(cloud: Cloud) -> None:
    first = accept(cloud.clock, "ok", "ok", "ok")
    cloud.clock.forward(1)
    second = accept(cloud.clock, "ok", "ok")
    ids = [job.id for job in (*second.jobs, *first.jobs)]
    for offset in range(6):
        page = listing.jobs("acme", "audio_v1", limit=2, offset=offset)
        assert ([job.id for job in page.items], page.total) == (ids[offset : offset + 2], 5)


def test_accounts_and_faces_are_apart(cloud: Cloud) -> None:
    accept(cloud.clock, "ok")
    assert listing.batches("other", "audio_v1", limit=9, offset=0).total == 0
    assert listing.batches("acme", "video_v1", limit=9, offset=0).total == 0
