"""The fonts of PDF exports, out of pinned wheels. `python -m infra.build_fonts`: `make` sets up with it.

The wheels hold ten times what is needed, so they are no dependencies: the fonts are taken out, their
licences with them, and all but the largest are cut down to one weight.
"""

from __future__ import annotations

import hashlib
import io
import logging
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FOLDER: Final = Path(__file__).parent.parent / "chalicelib" / "text" / "exports" / "fonts"
_RIGHT_TO_LEFT: Final = "justmytype-intl-rtl==0.1.0"
_SOUTH: Final = "justmytype-intl-south-asia==0.1.0"
_SOUTH_EAST: Final = "justmytype-intl-sea==0.1.0"
_DEJAVU: Final = "matplotlib==3.11.2"
_CJK: Final = "mplfonts==0.0.11"


@dataclass(frozen=True)
class Source:
    wheel: str
    member: str
    """The end of its path in the wheel."""
    sha256: str
    target: str
    """File name in FOLDER."""


SOURCES: Final = (
    Source(
        _DEJAVU,
        "/DejaVuSans.ttf",
        "3fdf69cabf06049ea70a00b5919340e2ce1e6d02b0cc3c4b44fb6801bd1e0d22",
        "DejaVuSans.ttf",
    ),
    Source(
        _DEJAVU,
        "/DejaVuSans-Bold.ttf",
        "b184b89e3c1075f22f6b71575b6fc20d4972b3cfd3b23322ca6fd596dcaef167",
        "DejaVuSans-Bold.ttf",
    ),
    Source(
        _DEJAVU,
        "/LICENSE_DEJAVU",
        "d75938dec098f06f0ac3c00853065d94f020be1c3c62ef1dc2975ba15b4d9b0e",
        "LICENSE-DejaVu.txt",
    ),
    Source(
        _RIGHT_TO_LEFT,
        "/NotoSansArabic[wdth,wght].ttf",
        "63111b5b2e074dd48cc67692e0a2726d86ee94c1c37fe8598257b7b4e87e869e",
        "NotoSansArabic.ttf",
    ),
    Source(
        _SOUTH,
        "/NotoSansDevanagari[wdth,wght].ttf",
        "9ce7b04f60e363d8870e5997744cf85cf69d38a4d7d129d364d92a3b14b461d7",
        "NotoSansDevanagari.ttf",
    ),
    Source(
        _SOUTH,
        "/NotoSansBengali[wdth,wght].ttf",
        "dcd42978094e584a849c84a51450eeac40c8826057d566ea6d4b9627a403a05a",
        "NotoSansBengali.ttf",
    ),
    Source(
        _SOUTH,
        "/NotoSansTamil[wdth,wght].ttf",
        "aa3a9b321f4b0bb2c40203ffbde9af89713227866e0e13f76e5b9eeea727cf88",
        "NotoSansTamil.ttf",
    ),
    Source(
        _SOUTH,
        "/NotoSansTelugu[wdth,wght].ttf",
        "e618af7bf999df192ed4f388eba2e563f2b5015034e9cbb317b5bd793bd7334d",
        "NotoSansTelugu.ttf",
    ),
    Source(
        _SOUTH_EAST,
        "/NotoSansThai[wdth,wght].ttf",
        "5a1c559bb539583c8a1fd99d1c5b9491e5e14478c9cd2bd0970d5c3096cc9ef8",
        "NotoSansThai.ttf",
    ),
    Source(
        _SOUTH_EAST,
        "/NotoSansKhmer[wdth,wght].ttf",
        "f37a8431a0c5d5ed2f81a767417546aca576a81fb7eff9c924d46aecf828f2ca",
        "NotoSansKhmer.ttf",
    ),
    Source(
        _SOUTH_EAST,
        "/NotoSansMyanmar[wdth,wght].ttf",
        "7abbbfbe2514105d7ce94937aee3feb2ba89b73a256c8b77b5866bd9b83e32ec",
        "NotoSansMyanmar.ttf",
    ),
    Source(
        _SOUTH_EAST,
        "/notosansthai/OFL.txt",
        "2e98fd23a52d253db8612cd5942c8f2ff4111b21d2367050fdca91d8ccc374a0",
        "LICENSE-Noto.txt",
    ),
    Source(
        _CJK,
        "/NotoSansCJKsc-Regular.otf",
        "1652500938055a232cfbfa321de6ebaadfc5635dd9f75e369bc991d14a6512dd",
        "NotoSansCJKsc.otf",
    ),
)


def build(folder: Path) -> int:
    """Write the fonts and their licences; answers the size in bytes.

    Raises CalledProcessError if a wheel cannot be had, ValueError if one does not hold the pinned file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    size = 0
    for source, data in _pinned():
        # cutting the ideographs down takes a minute and saves a third
        whole = source.target.endswith(".txt") or source.wheel == _CJK
        made = data if whole else _cut_down(data)
        size += (folder / source.target).write_bytes(made)
    return size


def _pinned() -> Iterator[tuple[Source, bytes]]:
    with tempfile.TemporaryDirectory(prefix="batchreel-fonts-") as temporary:
        wheels = {wheel: _download(wheel, Path(temporary)) for wheel in {s.wheel for s in SOURCES}}
        for source in SOURCES:
            with zipfile.ZipFile(wheels[source.wheel]) as archive:
                [member] = [name for name in archive.namelist() if name.endswith(source.member)]
                data = archive.read(member)
            if hashlib.sha256(data).hexdigest() != source.sha256:
                raise ValueError(f"{source.wheel} does not hold the {source.member} it is pinned for")
            yield source, data


def _download(wheel: str, folder: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    target = folder / wheel
    only = ["--no-deps", "--only-binary=:all:", "--dest", str(target)]
    subprocess.run([*pip, *only, wheel], check=True, timeout=600)
    [path] = target.glob("*.whl")
    return path


def _cut_down(data: bytes) -> bytes:
    """The regular weight alone, without hints, which matter on screens of old alone."""
    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    if "fvar" in font:
        font = instancer.instantiateVariableFont(font, {"wght": 400, "wdth": 100})
    options = subset.Options(hinting=False, notdef_outline=True, name_IDs=["*"], layout_features=["*"])
    options.drop_tables += ["vhea", "vmtx", "VORG"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=set(font.getBestCmap()))
    subsetter.subset(font)
    made = io.BytesIO()
    subset.save_font(font, made, options)
    return made.getvalue()


if __name__ == "__main__":
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every table it drops
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
