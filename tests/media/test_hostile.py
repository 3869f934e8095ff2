"""Sources that try to make the service read something else: refused, and nothing else is opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.errors import JobError
from chalicelib.settings import settings
from tests.audio.conftest import Audio
from tests.media import attacks
from tests.stand_ins.web import WebServer


class Secrets:
    """What no source may read: at an address as private as in production, and in a file."""

    def __init__(self, web: WebServer, path: Path) -> None:
        self._web = web
        self.names = (web.url("plain/cbr.mp3?secret"), f"file://{path}", str(path), f"concat:{path}|{path}")

    def read(self) -> list[str]:
        return [path for path in self._web.paths() if "secret" in path]


@pytest.fixture
def secrets(corpus: Path, tmp_path: Path) -> Iterator[Secrets]:
    (tmp_path / "cbr.mp3").write_bytes((corpus / "cbr.mp3").read_bytes())
    with WebServer(corpus, host="127.0.0.2") as server:
        yield Secrets(server, tmp_path / "cbr.mp3")


@pytest.fixture
def served(audio: Audio, environment: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Audio]:
    """Jobs over the files of this test alone; what is text is no page to be read on."""
    environment.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", "127.0.0.1/32")
    environment.setenv("BATCHREEL_PAGES", "off")
    settings.cache_clear()
    (tmp_path / "served").mkdir()
    with WebServer(tmp_path / "served") as server:
        yield Audio(server, tmp_path)


def refused(served: Audio, name: str, data: bytes) -> JobError:
    (served.web.root / name).write_bytes(data)
    with pytest.raises(JobError) as caught:
        served.run(f"plain/{name}", "mp3", normalize=True)
    assert caught.value.code in ("INVALID_VIDEO", "NO_AUDIO")
    assert not caught.value.retryable
    return caught.value


@pytest.mark.parametrize("disguise", attacks.DISGUISES)
@pytest.mark.parametrize("name", attacks.LISTS)
def test_nothing_is_fetched_for_a_list(served: Audio, secrets: Secrets, name: str, disguise: str) -> None:
    for url in secrets.names:
        refused(served, name, attacks.DISGUISES[disguise] + attacks.LISTS[name].format(url=url).encode())
    assert secrets.read() == []


@pytest.mark.parametrize("name", ["list.m3u8", "manifest.mpd"])
def test_nor_by_the_reader_of_pages(
    served: Audio, secrets: Secrets, environment: pytest.MonkeyPatch, name: str
) -> None:
    environment.setenv("BATCHREEL_PAGES", "on")
    settings.cache_clear()
    for url in secrets.names[:2]:
        (served.web.root / name).write_text(attacks.LISTS[name].format(url=url))
        with pytest.raises(JobError):
            served.run(f"plain/{name}", "mp3")
    assert secrets.read() == []


@pytest.mark.parametrize("name", attacks.LISTS)
def test_a_list_behind_sound_is_not_looked_at(
    served: Audio, secrets: Secrets, corpus: Path, name: str
) -> None:
    """Polyglots: whole files of both kinds."""
    for sound in ("mulaw.au", "vbr.mp3"):
        for url in secrets.names:
            text = attacks.LISTS[name].format(url=url).encode()
            (served.web.root / name).write_bytes((corpus / sound).read_bytes() + text)
            assert served.run(f"plain/{name}", "wav")["output"]["duration"] == pytest.approx(3, abs=0.1)
    assert secrets.read() == []


@pytest.mark.parametrize("name", attacks.LISTS)
def test_subtitles_inside_an_avi_are_no_way_in(served: Audio, secrets: Secrets, name: str) -> None:
    for url in secrets.names:
        inside = attacks.LISTS[name].format(url=url).encode()
        (served.web.root / "film.avi").write_bytes(attacks.avi_with_subtitles(inside))
        outcome = served.run("plain/film.avi", "wav")
        assert outcome["output"]["duration"] == pytest.approx(1, abs=0.01)
    assert secrets.read() == []


def test_a_film_whose_sound_is_said_to_be_elsewhere(served: Audio, corpus: Path, tmp_path: Path) -> None:
    film = (corpus / "index-last.mp4").read_bytes()
    (tmp_path / "other-job").write_bytes(film)
    refused(served, "film.mov", attacks.film_elsewhere(film, str(tmp_path / "other-job")))


@pytest.mark.parametrize("name", attacks.OTHERS)
def test_files_of_other_kinds(served: Audio, name: str) -> None:
    refused(served, name, attacks.OTHERS[name])
