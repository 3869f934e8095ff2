from __future__ import annotations

from chalicelib.text.segments import Segment
from chalicelib.text.summarize.model.lines import Line, of_segments, parts, tokens, weight


def lines(*sizes: int) -> list[Line]:
    return [Line(n, "x" * size, (n,), float(n)) for n, size in enumerate(sizes)]


def numbers(cut: list[list[Line]]) -> list[list[int]]:
    return [[line.number for line in part] for part in cut]


def test_each_part_begins_with_the_last_two_lines_of_the_one_before() -> None:
    cut = parts(lines(*[100] * 10), 5 * weight(lines(100)[0]))
    assert numbers(cut) == [[0, 1, 2, 3, 4], [3, 4, 5, 6, 7], [6, 7, 8, 9]]


def test_no_part_exceeds_the_limit_unless_it_is_one_line() -> None:
    for limit in (30, 60, 200, 1000):
        for part in parts(lines(10, 500, 20, 900, 900, 5, 5, 5, 100, 100), limit):
            assert len(part) == 1 or sum(map(weight, part)) <= limit


def test_every_line_is_in_a_part_and_parts_end_even_if_lines_are_longer_than_the_limit() -> None:
    cut = parts(lines(*[1500] * 6), 100)
    assert numbers(cut) == [[0], [1], [2], [3], [4], [5]]


def test_a_line_remembers_its_segment_and_empty_ones_are_left_out() -> None:
    segments = [Segment(4, "one", 40, 50, 1), Segment(5, "\u200b", 50, 60, 0), Segment(6, "two", 60, 70, 1)]
    assert of_segments(segments) == [Line(0, "one", (4,), 40), Line(1, "two", (6,), 60)]


def test_other_scripts_are_reckoned_to_take_more_tokens() -> None:
    assert tokens("a" * 360) == 101
    assert tokens("ж" * 360) == 181
    assert tokens("字" * 360) == 361
