"""The ffmpeg layer: what its recipe holds, and the binary itself as far as it is here."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import wave
import zipfile
from pathlib import Path

import pytest

from chalicelib.audio import ffmpeg, levels, loudness, plan, presets
from chalicelib.settings import ARCHITECTURES, Architecture
from infra.layer import debian, notices, pack, pins, recipe, source
from infra.layer.debian import Mirror, NotToBeHad
from tests.audio import media

ROOT = Path(__file__).parents[2]
WORKER = "\n".join(path.read_text() for path in sorted((ROOT / "chalicelib" / "audio").glob("*.py")))


def test_the_recipe_reads_all_that_the_fence_lets_through() -> None:
    assert {"mov", "matroska", "mpegps", "mpegts", "mp3", "ffmetadata", "image2"} <= set(recipe.demuxers())
    fenced = {*ffmpeg.DECODERS.split(","), *ffmpeg.SUBTITLE_DECODERS.split(",")}
    assert fenced - set(recipe.decoders()) == {"libspeex", "mov_text"}
    assert {"movtext", "speex"} <= set(recipe.decoders())


def test_the_recipe_knows_the_streams_of_a_dvd_from_sound() -> None:
    """How a stream looks is asked of these; without them a DVD's picture passes for mp3."""
    assert {"h264", "hevc", "m4v", "mpegvideo"} <= set(recipe.PROBES) <= set(recipe.demuxers())
    assert not set(recipe.PROBES) & set(ffmpeg.CONTAINERS.split(","))


def test_the_recipe_writes_every_format_that_the_worker_asks_for() -> None:
    muxers = set(re.findall(r'"-f", "(\w+)"', WORKER)) - {"image2"}
    assert {"mp3", "adts", "ipod", "null", "framecrc"} <= muxers
    assert muxers <= set(recipe.MUXERS) | set(recipe.OWN_DEMUXERS)
    assert {"srt", "webvtt"} <= set(recipe.MUXERS)
    encoders = {*plan._ENCODERS.values()}
    encoders |= {preset.args[1] for preset in presets.PRESETS["wav"].values()}
    assert encoders <= set(recipe.ENCODERS)


def test_the_recipe_has_every_filter_that_the_worker_names() -> None:
    named = {"concat", "asplit"}
    for made in (levels.volume(1), levels.limiter(-1), loudness.METER, *levels.shape(48000, 1), plan._BLOCKS):
        named.add(made.partition("=")[0])
    named |= set(re.findall(r'["\],;](a?[a-z]+\d*)=[\w{]+', WORKER)) & {
        "atrim",
        "asetpts",
        "anullsrc",
        "aformat",
    }
    assert {"ebur128", "alimiter", "atrim", "asetpts", "anullsrc"} <= named
    assert named <= set(recipe.FILTERS)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_recipe_opens_no_network_and_takes_no_licence_but_the_lgpl(
    architecture: Architecture,
) -> None:
    options = recipe.options(architecture)
    assert {"--disable-everything", "--disable-network", "--disable-autodetect"} <= set(options)
    assert "--enable-protocol=file,pipe" in options
    assert not {"--enable-gpl", "--enable-nonfree", "--enable-version3"} & set(options)
    assert f"--arch={pins.PLATFORMS[architecture].configure}" in options
    assert all(pins.PLATFORMS[architecture].debian in library.sha256 for library in pins.LIBRARIES)


MIRRORED = """# deb https://old.example/debian bookworm main
deb [signed-by=/k.gpg] https://mirror.example/debian bookworm main
Types: deb
URIs: https://mirror.example/debian-security
deb https://tools.example/debian-tools stable main
"""


def test_packages_come_from_the_machines_own_mirror() -> None:
    stanzas = debian.sources(MIRRORED).split("\n\n")
    assert [re.findall(r"^(?:Types|URIs|Suites): (.*)$", stanza, re.MULTILINE) for stanza in stanzas] == [
        ["deb-src", "https://mirror.example/debian", "trixie trixie-updates"],
        ["deb-src", "https://mirror.example/debian-security", "trixie-security"],
        ["deb", "https://mirror.example/debian", "bookworm bookworm-updates"],
        ["deb", "https://mirror.example/debian-security", "bookworm-security"],
    ]
    assert all("Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg" in each for each in stanzas)


