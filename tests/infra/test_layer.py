from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

from infra import build_layer

LAMBDA_LIMIT = 262_144_000
APP_AT_MOST = 26_000_000


def test_the_layer_holds_an_ffmpeg_that_runs_anywhere(tmp_path: Path) -> None:
    size = build_layer.build(tmp_path / "layer.zip")
    assert size + APP_AT_MOST < 0.5 * LAMBDA_LIMIT
    with zipfile.ZipFile(tmp_path / "layer.zip") as layer:
        assert set(layer.namelist()) == {"bin/ffmpeg", "licenses/ffmpeg.txt"}
        assert layer.getinfo("bin/ffmpeg").external_attr >> 16 == 0o100755
        layer.extractall(tmp_path)
    binary = tmp_path / "bin" / "ffmpeg"
    binary.chmod(0o755)
    # a static program starts without any library beside it
    done = subprocess.run([binary, "-version"], capture_output=True, text=True, env={}, check=True)
    assert done.stdout.startswith("ffmpeg version 7.0.2")
    encoders = subprocess.run(
        [binary, "-hide_banner", "-encoders"], capture_output=True, text=True, check=True
    )
    for name in ("libmp3lame", "libopus", "libvorbis", "flac", "aac", "pcm_s16le"):
        assert f" {name} " in encoders.stdout
