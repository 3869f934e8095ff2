"""Which ffmpeg the worker takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.audio import ffmpeg
from chalicelib.errors import JobError
from chalicelib.settings import settings


def says(folder: Path, version: str) -> Path:
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\necho 'ffmpeg version {version} Copyright (c) the FFmpeg developers'\n")
    program.chmod(0o755)
    return program


def chosen(environment: pytest.MonkeyPatch, program: Path) -> str:
    environment.setenv("FFMPEG_PATH", str(program))
    settings.cache_clear()
    ffmpeg._find.cache_clear()
    return ffmpeg.binary()


@pytest.mark.parametrize("version", ["7.0.2-static", "7.1.5-0+deb13u1", "n9.0.2", "N-112233-gabcdef"])
def test_a_new_one_is_taken(environment: pytest.MonkeyPatch, tmp_path: Path, version: str) -> None:
    program = says(tmp_path, version)
    assert chosen(environment, program) == str(program)


@pytest.mark.parametrize("version", ["5.1.9-0+deb12u1", "6.1.1-3ubuntu5", "4.4", "of mine"])
def test_one_that_would_encode_what_it_should_copy_is_refused(
    environment: pytest.MonkeyPatch, tmp_path: Path, version: str
) -> None:
    with pytest.raises(JobError, match=r"no usable ffmpeg \(7\.0 or newer\)") as caught:
        chosen(environment, says(tmp_path, version))
    assert (caught.value.code, caught.value.retryable) == ("EXTRACTION_FAILED", True)