def test_a_machine_without_such_a_mirror_is_told_so() -> None:
    with pytest.raises(NotToBeHad, match="names no mirror of Debian"):
        debian.sources("deb https://elsewhere.example/ubuntu noble main\n")


def test_what_is_not_the_pinned_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    name = f"{pins.LAME.package}_{pins.LAME.version}_amd64.deb"
    (tmp_path / "packages" / name).write_bytes(b"another one")
    with pytest.raises(NotToBeHad, match="is not the file"):
        Mirror(tmp_path).binary(pins.LAME, "amd64")
    with pytest.raises(NotToBeHad, match="not pinned for arm64"):
        Mirror(tmp_path).binary(pins.NASM, "arm64")


def test_without_a_compiler_the_wheel_is_taken_and_the_reason_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "x86_64-linux-gnu-gcc" in source.why_not("x86_64")
    with pytest.raises(NotToBeHad, match="has no apt-get"):
        pack.build(tmp_path / "layer.zip", "source")
    made = pack.build(tmp_path / "layer.zip", "auto")
    assert (made.make, made.why) == ("wheel", source.why_not("x86_64"))
    binary = unpacked(tmp_path / "layer.zip", tmp_path)
    assert run(binary, "-version").startswith("ffmpeg version 7.0.2")
    assert {"libmp3lame", "libopus", "libvorbis", "flac", "aac", "pcm_s16le"} <= names(binary, "-encoders")
    assert set((tmp_path / "licenses").iterdir()) == {
        tmp_path / "licenses" / name for name in ("ffmpeg.txt", "gpl-3.0.txt")
    }


EMULATORS = {"x86_64": "qemu-x86_64-static", "arm64": "qemu-aarch64-static"}
"""Of Debian's qemu-user-static, for programs that are not for this machine."""
NATIVE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "")


