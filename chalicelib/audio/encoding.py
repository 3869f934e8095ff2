"""Decoding the sound and encoding it as it was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.audio import failures, levels, plan, presets, results, timing, trim
from chalicelib.audio.child import Feed, Finished
from chalicelib.audio.levels import Target
from chalicelib.audio.made import Made, Sound
from chalicelib.audio.normalize import Encode, Normalization, Reached
from chalicelib.audio.writer import Writer
from chalicelib.settings import settings


def encode(
    writer: Writer, sound: Sound, shape: plan.Encoding | None = None, feed: Feed | None = None
) -> Made:
    """`shape` replaces what the request's quality asks for. Raises JobError."""
    request, info, stream = writer.request, sound.info, sound.stream
    expected = trim.seconds(request, info.duration)
    chosen = shape or plan.encoding(request, stream, expected)
    skipped = 0.0 if feed or sound.lead else trim.skipped(request, writer.container)
    first, heard = ([], stream) if shape is None else timing.smaller(stream, shape.rate)
    filters = [*first, *timing.filters(info.container, heard, sound.lead), *trim.filters(request, skipped)]
    filters += plan.blocks(request, writer.container)
    run = _encoder(writer, sound, chosen, skipped, feed)
    if request.normalize:
        finished, reached = _normalization(writer, sound, chosen, filters).run(run)
    else:
        finished, reached = run(filters), Reached()
    made = results.look(writer.out, request.format, stream, chosen, finished, writer.still)
    missed = writer.length_warnings(info, made.seconds, finished.complaints)
    damaged = [f"decode_errors:{finished.errors}"] if finished.errors else []
    return Made(
        path=made.path,
        mode="transcode",
        seconds=made.seconds,
        source=info,
        found=made.sound,
        warnings=(*chosen.warnings, *missed, *reached.warnings, *damaged, *writer.additions.warnings),
        loudness=reached.facts,
        granted=chosen.bitrate,
        added=writer.additions.size,
    )


def _encoder(
    writer: Writer, sound: Sound, chosen: plan.Encoding, skipped: float, feed: Feed | None
) -> Encode:
    request = writer.request
    level = "info" if request.normalize else "warning"
    expected = trim.seconds(request, sound.info.duration)

    def run(filters: Sequence[str]) -> Finished:
        arguments = plan.encode_arguments(request, sound.stream, chosen, filters, writer.tags)
        finished = writer.write(
            arguments, expected, feed, level=level, skipped=skipped, more=writer.additions
        )
        if finished.returncode:
            raise failures.from_ffmpeg(finished.returncode, finished.complaints)
        if timing.left_out(finished.complaints):
            raise failures.gap()
        if not finished.seconds or not writer.out.stat().st_size:
            raise failures.nothing_left(request.start) if request.start else failures.not_media()
        return finished

    return run


def _normalization(
    writer: Writer, sound: Sound, chosen: plan.Encoding, filters: Sequence[str]
) -> Normalization:
    request = writer.request
    wanted = request.target_lufs
    return Normalization(
        source=writer.spooled,
        stream=sound.stream.index,
        before=[*filters, *levels.shape(chosen.rate, chosen.channels)],
        result=writer.out,
        target=Target(settings().target_lufs if wanted is None else wanted, settings().target_peak),
        lossy=request.format not in presets.LOSSLESS,
        progress=writer.progress,
        tick=writer.share(trim.seconds(request, sound.info.duration)),
    )
