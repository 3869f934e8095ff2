"""CSV after RFC 4180, one row for each cue.

It begins with a byte order mark, without which Excel reads UTF-8 as something else; every other reader
knows it as `utf-8-sig` or skips it.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Final

from chalicelib.text.exports.clean import line, seconds
from chalicelib.text.exports.export import Export
from chalicelib.text.result import Result

COLUMNS: Final = ("start", "end", "speaker", "text")
_FORMULA: Final = re.compile(r"""(?:^|[;|][\s"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])""")
"""A cell that begins with one of these is a program to a spreadsheet; the last four are the first four in
full width. Where semicolons are expected instead of commas, a cell begins behind each of them, too."""


def export(result: Result, now_iso: str | None) -> Export:
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for cue in result.transcript.cues:
        times = (f"{seconds(cue.start):.3f}", f"{seconds(cue.end):.3f}")
        writer.writerow((*times, _cell(cue.speaker or ""), _cell(cue.text)))
    return Export(rows.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", "csv")


def _cell(text: str) -> str:
    return _FORMULA.sub(r"\g<0>'", line(text))
