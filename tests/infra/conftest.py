"""The package, made once for all workers of a test run."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest

from infra import package
from infra.layer import pack, source


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def packaged(shared: Path) -> Path:
    """The application's zip and the template."""
    folder = shared / "package"
    with (shared / "package.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_name(f"package-{os.getpid()}")
            making.mkdir()
            (making / "template.json").write_text(json.dumps(package.package_app(making)))
            making.rename(folder)
    return folder


@pytest.fixture(scope="session")
def compiled() -> bool:
    """Whether this machine has already compiled the audio-only ffmpeg; the tests do not take minutes to."""
    return not source.why_not("x86_64") and source.made_at("x86_64").exists()


@pytest.fixture(scope="session")
def layer(compiled: bool, shared: Path) -> Path:
    """The compiled one, or else the wheel's."""
    target = shared / f"layer-{os.getpid()}.zip"
    pack.build(target, "source" if compiled else "wheel")
    return target