@pytest.fixture(scope="module", params=ARCHITECTURES)
def audio_only(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    architecture: Architecture = request.param
    if source.why_not(architecture) or not source.made_at(architecture).exists():
        make = f"python -m infra.layer FILE --make source --architecture {architecture}"
        pytest.skip(f"the audio-only ffmpeg for {architecture} is not compiled here: {make}")
    if architecture != NATIVE and not shutil.which(EMULATORS[architecture]):
        pytest.skip(f"nothing here runs what is made for {architecture}: apt-get install qemu-user-static")
    folder = tmp_path_factory.mktemp("layer")
    pack.build(folder / "layer.zip", "source", architecture)
    return unpacked(folder / "layer.zip", folder)


def unpacked(archive: Path, to: Path) -> Path:
    with zipfile.ZipFile(archive) as packed:
        assert packed.getinfo("bin/ffmpeg").external_attr >> 16 == 0o100755
        packed.extractall(to)
    (to / "bin" / "ffmpeg").chmod(0o755)
    return to / "bin" / "ffmpeg"


def run(binary: Path, *arguments: str) -> str:
    # a static program starts without any library beside it
    command = [*emulator(binary), str(binary), "-hide_banner", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={}, check=True).stdout


def emulator(binary: Path) -> list[str]:
    architecture = architecture_of(binary)
    return [] if architecture == NATIVE else [shutil.which(EMULATORS[architecture]) or ""]


def architecture_of(binary: Path) -> str:
    """By the number in the ELF header."""
    return {62: "x86_64", 183: "arm64"}[int.from_bytes(binary.read_bytes()[18:20], "little")]


def names(binary: Path, kind: str) -> set[str]:
    """What a list of ffmpeg's holds, behind its legend."""
    listed = run(binary, kind).rpartition(" ---")[2]
    return {line.split()[1] for line in listed.splitlines() if len(line.split()) > 1}


def test_the_compiled_one_is_free_of_networks_and_of_pictures(audio_only: Path) -> None:
    assert run(audio_only, "-version").startswith(f"ffmpeg version {pins.VERSION}")
    assert "GNU Lesser General Public" in run(audio_only, "-L")
    assert set(re.findall(r"^  (\w+)$", run(audio_only, "-protocols"), re.MULTILINE)) == {"file", "pipe"}
    kinds = re.findall(
        r"^ ([VAS])[.\w]{5} \w+", run(audio_only, "-decoders").rpartition(" ------")[2], re.MULTILINE
    )
    assert set(kinds) == {"A", "S"}
    assert not names(audio_only, "-demuxers") & {"hls", "dash", "concat", "lavfi"}


def test_the_compiled_one_knows_a_dvds_picture_from_its_sound(audio_only: Path, tmp_path: Path) -> None:
    codecs = ["-r", "25", "-c:v", "mpeg2video", "-c:a", "ac3", "-f", "dvd"]
    media.ffmpeg(*media.music(), *media.picture(), *codecs, tmp_path / "dvd.mpg")
    command = [*emulator(audio_only), str(audio_only), "-hide_banner", "-i", str(tmp_path / "dvd.mpg")]
    told = subprocess.run(command, capture_output=True, text=True, env={}).stderr
    assert re.findall(r"Stream #0:\d.*?: (\w+: \w+)", told)[-2:] == ["Video: mpeg2video", "Audio: ac3"]


def test_the_compiled_one_needs_no_library(audio_only: Path) -> None:
    # whoever asks for the system's loader names it at the front
    assert b"ld-linux" not in audio_only.read_bytes()[:4096]


@pytest.mark.parametrize(
    ("kind", "encoder"),
    [
        *(("mp3", "libmp3lame"), ("adts", "aac"), ("ipod", "aac"), ("opus", "libopus")),
        *(("ogg", "libvorbis"), ("flac", "flac"), ("wav", "pcm_s24le")),
    ],
)
def test_the_compiled_one_encodes_copies_and_decodes(
    audio_only: Path, kind: str, encoder: str, tmp_path: Path
) -> None:
    with wave.open(str(tmp_path / "tone.wav"), "wb") as tone:
        tone.setparams((1, 2, 48000, 0, "NONE", ""))
        tone.writeframes(b"".join((9000 * (n // 60 % 2)).to_bytes(2, "little") for n in range(48000)))
    made, copied = tmp_path / "made", tmp_path / "copied"
    run(audio_only, "-v", "error", "-i", str(tmp_path / "tone.wav"), "-c:a", encoder, "-f", kind, str(made))
    run(audio_only, "-v", "error", "-i", str(made), "-c", "copy", "-f", kind, str(copied))
    run(audio_only, "-v", "error", "-xerror", "-i", str(copied), "-f", "wav", str(tmp_path / "back.wav"))
    # where nothing of an encoder's start is cut off, that is more than a second
    assert 2 * 48000 <= (tmp_path / "back.wav").stat().st_size < 2 * 48000 * 1.1


def test_the_compiled_ones_licences_lie_beside_it(audio_only: Path) -> None:
    folder = audio_only.parents[1] / "licenses"
    found = {path.name for path in folder.iterdir()}
    assert {"ffmpeg.txt", "lgpl-2.1.txt", "lame.txt", "libogg.txt", "libvorbis.txt", "opus.txt"} <= found
    told = (folder / "ffmpeg.txt").read_text()
    assert f"{pins.FFMPEG.package}={pins.FFMPEG.version}" in told
    assert all(sha256 in told for sha256 in pins.FFMPEG.sha256.values())


def test_the_wheels_notice_names_its_licence_and_its_source() -> None:
    texts = notices.of_wheel("a-wheel==1")
    assert b"a-wheel==1" in texts["ffmpeg.txt"]
    assert b"GNU GENERAL PUBLIC LICENSE" in texts["gpl-3.0.txt"]
