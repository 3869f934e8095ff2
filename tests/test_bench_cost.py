"""What `python -m bench cost` reckons with: units, prices times counts, and the page that shows them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import batch_run, cost_items, cost_model, cost_tables, dynamodb_units, scale
from bench.batch_run import Part, Played
from bench.cost_model import Idle, Item, Work
from bench.counting import Counts, counting
from bench.dynamodb_units import Index
from chalicelib import aws
from chalicelib.audio import effort
from chalicelib.settings import ARCHITECTURES, WORKER_MB, settings
from chalicelib.usage import prices
from tests.conftest import Cloud
from tests.stand_ins.youtube import YouTube
from tests.stand_ins.youtube_videos import Video

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "cost.md").read_text()
SCALE = (ROOT / "docs" / "scale.md").read_text()
BY_ACCOUNT = Index(frozenset({"account"}), everything=True)
OPEN = Index(frozenset({"open_shard"}), everything=False)


def item(kilobytes: int = 0, **more: str) -> dict[str, Any]:
    """`kilobytes`: about, and a little less."""
    row = {"pk": {"S": "B#1"}, "sk": {"S": "#"}} | {name: {"S": value} for name, value in more.items()}
    return row | ({"text": {"S": "x" * (1024 * kilobytes - 100)}} if kilobytes else {})


# ---------------------------------------------------------------- DynamoDB's rules


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (None, item(), 1),
        (None, item(2), 2),
        (item(3), item(1), 3),
        (item(2), None, 2),
        (None, None, 1),
    ],
)
def test_a_write_is_charged_by_the_larger_item(before: Any, after: Any, units: int) -> None:
    assert dynamodb_units.write_units(before, after, []) == units
    assert dynamodb_units.write_units(before, after, [], times=2) == 2 * units


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (None, item(account="a"), 1),
        (item(account="a"), item(account="a"), 0),
        (item(account="a"), item(2, account="a"), 2),
        (item(2, account="a"), item(2, account="b"), 4),
        (item(2, account="a"), item(2), 2),
        (item(), item(2), 0),
    ],
)
def test_an_index_is_charged_for_what_changes_in_it(before: Any, after: Any, units: int) -> None:
    alone = dynamodb_units.write_units(before, after, [])
    assert dynamodb_units.write_units(before, after, [BY_ACCOUNT]) - alone == units


def test_an_index_of_keys_is_charged_for_keys_alone() -> None:
    before, after = item(open_shard="1"), item(2, open_shard="1")
    assert dynamodb_units.write_units(before, after, [OPEN]) == 2
    assert dynamodb_units.write_units(before, item(2), [OPEN]) == 3


def test_reads_are_charged_by_four_kilobytes_and_by_half_if_they_may_be_old() -> None:
    assert dynamodb_units.read_units([], consistent=False) == 0.5
    assert dynamodb_units.read_units([item(3), item(3)], consistent=True) == 2
    assert dynamodb_units.read_units([item(3), item(3)], consistent=False) == 1


# ---------------------------------------------------------------- counting


def put(cloud: Cloud, **more: Any) -> None:
    row = item(account="acme") | {"created_at": {"N": "1"}}
    aws.dynamodb().put_item(TableName=settings().batches_table, Item=row, **more)


def test_calls_are_counted_with_their_indexes(cloud: Cloud) -> None:
    with counting() as counts:
        put(cloud)
        aws.s3().put_object(Bucket=settings().bucket, Key="a", Body=b"a")
    assert (counts["dynamodb.write_unit"], counts["s3.put"], counts["calls"]) == (2, 1, 2)
    put(cloud)
    assert counts["calls"] == 2


def test_a_refused_write_is_charged(cloud: Cloud) -> None:
    put(cloud)
    with counting() as counts, pytest.raises(aws.dynamodb().exceptions.ConditionalCheckFailedException):
        put(cloud, ConditionExpression="attribute_not_exists(pk)")
    assert counts["dynamodb.write_unit"] == 1


def test_writes_of_a_transaction_are_charged_twice(cloud: Cloud) -> None:
    write = {"Put": {"TableName": settings().accounts_table, "Item": item()}}
    with counting() as counts:
        aws.dynamodb().transact_write_items(TransactItems=[write])  # type: ignore[list-item]
    assert counts["dynamodb.write_unit"] == 2


def test_a_call_without_a_price_is_not_passed_over(cloud: Cloud) -> None:
    with counting(), pytest.raises(KeyError, match="ListBuckets"):
        aws.s3().list_buckets()


# ---------------------------------------------------------------- prices times counts

COPY = Item("audio, copied", Work(cpu=1.0, arriving=2.4, waiting=0.1), {"s3.put": 2, "sqs.request": 10})


def test_fetching_and_encoding_go_on_at_once_and_the_rest_waits() -> None:
    assert Work(1, arriving=2.4, waiting=0.1).seconds(WORKER_MB) == 2.5
    assert Work(10, arriving=2.4, waiting=1).seconds(WORKER_MB) == 11


def test_less_memory_is_less_of_a_cpu_and_more_is_of_no_use() -> None:
    assert Work(10).seconds(1024) == pytest.approx(10 * 1769 / 1024)
    assert Work(10).seconds(3008) == 10


def test_an_item_costs_its_calls_and_its_seconds() -> None:
    parts = cost_model.dollars(COPY)
    assert parts["S3"] == pytest.approx(2 * 0.000005)
    assert parts["SQS"] == pytest.approx(10 * 0.0000004)
    assert parts["Lambda"] == pytest.approx(2.5 * 1769 / 1024 * 0.0000166667)
    assert parts["DynamoDB"] == pytest.approx(2.5 / 2 * 0.000000625)
    assert cost_model.total(COPY) == pytest.approx(sum(parts.values()))


def test_arm_changes_the_price_of_time_alone() -> None:
    x86, arm = (cost_model.dollars(COPY, 1769, each) for each in ARCHITECTURES)
    assert arm["Lambda"] / x86["Lambda"] == pytest.approx(0.8, abs=0.001)
    assert {**arm, "Lambda": 0} == {**x86, "Lambda": 0}


def test_every_call_that_is_counted_belongs_to_a_part_and_has_a_price() -> None:
    for call in (*cost_tables.NAMES, "kms.key_month"):
        assert cost_model.PARTS[call.partition(".")[0]] in cost_tables.COLUMNS
        assert prices.each(call) > 0


@pytest.mark.parametrize(("size", "requests"), [(0, 1), (67_108_863, 1), (67_108_864, 6), (70_000_000, 7)])
def test_a_large_file_is_stored_in_parts(size: int, requests: int) -> None:
    assert cost_model.puts(size) == requests


def test_levers_change_what_they_say() -> None:
    polled = replace(COPY, counts={**COPY.counts, "api_gateway.request": 0.08, "logs.kb": 3})
    changed = cost_model.levers(polled, {"api_gateway.request": 0.06})
    assert changed["no polls"].counts["api_gateway.request"] == pytest.approx(0.02)
    assert changed["no logs"].counts["logs.kb"] == 0
    assert changed["a source three times as quick"].work.seconds(WORKER_MB) < 1.1
    assert all(cost_model.total(each) < cost_model.total(polled) for each in changed.values())


def test_what_is_charged_while_nothing_happens() -> None:
    idle = Idle(sources=10, watchdog_seconds=0.1, watchdog_mb=512, counts={"dynamodb.read_unit": 2})
    each = 43_800 * (0.0000002 + 0.05 * 0.0000166667 + 2 * 0.000000125)
    found = idle.dollars()
    assert found["the watchdog"] == pytest.approx(each)
    assert found["queues that are waited at"] == pytest.approx(10 * 5 * 131_400 * 0.0000004)


# ---------------------------------------------------------------- from a batch to an item


def part(requests: int = 1, seconds: float = 0.0, **counted: float) -> Part:
    counts = Counts()
    counts.update({name.replace("__", "."): count for name, count in counted.items()})
    return Part(requests, seconds, counts)


PLAYED = Played(
    jobs=50,
    submitted=part(dynamodb__write_unit=100, calls=10),
    polls=part(3),
    aggregate=part(s3__put=2, events__event=1),
    deliver=part(kms__request=2),
    worker=part(50, seconds=10, sqs__request=50, events__event=50, calls=500),
)


def test_an_item_has_its_share_of_its_batch() -> None:
    item = cost_items.per_item(PLAYED)
    assert item["dynamodb.write_unit"] == 2
    assert item["api_gateway.request"] == 4 / 50
    assert item["lambda.request"] == (4 + 1 + 1 + 50) / 50
    assert item["logs.kb"] == item["lambda.request"]
    assert item["sqs.request"] == (50 + 50 + 51) / 50
    assert item["step_functions.transition"] == 10 / 50
    assert item["lambda.gb_second_x86_64"] == pytest.approx(10 * 0.01 / 50)
    assert cost_items.polls(PLAYED)["api_gateway.request"] == 3 / 50
    assert cost_items.waits(PLAYED) == pytest.approx(0.1)


def test_a_batch_is_played_to_its_webhook_and_counted_by_function() -> None:
    videos = {f"video{number:06d}": Video() for number in range(2)}
    wishes = [{"video_url": f"https://www.youtube.com/watch?v={name}"} for name in videos]
    with YouTube(videos) as youtube, batch_run.cloud(BATCHREEL_YOUTUBE_BASE_URL=youtube.base) as (api, hook):
        played = batch_run.text(api, hook, wishes)
    assert (played.jobs, played.polls.requests, played.worker.requests) == (2, batch_run.POLLS, 2)
    assert played.submitted.counts["sqs.request"] == 2  # how full the queue is; two messages
    assert played.worker.counts["s3.put"] == 2 * 3
    assert played.worker.counts["events.event"] == 2
    assert played.worker.counts.largest_job > 500
    assert played.aggregate.counts["s3.put"] == 2
    assert played.deliver.counts["kms.request"] > 0
    assert played.polls.counts["dynamodb.write_unit"] >= batch_run.POLLS


def test_functions_have_the_memory_that_they_are_deployed_with() -> None:
    assert cost_items.memory("api") == 1024
    assert cost_items.memory("deliver") == cost_items.memory("aggregate") == 512
    assert cost_items.sources() == 10


def test_the_way_of_a_batch_is_one_through_the_state_machine() -> None:
    machine = json.loads((ROOT / "infra" / "finish.asl.json").read_text())["States"]
    states = machine | machine["Deliveries"]["ItemProcessor"]["States"]
    for here, there in zip(cost_items.WAY, cost_items.WAY[1:], strict=False):
        state = states[here]
        ways = {state.get("Next"), state.get("Default"), *(c["Next"] for c in state.get("Choices", ()))}
        inner = state.get("ItemProcessor", {}).get("StartAt")
        assert there in ways | {inner} or (here == "Settled" and there == machine["Deliveries"]["Next"])


# ---------------------------------------------------------------- the page


def rows(beginning: str) -> list[list[str]]:
    found = re.findall(rf"^\| {re.escape(beginning)} \|.*$", PAGE, re.MULTILINE)
    return [[cell.strip() for cell in each.strip("|").split("|")] for each in found]


def test_the_page_is_of_the_prices_that_the_repository_has() -> None:
    table = prices.table()
    assert f"Prices of {table['as_of']}, {table['region']}" in PAGE


@pytest.mark.parametrize("name", [*cost_tables.TARGETS, "captions, summary by a model"])
def test_the_costs_of_the_page_add_up_and_are_compared_rightly(name: str) -> None:
    _, total, *parts = rows(name)[0][: len(cost_tables.COLUMNS) + 2]
    assert sum(map(float, parts)) == pytest.approx(float(total), abs=0.006)
    assert tuple(rows(name)[0][-2:]) == cost_tables.verdict(name, float(total))


@pytest.mark.parametrize("name", cost_tables.TARGETS)
def test_the_page_compares_what_is_alike(name: str) -> None:
    costs, alike, sweep = rows(name)[:3]
    memory = cost_items.memory("text_worker" if name.startswith("captions") else "audio_worker")
    arm64 = sweep[1 + len(cost_model.MEMORIES) :]
    assert alike[1:3] == [costs[1], arm64[cost_model.MEMORIES.index(memory)]]
    assert tuple(alike[-2:]) == cost_tables.verdict(name, float(alike[4]))
    own, aims = scale.counted(PAGE, name)["step_functions.transition"], cost_items.TRANSITIONS / 50
    fewer = (own - aims) * prices.each("step_functions.transition") * 1000
    assert float(alike[3]) - float(alike[4]) == pytest.approx(fewer, abs=0.0011)


def test_what_is_alike_has_the_aims_seconds_on_arm() -> None:
    """A source arrives while audio is encoded; captions are waited for."""
    second = cost_model.total(Item("", Work(1), {}), architecture="arm64")
    audio = Item("mp3, 128k", Work(13, arriving=2.4, waiting=0.25), {})
    assert cost_tables.alike(audio) == pytest.approx((5.7 + 0.25) * second)
    captions = Item("captions, embedded summary", Work(0.25, waiting=3.5), {})
    assert cost_tables.alike(captions) == pytest.approx((0.25 + 3.5 - 3 + 0.6) * second)


def test_a_batch_of_the_aims_size_has_its_transitions_for_more_jobs() -> None:
    item = Item("mp3, 128k", Work(1), {"step_functions.transition": 1.0, "s3.put": 1.2})
    counts = cost_tables.in_batches(item).counts
    assert counts == {"step_functions.transition": 10 / 50, "s3.put": 1.2}


def test_what_follows_from_prices_alone_is_what_the_page_says() -> None:
    shown = {name: cells for name in cost_tables.hosted(10) for cells in rows(name)}
    assert {name: cells[-1] for name, cells in shown.items()} == {
        name: f"{dollars:.2f}" for name, dollars in cost_tables.hosted(10).items()
    }
    tokens = f"{1000 * cost_model.model_tokens():.3f}"
    assert rows("captions, summary by a model")[0][cost_tables.COLUMNS.index("tokens") + 2] == tokens
    idle = Idle(cost_items.sources(), 0, 0).dollars()
    for name in ("queues that are waited at", "the key"):
        assert rows(name) == [[name, f"{idle[name]:.2f}"]]


def test_the_assumptions_of_the_page_are_those_of_the_model() -> None:
    told = " ".join(PAGE.split())
    assert f"{cost_model.CALL_SECONDS * 1000:.0f} ms for each call of AWS" in told
    assert f"{cost_model.MODEL_SECONDS:.0f} s for a model" in told
    assert f"{cost_model.LIFECYCLE_KB:.0f} kB that Lambda logs" in told
    assert f"`{cost_model.MODEL}`" in told
    assert cost_model.POLLERS == 5
    assert f"with five pollers, each a request every {cost_model.POLL_SECONDS} s" in told


def test_an_mp3_costs_what_the_page_says_with_the_seconds_of_estimates() -> None:
    """The page's own row, but for the seconds that this run had more."""
    more = scale.counted(PAGE, "mp3, 128k")["CPU s"] - effort.SECONDS["mp3"]
    second = cost_model.total(Item("", Work(1), {})) * 1000
    assert f"With 10 s the mp3 comes to ${float(rows('mp3, 128k')[0][1]) - more * second:.3f}," in PAGE


