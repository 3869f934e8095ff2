"""CSV after RFC 4180, one row for each cue.

It begins with a byte order mark, without which Excel reads UTF-8 as something else; every other reader
knows it as `utf-8-sig` or skips it.
"""

from __future__ import annotations

import csv
import io
from typing import Final

from chalicelib.text.exports.clean import line, seconds
from chalicelib.text.exports.export import Export
from chalicelib.text.result import Result

COLUMNS: Final = ("start", "end", "speaker", "text")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A cell that begins so is a program to a spreadsheet; the last four are the first four in full width."""


def export(result: Result, now_iso: str | None) -> Export:
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for cue in result.transcript.cues:
        times = (f"{seconds(cue.start):.3f}", f"{seconds(cue.end):.3f}")
        writer.writerow((*times, _cell(cue.speaker or ""), _cell(cue.text)))
    return Export(rows.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", "csv")


def _cell(text: str) -> str:
    plain = line(text)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain
