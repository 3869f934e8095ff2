"""Pinned packages from the Debian mirror this machine is set up with. The machine itself stays as it is."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from infra.layer.pins import LIBRARIES_OF, PLATFORMS, SOURCES, Binary, Source

_APT: Final = Path("/etc/apt")
_KEYRING: Final = "/usr/share/keyrings/debian-archive-keyring.gpg"
_MIRROR: Final = re.compile(r"(?<!\S)[a-z+]+:\S*/(debian|debian-security)/?(?!\S)")
_SUITES: Final = {"debian": "{0} {0}-updates", "debian-security": "{0}-security"}
_RELEASES: Final = {"deb-src": SOURCES, "deb": LIBRARIES_OF}


class NotToBeHad(Exception):
    """Says what is missing, in a sentence."""


class Mirror:
    """Keeps what it has fetched in `folder`, so that nothing is fetched twice."""

    def __init__(self, folder: Path) -> None:
        self._files = folder / "packages"
        self._apt = folder / "apt"
        self._updated = False

    def source(self, wanted: Source) -> list[Path]:
        """Raises NotToBeHad, also if a file is not the pinned one."""
        paths = [self._files / name for name in wanted.sha256]
        if not all(path.exists() for path in paths):
            self._get("source", "--download-only", f"{wanted.package}={wanted.version}")
        for path in paths:
            _check(path, wanted.sha256[path.name])
        return paths

    def binary(self, wanted: Binary, architecture: str) -> Path:
        """`architecture` by Debian's name. Raises NotToBeHad."""
        if architecture not in wanted.sha256:
            raise NotToBeHad(f"{wanted.package} is not pinned for {architecture}.")
        # a colon has no place in a file's name; apt writes it this way
        version = wanted.version.replace(":", "%3a")
        path = self._files / f"{wanted.package}_{version}_{architecture}.deb"
        if not path.exists():
            self._get("download", f"{wanted.package}:{architecture}={wanted.version}")
        _check(path, wanted.sha256[architecture])
        return path

    def _get(self, *command: str) -> None:
        self._files.mkdir(parents=True, exist_ok=True)
        if not self._updated:
            self._set_up()
            self._run("update")
            self._updated = True
        self._run(*command)

    def _set_up(self) -> None:
        (self._apt / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        (self._apt / "archives" / "partial").mkdir(parents=True, exist_ok=True)
        (self._apt / "debian.sources").write_text(sources(_configured()))

    def _run(self, *command: str) -> None:
        chosen = [part for option in self._options() for part in ("-o", option)]
        done = subprocess.run(
            ["apt-get", "-qq", *chosen, *command],
            cwd=self._files, capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        if done.returncode:
            said = " ".join(done.stderr.split())[:300]
            raise NotToBeHad(f"apt-get {command[0]} did not work ({said}).")

    def _options(self) -> Iterator[str]:
        apt = self._apt.resolve()
        yield f"Dir::Etc::sourcelist={apt}/debian.sources"
        yield "Dir::Etc::sourceparts=/dev/null"
        yield f"Dir::State::lists={apt}/lists"
        yield "Dir::State::status=/dev/null"  # what is installed here is no matter
        yield f"Dir::Cache={apt}"
        yield "APT::Update::Error-Mode=any"
        yield "APT::Sandbox::User=root"  # no other one could write into our folder
        yield from (f"APT::Architectures::={platform.debian}" for platform in PLATFORMS.values())


def sources(configured: str) -> str:
    """The releases that the pins are of, from the mirrors that `configured` names. Raises NotToBeHad."""
    lines = [line for line in configured.splitlines() if not line.lstrip().startswith("#")]
    mirrors = {found[1]: found[0] for line in lines for found in _MIRROR.finditer(line)}
    if "debian" not in mirrors:
        raise NotToBeHad("This machine's apt names no mirror of Debian.")
    stanzas = [
        _stanza(kind, mirrors[name], suites.format(release))
        for kind, release in _RELEASES.items()
        for name, suites in _SUITES.items()
        if name in mirrors
    ]
    return "\n".join(stanzas)


def _stanza(kind: str, uri: str, suites: str) -> str:
    fields = {
        "Types": kind,
        "URIs": uri,
        "Suites": suites,
        "Components": "main",
        "Signed-By": _KEYRING,
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def _configured() -> str:
    places: Sequence[Path] = [_APT / "sources.list", *sorted((_APT / "sources.list.d").glob("*.[ls]*"))]
    return "\n".join(path.read_text(errors="replace") for path in places if path.is_file())


def _check(path: Path, sha256: str) -> None:
    if not path.exists():
        raise NotToBeHad(f"Debian has no {path.name} any more: pin a newer one in infra/layer/pins.py.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise NotToBeHad(f"{path.name} is not the file that infra/layer/pins.py names.")
