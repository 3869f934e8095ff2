"""`make demo` as a stranger runs it, but for the installation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = {"lecture.md", "lecture.pdf", "lecture.srt"}
AUDIO = {"music.flac", "music.ogg", "music.wav", "talk 192k.mp3", "talk.aac"}


def test_it_ends_well_and_leaves_its_files(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "infra.demo", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {file.name for file in tmp_path.iterdir()} == AUDIO | TEXT
    assert "all as it must be" in done.stdout
    assert done.stdout.count("7 webhooks received and verified") == 2
    assert "Traceback" not in done.stderr
