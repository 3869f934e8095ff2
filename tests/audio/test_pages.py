"""Jobs whose URL leads to a page: real yt-dlp in its child process, real pages on loopback."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import aws
from chalicelib.audio import runner, workspace
from chalicelib.errors import JobCancelled, JobError
from tests.audio.conftest import BUCKET, RecordingTask
from tests.audio.media import ffmpeg, music, picture, seconds
from tests.audio.processes import child_readers
from tests.stand_ins.pages import Pages, page, playlist, video

ALLOWED = "127.0.0.1/32"
"""127.0.0.2 is as private as it is in production."""


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same six seconds as MPEG-TS and as fragmented MP4 in pieces of two, and as DASH."""
    folder = tmp_path_factory.mktemp("streams")
    pieces = ["-hls_time", "2", "-hls_list_size", "0", "-hls_playlist_type", "vod"]
    shown = [*picture(6), "-c:v", "libx264", "-preset", "ultrafast", "-g", "10"]
    ffmpeg(*music(6), *shown, "-c:a", "aac", *pieces, "-f", "hls", folder / "ts.m3u8")
    fragments = ["-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "fragments.mp4"]
    ffmpeg(*music(6), "-c:a", "aac", *pieces, *fragments, "-f", "hls", folder / "fragments.m3u8")
    ffmpeg(*music(6), "-c:a", "aac", "-f", "dash", "-seg_duration", "2", folder / "dash.mpd")
    (folder / "key").write_bytes(b"0123456789abcdef")
    (folder / "key.txt").write_text(f"/key\n{folder / 'key'}\n")
    pieces += ["-hls_key_info_file", str(folder / "key.txt")]
    ffmpeg(*music(6), "-c:a", "aac", "-b:a", "64k", *pieces, "-f", "hls", folder / "locked.m3u8")
    return folder


@pytest.fixture
def site(environment: pytest.MonkeyPatch, streams: Path, media: Path) -> Iterator[Pages]:
    environment.setenv("BATCHREEL_DANGEROUS_ALLOW_NETS", ALLOWED)
    with Pages() as running:
        for path in streams.iterdir():
            running.files[f"/{path.name}"] = path.read_bytes()
        running.files["/aac.mp4"] = (media / "aac.mp4").read_bytes()
        yield running


@pytest.fixture
def private() -> Iterator[Pages]:
    with Pages(host="127.0.0.2") as running:
        yield running


@pytest.fixture(autouse=True)
def _store(environment: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Also checks that every job leaves neither files nor processes."""
    environment.setattr(tempfile, "tempdir", str(tmp_path))
    with mock_aws():
        aws.s3().create_bucket(Bucket=BUCKET)
        yield
    assert not list(tmp_path.glob(workspace.PREFIX + "*"))
    assert not child_readers()


def run(url: str, to: str = "mp3", task: RecordingTask | None = None, **request: Any) -> dict[str, Any]:
    return runner.run({"url": url, "format": to, **request}, task or RecordingTask())


def failure(url: str, task: RecordingTask | None = None) -> JobError:
    with pytest.raises(JobError) as caught:
        run(url, task=task)
    assert caught.value.message.endswith(".")
    return caught.value


def result(outcome: Mapping[str, Any], folder: Path) -> Path:
    path = folder / f"result.{outcome['output']['format']}"
    aws.s3().download_file(BUCKET, outcome["output"]["key"], str(path))
    return path


def test_the_video_of_a_page(site: Pages, tmp_path: Path) -> None:
    url = site.show("/watch", page(video("/aac.mp4"), title='Talk 1.5: "Lamps" / Light'))
    outcome = run(url, "aac")
    assert outcome["input"]["name"] == "Talk 1.5_ _Lamps_ _ Light.mp4"
    assert outcome["output"]["filename"] == "Talk 1.5_ _Lamps_ _ Light.aac"
    assert seconds(result(outcome, tmp_path)) == pytest.approx(3, abs=0.1)
    [fetched] = site.asked("/aac.mp4")
    assert fetched.headers["accept-encoding"] == "identity"


def test_what_a_page_names_for_other_sites(site: Pages) -> None:
    meta = f'<meta property="og:video" content="{site.url("/aac.mp4")}">'
    url = site.show("/shared", page().replace("</head>", f"{meta}</head>"))
    assert run(url)["input"]["name"] == "A talk.mp4"


def test_the_page_s_own_cookies_and_address_go_with_the_request_for_its_file(site: Pages) -> None:
    url = site.show("/members", page(video("/aac.mp4")), Set_Cookie="session=1; Path=/")
    run(url)
    [fetched] = site.asked("/aac.mp4")
    assert fetched.headers["cookie"] == "session=1"
    assert fetched.headers["referer"] == url


@pytest.mark.parametrize("name", ["ts.m3u8", "fragments.m3u8", "locked.m3u8"])
def test_a_stream_in_pieces(site: Pages, tmp_path: Path, name: str) -> None:
    told: list[Any] = []
    task = RecordingTask(on_report=lambda _: told.append((task.facts.get("input") or {}).get("duration")))
    outcome = run(site.url(f"/{name}"), task=task)
    assert seconds(result(outcome, tmp_path)) == pytest.approx(6, abs=0.15)
    assert next(each for each in told if each) == pytest.approx(6, abs=0.15)
    pieces = [each.path for each in site.log if re.search(r"\.(ts|m4s)$", each.path)]
    assert len(pieces) == len(set(pieces)) >= 3


def test_a_page_that_plays_a_stream(site: Pages) -> None:
    url = site.show("/live-talk", page('<video><source src="/ts.m3u8" type="application/x-mpegURL"></video>'))
    assert run(url)["input"]["name"] == "A talk.mp4"


def test_a_dash_manifest(site: Pages, tmp_path: Path) -> None:
    outcome = run(site.url("/dash.mpd"), "aac")
    assert outcome["mode"] == "copy"
    assert seconds(result(outcome, tmp_path)) == pytest.approx(6, abs=0.15)


def test_no_page_is_looked_into_where_the_operator_says_so(
    site: Pages, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("BATCHREEL_PAGES", "off")
    error = failure(site.show("/watch", page(video("/aac.mp4"))))
    assert (error.code, error.retryable) == ("INVALID_VIDEO", False)
    assert [each.path for each in site.log] == ["/watch"]


@pytest.mark.parametrize(
    "body",
    [
        page("nothing to see"),
        '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
        page(video("file:///etc/passwd")),
        page('<iframe src="file:///etc/passwd"></iframe>'),
        page(video("/not-media")),
    ],
)
def test_a_page_without_media(site: Pages, body: str) -> None:
    site.show("/not-media", page("neither"))
    error = failure(site.show("/page", body))
    assert (error.code, error.retryable) == ("INVALID_VIDEO", False)


def test_text_that_is_no_page_is_not_looked_into(site: Pages) -> None:
    assert failure(site.show("/data", '{"error": "gone"}', "application/json")).code == "INVALID_VIDEO"
    assert [each.path for each in site.log] == ["/data"]


def test_a_page_with_several_videos(site: Pages) -> None:
    error = failure(site.show("/list", page(video("/aac.mp4"), video("/ts.m3u8"))))
    assert (error.code, error.retryable) == ("SEVERAL_VIDEOS", False)


def test_a_feed_of_several_videos(site: Pages) -> None:
    items = "".join(f"<item><title>{n}</title><enclosure url='/{n}.mp4'/></item>" for n in "abc")
    rss = f'<?xml version="1.0"?><rss><channel><title>Talks</title>{items}</channel></rss>'
    assert failure(site.show("/feed", rss, "application/rss+xml")).code == "SEVERAL_VIDEOS"
    assert {each.path for each in site.log} == {"/feed"}


@pytest.mark.parametrize("to", ["http://10.0.0.1/a.mp4", "http://169.254.169.254/latest/meta-data/"])
def test_a_page_s_file_that_leads_inside_is_refused(site: Pages, to: str) -> None:
    site.redirect("/away.mp4", to)
    error = failure(site.show("/watch", page(video("/away.mp4"))))
    assert (error.code, error.retryable) == ("DOWNLOAD_FAILED", False)
    assert "not a public one" in error.message


@pytest.mark.parametrize(
    "piece",
    ["file:///etc/passwd", "ftp://127.0.0.1/a", "http://169.254.169.254/latest/", "PRIVATE", "/away"],
)
def test_a_stream_s_piece_that_leads_inside_is_refused(site: Pages, private: Pages, piece: str) -> None:
    private.files["/secret.ts"] = site.files["/ts0.ts"]
    site.redirect("/away", private.url("/secret.ts"))
    piece = private.url("/secret.ts") if piece == "PRIVATE" else piece
    url = site.show("/bad.m3u8", playlist("/ts0.ts", piece), "application/vnd.apple.mpegurl")
    error = failure(url)
    assert (error.code, error.retryable) == ("INVALID_VIDEO", False)
    assert private.log == []


def test_a_stream_s_key_that_leads_inside_is_refused(site: Pages, private: Pages) -> None:
    key = f'#EXT-X-KEY:METHOD=AES-128,URI="{private.url("/key")}"\n'
    url = site.show("/strange.m3u8", playlist("/ts0.ts", head=key), "application/vnd.apple.mpegurl")
    assert failure(url).code == "INVALID_VIDEO"
    assert private.log == []


def test_a_stream_whose_encryption_takes_another_program(site: Pages) -> None:
    key = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"\n'
    url = site.show("/drm.m3u8", playlist("/ts0.ts", head=key), "application/vnd.apple.mpegurl")
    error = failure(url)
    assert (error.code, error.retryable) == ("INVALID_VIDEO", False)


def test_a_piece_that_is_missing(site: Pages) -> None:
    url = site.show("/gap.m3u8", playlist("/ts0.ts", "/none.ts", "/ts2.ts"), "application/vnd.apple.mpegurl")
    error = failure(url)
    assert (error.code, error.details) == ("VIDEO_UNAVAILABLE", "HTTP 404")


def test_a_live_stream(site: Pages) -> None:
    url = site.show("/live.m3u8", playlist("/ts0.ts", end=""), "application/vnd.apple.mpegurl")
    error = failure(url)
    assert (error.code, error.retryable, error.retry_after) == ("NOT_YET_AVAILABLE", True, 3600)
    assert not site.asked("/ts0.ts")


def test_a_manifest_that_stands_for_any_number_of_pieces(site: Pages, streams: Path) -> None:
    bomb = '<SegmentTemplate timescale="1000" duration="1" media="$Number$.m4s" initialization="i.mp4"/>'
    text = (streams / "dash.mpd").read_text()
    manifest = re.sub(r"<SegmentTemplate.*?</SegmentTemplate>", bomb, text, flags=re.DOTALL)
    manifest = re.sub(r'(mediaPresentationDuration)="[^"]*"', r'\1="PT999999999S"', manifest)
    error = failure(site.show("/bomb.mpd", manifest, "application/dash+xml"))
    assert (error.code, error.retryable) == ("INVALID_VIDEO", False)
    assert error.details == "The page takes too much memory"


def test_a_live_manifest(site: Pages, streams: Path) -> None:
    manifest = (streams / "dash.mpd").read_text().replace('type="static"', 'type="dynamic"')
    error = failure(site.show("/live.mpd", manifest, "application/dash+xml"))
    assert error.code in ("NOT_YET_AVAILABLE", "INVALID_VIDEO")


def test_more_than_the_operator_takes(site: Pages, environment: pytest.MonkeyPatch) -> None:
    most = len(site.files["/ts0.ts"]) + len(site.files["/ts1.ts"]) + 1
    environment.setenv("BATCHREEL_SOURCE_MAX_BYTES", str(most))
    error = failure(site.url("/ts.m3u8"))
    assert (error.code, error.retryable) == ("TOO_LARGE", False)
    assert f"{most:,} bytes" in error.message


def test_longer_than_the_operator_takes(site: Pages, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BATCHREEL_PAGE_MAX_SECONDS", "5")
    error = failure(site.url("/ts.m3u8"))
    assert (error.code, error.retryable) == ("DURATION_EXCEEDED", False)
    assert not site.asked("/ts0.ts")


@pytest.mark.parametrize("hangs", ["/watch", "/ts1.ts"])
def test_a_cancelled_job_ends_the_child_while_a_site_says_nothing(site: Pages, hangs: str) -> None:
    url = site.show("/watch", page(video("/ts.m3u8")))
    readers: list[int] = []

    def stop(_: str) -> None:
        readers.extend(child_readers())
        if len(site.asked(hangs)) == 2 - (hangs == "/ts1.ts"):
            raise JobCancelled("stop")
        if site.log:
            site.silent.add(hangs)

    with pytest.raises(JobCancelled):
        run(url, task=RecordingTask(on_report=stop))
    assert readers


def test_a_site_that_says_nothing(site: Pages, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("BATCHREEL_SOURCE_TIMEOUT", "0.3")
    site.silent.add("/ts1.ts")
    error = failure(site.url("/ts.m3u8"))
    assert (error.code, error.retryable) == ("SITE_FAILED", True)


def test_a_job_without_time(site: Pages) -> None:
    site.silent.add("/ts1.ts")
    assert failure(site.url("/ts.m3u8"), task=RecordingTask(23)).code == "TIMEOUT"
