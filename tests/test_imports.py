"""Imports run downwards only, and a cold start of the API pays only for what every request needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GROUND = {"settings", "aws", "errors", "clock", "task", "outbound", "vault", "iso639", "filenames", "metrics"}
MAY_IMPORT = {
    "ground": GROUND,
    "sites": GROUND | {"sites"},
    "usage": GROUND | {"usage", "accounts"},
    "batches": GROUND | {"batches", "accounts", "usage"},
    "audio": GROUND | {"sites", "audio"},
    "text": GROUND | {"sites", "text", "audio"},
    "accounts": GROUND | {"accounts"},
    "webhooks": GROUND | {"webhooks", "accounts", "batches"},
    "intake": GROUND | {"intake", "api", "accounts", "batches"},
    "api": GROUND | {"api", "accounts", "batches", "audio", "text", "webhooks", "usage"},
}
AUDIO_FOR_THE_API = {
    f"chalicelib.audio.{name}"
    for name in ("request", "presets", "choices", "buckets", "inbox", "inbox_items")
}
TEXT_FOR_THE_API = {
    f"chalicelib.text.{name}"
    for name in ("request", "urls", "transcript", "summary", "result", "content", "exports")
}
HEAVY = (
    "yt_dlp",
    "requests",
    "youtube_transcript_api",
    "chalicelib.audio",
    "chalicelib.text",
    "chalicelib.batches",
    "pydantic",
    "boto3",
    "imageio_ffmpeg",
)


def modules(folder: str = "chalicelib") -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def part(dotted: str) -> str:
    """`batches` of `chalicelib.batches.store`; `ground` modules are their own part."""
    return dotted.split(".")[1] if "." in dotted else ""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_downwards(path: Path) -> None:
    own = path.relative_to(ROOT / "chalicelib").parts[0].removesuffix(".py")
    allowed = MAY_IMPORT["ground" if own in GROUND | {"__init__"} else own]
    used = {part(name) for name in imported(path) if name.startswith("chalicelib.")}
    assert used <= allowed, f"{path.name} imports {sorted(used - allowed)}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_chalice_stays_at_the_edge(path: Path) -> None:
    if path.relative_to(ROOT / "chalicelib").parts[0] != "api":
        assert not any(name.split(".")[0] == "chalice" for name in imported(path))


@pytest.mark.parametrize("path", modules("chalicelib/api"), ids=lambda p: p.name)
def test_the_api_knows_of_a_kind_only_its_words(path: Path) -> None:
    allowed = AUDIO_FOR_THE_API | TEXT_FOR_THE_API
    used = [name for name in imported(path) if part(name) in ("audio", "text")]
    assert [name for name in used if ".".join(name.split(".")[:3]) not in allowed] == []


def loaded_after(statement: str) -> list[str]:
    program = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_importing_the_app_loads_nothing_heavy() -> None:
    loaded = loaded_after("import app")
    assert {"chalicelib.api.audio_v1", "chalicelib.api.video_v1"} <= set(loaded)
    assert [name for name in loaded if name.startswith(HEAVY)] == []


def test_the_submit_path_loads_no_runner() -> None:
    loaded = loaded_after("import chalicelib.api.audio_v1.submit")
    forbidden = ("chalicelib.audio.runner", "chalicelib.audio.ffmpeg", "requests", "yt_dlp", "imageio_ffmpeg")
    assert [name for name in loaded if name in forbidden] == []


def test_the_deletion_path_loads_no_runner() -> None:
    program = "import chalicelib.api.audio_v1.deletion, chalicelib.api.video_v1.deletion; "
    loaded = loaded_after(
        program + "from chalicelib.batches import kinds; [kinds.forget(k) for k in kinds.SENT]"
    )
    assert {"chalicelib.audio.sent", "chalicelib.text.sent"} <= set(loaded)
    forbidden = ("chalicelib.audio.runner", "chalicelib.text.runner", "chalicelib.text.sources")
    assert [name for name in loaded if name.startswith((*forbidden, "requests", "yt_dlp"))] == []


def test_the_path_of_cancel_and_retry_loads_no_runner() -> None:
    program = "import chalicelib.api.audio_v1.control, chalicelib.api.video_v1.control; "
    loaded = loaded_after(
        program + "from chalicelib.batches import kinds; [kinds.facts(k, {}) for k in kinds.FACTS]"
    )
    assert {"chalicelib.audio.facts", "chalicelib.text.facts"} <= set(loaded)
    forbidden = ("chalicelib.audio.runner", "chalicelib.text.runner", "chalicelib.text.sources")
    assert [name for name in loaded if name.startswith((*forbidden, "requests", "yt_dlp"))] == []


def test_every_kind_says_all_that_the_engine_asks() -> None:
    from chalicelib.batches import kinds

    for registry in (kinds.SENT, kinds.FACTS, kinds.USAGE, kinds.EFFORT):
        assert set(registry) == set(kinds.RUNNERS)


def test_usage_and_estimates_load_no_runner() -> None:
    told = "audio.usage, chalicelib.audio.effort, chalicelib.text.usage, chalicelib.text.effort"
    faces = "audio_v1.estimate, chalicelib.api.video_v1.estimate, chalicelib.api.usage_v1.current"
    loaded = loaded_after(f"import chalicelib.{told}; import chalicelib.api.{faces}")
    forbidden = ("chalicelib.audio.runner", "chalicelib.audio.ffmpeg", "chalicelib.sites.", *TEXT_WORK)
    assert {name for name in loaded if name.startswith(forbidden)} == {"chalicelib.sites.hosts"}


def test_an_audio_job_loads_no_yt_dlp_not_even_for_a_page() -> None:
    loaded = loaded_after("import chalicelib.audio.runner")
    assert "chalicelib.audio.pages" in loaded
    assert [name for name in loaded if name.startswith(("yt_dlp", "requests", "pydantic"))] == []
    loaded = loaded_after("import chalicelib.audio.page_reading")
    assert [name for name in loaded if name.startswith(("yt_dlp", "requests"))] == []


TEXT_WORK = (
    "yt_dlp",
    "youtube_transcript_api",
    "requests",
    "fpdf",
    "chalicelib.text.summarize",
    "chalicelib.text.sources",
    "chalicelib.text.runner",
)


def test_the_text_face_loads_neither_summariser_nor_sources() -> None:
    face = [path.stem for path in modules("chalicelib/api/video_v1") if path.stem != "__init__"]
    assert len(face) > 9
    loaded = loaded_after("; ".join(f"import chalicelib.api.video_v1.{name}" for name in face))
    assert [name for name in loaded if name.startswith(TEXT_WORK)] == []