# ---------------------------------------------------------------- the page on scale


def counted() -> dict[str, Mapping[str, float]]:
    return {case: scale.counted(PAGE, case) for case in scale.CASES}


def test_the_page_on_scale_has_the_tables_of_the_bench() -> None:
    for lines in (scale.table(counted()), scale.keys(counted())):
        assert "\n".join(lines) in SCALE


def test_what_the_page_on_scale_tells_follows_from_the_counts() -> None:
    told, mp3 = " ".join(SCALE.split()), counted()["mp3, 128k"]
    second = 100_000 / 60
    assert f"{-(-1000 * mp3['seconds'] // 600) * 10:.0f} for mp3" in told
    assert f"take {second * mp3['seconds'] / 1000:.0f} times the default concurrency" in told
    assert f"PUTs come to {second * mp3['s3.put']:,.0f} a second" in told
    captions = counted()["captions, embedded summary"]
    assert f"to {second * captions['s3.put']:,.0f} for captions, more than one prefix" in told
    assert f"{second * mp3['dynamodb.write_unit'] / 40_000:.0%}".replace("%", " % of the table's") in told
    assert f"StartExecution at {300 * 60:,} a minute" in told
    assert f"transitions at {round(5000 * 60 / cost_items.TRANSITIONS, -3):,.0f}" in told
    assert f"come to {round(second * 4, -2):,.0f} requests a second" in told
    assert f"it manages {45 / cost_model.CALL_SECONDS:,.0f}" in told


def test_a_quota_is_met_when_a_minute_asks_for_it() -> None:
    quota = scale.Quota("workers", "seconds", 20)
    assert scale.met_at(quota, {"seconds": 10}) == 120
    assert scale.met_at(quota, {"seconds": 0}) == float("inf")


def test_the_row_of_turns_grows_with_the_jobs_that_run() -> None:
    assert scale.turn_units(10) == 2
    assert scale.turn_units(1000) == 2 * 22


def test_what_is_met_first_is_the_stacks_own_setting() -> None:
    assert scale.workers() == 20
    assert min(scale.quotas(), key=lambda each: scale.met_at(each, counted()["mp3, 128k"])).most == 20
