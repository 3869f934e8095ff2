"""Reading the boxes of an MP4, which anybody may have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.audio import mp4
from chalicelib.errors import JobError


def box(kind: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


BEGINNING = box(b"ftyp", b"isom" + bytes(4)) + box(b"free")


@pytest.mark.parametrize("before", [0, 1_048_565, 1_048_566, 1_048_567])
def test_encryption_is_seen_in_an_index_of_any_size_at_the_end(tmp_path: Path, before: int) -> None:
    """Also where a name lies on the border of two reads."""
    path = tmp_path / "film"
    path.write_bytes(BEGINNING + box(b"mdat", bytes(100)) + box(b"moov", bytes(before) + b"enca....schm"))
    assert mp4.encrypted(path)
    path.write_bytes(BEGINNING + box(b"mdat", b"enca schm") + box(b"moov", bytes(before) + b"mp4a....stsd"))
    assert not mp4.encrypted(path)


def test_boxes_without_end_are_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(BEGINNING + box(b"free") * 1_000_000)
    with pytest.raises(JobError) as caught:
        mp4.encrypted(path)
    assert caught.value.code == "INVALID_VIDEO"
