"""Prints what bench/cost.py has found, as the tables of docs/cost.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from bench import cost_items, cost_model
from bench.cost_model import Idle, Item
from chalicelib.settings import ARCHITECTURES
from chalicelib.text import effort as text
from chalicelib.usage import prices

ITEMS: Final = 1000
TARGETS: Final[Mapping[str, float]] = {
    "audio, copied": 0.050,
    "opus, 24k mono": 0.151,
    "mp3, 128k": 0.180,
    "aac, 128k": 0.307,
    "mp3, normalised": 0.623,
    "captions, embedded summary": 0.026,
}
"""Dollars for 1,000 items of ten minutes: an earlier reckoning, on arm64, with 7 write units an item."""
AIM_SECONDS: Final[Mapping[str, tuple[float, float]]] = {
    "audio, copied": (0.17, 1.5),
    "opus, 24k mono": (4.5, 1.5),
    "mp3, 128k": (5.7, 1.5),
    "aac, 128k": (11.1, 1.5),
    "mp3, normalised": (24.5, 1.5),
    "captions, embedded summary": (0.0, 0.6),
}
"""That reckoning's seconds of ffmpeg, and those for which it waited for a source."""
AIM_BATCH: Final = 50
"""Its jobs in a batch; Converso's contract has at most 10."""
NAMES: Final = (
    *("dynamodb.write_unit", "dynamodb.read_unit", "sqs.request", "events.event", "s3.put", "s3.get"),
    *("step_functions.transition", "lambda.request", "api_gateway.request", "kms.request", "logs.kb"),
)
COLUMNS: Final = tuple(dict.fromkeys(cost_model.PARTS.values()))


def show(items: Sequence[Item], *, polls: Mapping[str, float], idle: Idle) -> None:
    known = prices.table()
    print(f"\nPrices of {known['as_of']}, {known['region']}. Measured on {date.today()}.")
    _costs(items)
    _alike(items)
    _takes(items)
    _sweep(items)
    _levers(items, polls)
    _head("a month in which nothing happens", "dollars")
    for name, dollars in idle.dollars().items():
        print(row(name, f"{dollars:.2f}"))


def row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _head(*cells: object) -> None:
    print("\n" + row(*cells) + "\n" + row(*["---"] * len(cells)))


def _costs(items: Sequence[Item]) -> None:
    _head("dollars for 1,000", "total", *COLUMNS, "aim", "")
    for item in items:
        print(row(item.name, *cells(item), *verdict(item.name, ITEMS * cost_model.total(item))))


def cells(item: Item) -> Sequence[str]:
    parts = cost_model.dollars(item)
    return [f"{ITEMS * dollars:.3f}" for dollars in (sum(parts.values()), *(parts[name] for name in COLUMNS))]


def verdict(name: str, dollars: float) -> tuple[str, str]:
    target = TARGETS.get(name)
    if target is None:
        return "", ""
    return f"{target:.3f}", "met" if round(dollars, 3) <= target else f"{dollars / target:.1f} times"


def _alike(items: Sequence[Item]) -> None:
    _head("dollars for 1,000", "as above", "on arm64", "with the aim's seconds", "and its batches", "aim", "")
    for item in items:
        if item.name in TARGETS:
            arm64 = cost_model.total(item, architecture="arm64")
            costs = [cost_model.total(item), arm64, alike(item), alike(in_batches(item))]
            print(
                row(
                    item.name,
                    *(f"{ITEMS * each:.3f}" for each in costs),
                    *verdict(item.name, ITEMS * costs[-1]),
                )
            )


def alike(item: Item) -> float:
    """Dollars on the machine that the aim was reckoned for, with a source as quick as there. While audio is
    encoded it arrives, and only for captions is it waited for."""
    cpu, source = AIM_SECONDS[item.name]
    if cpu:
        work = replace(item.work, cpu=cpu, arriving=source)
    else:
        work = replace(item.work, waiting=item.work.waiting - text.FETCHING + source)
    return cost_model.total(replace(item, work=work), architecture="arm64")


def in_batches(item: Item) -> Item:
    """The item with its share of the states that a batch as large as the aim's goes through; what else a
    batch takes, each item keeps."""
    return replace(
        item, counts={**item.counts, "step_functions.transition": cost_items.TRANSITIONS / AIM_BATCH}
    )


def _takes(items: Sequence[Item]) -> None:
    _head("of an item", "CPU s", "billed s", *NAMES, "progress, write units")
    for item in items:
        seconds = item.work.seconds(item.mb)
        counted = [f"{item.counts.get(name, 0):.2f}" for name in NAMES]
        progress = f"{item.progress_units * seconds / item.every:.1f}"
        print(row(item.name, f"{item.work.cpu:.2f}", f"{seconds:.2f}", *counted, progress))


def _sweep(items: Sequence[Item]) -> None:
    variants = [(mb, each) for each in ARCHITECTURES for mb in cost_model.MEMORIES]
    _head("dollars for 1,000", *(f"{mb:,} MB {each}" for mb, each in variants))
    for item in items:
        print(row(item.name, *(f"{ITEMS * cost_model.total(item, *each):.3f}" for each in variants)))


def _levers(items: Sequence[Item], polls: Mapping[str, float]) -> None:
    names = list(cost_model.levers(items[0], polls))
    _head("dollars for 1,000", "as it is", *names)
    for item in items:
        changed = cost_model.levers(item, polls).values()
        print(row(item.name, *(f"{ITEMS * cost_model.total(each):.3f}" for each in (item, *changed))))


def show_hosted(minutes: int, sizes: Mapping[str, int]) -> None:
    _head(f"1,000 items of {minutes} minutes, listened to by", "dollars")
    for name, dollars in hosted(minutes).items():
        print(row(name, f"{dollars:.2f}"))
    _head("1,000 results sent out of AWS", "dollars")
    for name, size in sizes.items():
        print(row(name, f"{ITEMS * egress(size):.2f}"))


def hosted(minutes: int) -> Mapping[str, float]:
    """By recogniser, dollars for 1,000 items of so many minutes."""
    rates = prices.table()["hosted"].items()
    return {name: ITEMS * minutes * rate for name, rate in rates if name != "source"}


def egress(size: int) -> float:
    return float(size / 1e9 * prices.each("egress.gb"))
