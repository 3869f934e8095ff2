"""The audio-only ffmpeg, compiled here from Debian's source package and linked statically."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from chalicelib.settings import Architecture
from infra.layer import notices, recipe
from infra.layer.debian import Mirror, NotToBeHad
from infra.layer.made import Made
from infra.layer.pins import FFMPEG, LIBRARIES, NASM, PLATFORMS, VERSION

OUT: Final = Path(__file__).parents[2] / "out" / "ffmpeg"
_TOOLS: Final = ("apt-get", "dpkg-deb", "dpkg-source", "make", "patch", "pkg-config")
_ROOT: Final = "../root"
"""Where the libraries are: relative, as ffmpeg tells whoever asks how it was configured."""


def build(architecture: Architecture, out: Path = OUT) -> Made:
    """Compiles for some minutes, once: what it has made is kept in `out` for as long as the recipe and the
    compiler stay. Raises NotToBeHad."""
    missing = why_not(architecture)
    if missing:
        raise NotToBeHad(missing)
    kept = made_at(architecture, out)
    if not kept.exists():
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="build-", dir=out) as scratch:
            made = _Build(Mirror(out), architecture, Path(scratch)).run()
            made.rename(kept)
    return _read(kept)


def why_not(architecture: Architecture) -> str:
    """What this machine lacks, in a sentence; empty if nothing."""
    compiler = _compiler(architecture)
    missing = [tool for tool in (*_TOOLS, compiler) if not shutil.which(tool)]
    if missing:
        return f"This machine has no {', '.join(missing)}."
    if architecture == "x86_64" and platform.machine() != "x86_64":
        return "The build for x86_64 takes an assembler that runs on x86_64 alone."
    if not Path(_libc(compiler)).is_absolute():
        return f"{compiler} has no static C library."
    return ""


def made_at(architecture: Architecture, out: Path = OUT) -> Path:
    """The folder of what this recipe and this machine's compiler make. Only where `why_not` is empty."""
    return out / f"{VERSION}-{architecture}-{_digest(architecture)[:16]}"


def _digest(architecture: Architecture) -> str:
    compiler = _compiler(architecture)
    about = [_said([compiler, "--version"]), hashlib.sha256(Path(_libc(compiler)).read_bytes()).hexdigest()]
    parts = [*recipe.options(architecture), FFMPEG, *LIBRARIES, NASM, *about, Path(__file__).read_text()]
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _compiler(architecture: Architecture) -> str:
    return f"{PLATFORMS[architecture].gnu}-gcc"


def _libc(compiler: str) -> str:
    """A bare name if there is none."""
    return _said([compiler, "-print-file-name=libc.a"]).strip()


def _said(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def _read(kept: Path) -> Made:
    files = {path.name: path.read_bytes() for path in sorted((kept / "licenses").iterdir())}
    return Made("source", (kept / "ffmpeg").read_bytes(), files)


class _Build:
    def __init__(self, mirror: Mirror, architecture: Architecture, scratch: Path) -> None:
        self._mirror = mirror
        self._architecture = architecture
        self._platform = PLATFORMS[architecture]
        self._root = scratch / "root"
        self._source = scratch / "source"
        self._made = scratch / "made"

    def run(self) -> Path:
        """A folder with `ffmpeg` and `licenses` in it."""
        self._unpack()
        self._step("./configure", *self._configuration())
        self._step("make", f"-j{len(os.sched_getaffinity(0))}", "ffmpeg")
        self._made.mkdir()
        shutil.copy2(self._source / "ffmpeg", self._made / "ffmpeg")
        options = recipe.options(self._architecture)
        texts = notices.of_source(self._source, self._root, options, self._platform.gnu)
        for name, text in texts.items():
            (self._made / "licenses").mkdir(exist_ok=True)
            (self._made / "licenses" / name).write_bytes(text)
        return self._made

    def _unpack(self) -> None:
        for library in LIBRARIES:
            self._unpack_binary(self._mirror.binary(library, self._platform.debian))
        if self._architecture == "x86_64":
            self._unpack_binary(self._mirror.binary(NASM, self._platform.debian))
        description = self._mirror.source(FFMPEG)[0]
        self._run(["dpkg-source", "--no-check", "-x", str(description.resolve()), str(self._source)], Path())

    def _unpack_binary(self, package: Path) -> None:
        self._run(["dpkg-deb", "-x", str(package), str(self._root)], Path())

    def _configuration(self) -> list[str]:
        """Always as if for another machine, which changes nothing on this one."""
        prefix = f"{self._platform.gnu}-"
        return [
            *recipe.options(self._architecture),
            *("--enable-cross-compile", "--target-os=linux", f"--cross-prefix={prefix}", f"--cc={prefix}gcc"),
            *("--pkg-config=pkg-config", "--pkg-config-flags=--static"),
            f"--extra-cflags=-I{_ROOT}/usr/include",
            f"--extra-ldflags=-L{_ROOT}/usr/lib/{self._platform.gnu}",
        ]

    def _step(self, *command: str) -> None:
        self._run(list(command), self._source)

    def _run(self, command: list[str], folder: Path) -> None:
        environment = {
            "PATH": f"{self._root.resolve()}/usr/bin:{os.environ['PATH']}",
            "LC_ALL": "C",
            "PKG_CONFIG_LIBDIR": f"{_ROOT}/usr/lib/{self._platform.gnu}/pkgconfig",
            "PKG_CONFIG_SYSROOT_DIR": _ROOT,
        }
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode:
            said = " ".join((done.stdout + done.stderr).split())[-400:]
            raise NotToBeHad(f"{command[0]} failed ({said}).")
