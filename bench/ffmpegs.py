"""Which ffmpeg a bench runs: the one that is deployed, and beside it one that can do everything."""

from __future__ import annotations

from functools import cache

import imageio_ffmpeg

from infra.layer import source


@cache
def deployed() -> str:
    """Path of the compiled one, once `make package` has made it here; else the same as `complete`."""
    if source.why_not("x86_64"):
        return complete()
    made = source.made_at("x86_64") / "ffmpeg"
    return str(made) if made.exists() else complete()


def complete() -> str:
    """Path of one that makes pictures and opens URLs, which the compiled one cannot."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def told() -> str:
    return "the compiled one" if deployed() != complete() else "imageio-ffmpeg's, as none is compiled"
