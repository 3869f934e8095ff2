"""The audio job from its request to its result."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from chalicelib import filenames
from chalicelib.audio import failures
from chalicelib.audio.destination import copy_to
from chalicelib.audio.extract import extract
from chalicelib.audio.made import Made, input_facts
from chalicelib.audio.pages import open_media
from chalicelib.audio.presets import WAVEFORM
from chalicelib.audio.progress import Progress
from chalicelib.audio.request import CONTENT_TYPES, AudioRequest
from chalicelib.audio.source import Download
from chalicelib.audio.upload import upload
from chalicelib.audio.workspace import workspace
from chalicelib.task import Task

MISSED_SHARE = 0.15
"""An explicit bit rate that is off by more gets a warning."""


def run(request: Mapping[str, Any], task: Task) -> dict[str, Any]:
    """Fetch, extract, store. Returns facts about input and output, measured on the files themselves.

    Raises JobError (DOWNLOAD_FAILED, UPLOAD_EXPIRED, INVALID_VIDEO, NO_AUDIO, TRACK_NOT_FOUND,
    EXTRACTION_FAILED, TOO_LARGE, TOO_LONG, TIMEOUT, DESTINATION_FAILED), ServiceUnavailable, and whatever
    `task.report` raises.
    """
    asked = AudioRequest.from_json(request)
    progress = Progress(task)
    progress.enter("downloading", 0, 3)
    with workspace() as folder, failures.disk_failures():
        opening = partial(open_media, asked.url, progress, folder)
        download, made = extract(opening, asked, progress, folder)
        progress.enter("finalizing", 95, 97 if asked.destination else 99)
        key, content_type = f"{task.object_prefix}audio{asked.extension}", CONTENT_TYPES[asked.format]
        upload(made.path, key, content_type, progress)
        result = _result(asked, task, download, made, key)
        if asked.destination:
            progress.enter("finalizing", 97, 99)
            name = result["output"]["filename"]
            copied = copy_to(asked.destination, made.path, name, content_type, progress)
            result["output"]["destination"] = copied
        return result


def _result(asked: AudioRequest, task: Task, download: Download, made: Made, key: str) -> dict[str, Any]:
    output = _output(asked, made)
    return {
        "input": _input(asked, download, made),
        "output": output | {"key": key, "filename": file_name(asked, download.name, task.job_id)},
        "mode": made.mode,
        "warnings": [*made.warnings, *_missed(asked, made, output["bitrate"])],
        "loudness": made.loudness,
        "used": {"bytes_in": download.received},
    }


def _input(asked: AudioRequest, download: Download, made: Made) -> dict[str, Any]:
    """What the source does not tell itself is measured, unless an end within it may have been asked for."""
    facts = input_facts(download, made.source)
    if asked.end is None:
        if facts["size"] is None:
            facts["size"] = download.received
        if facts["duration"] is None:
            facts["duration"] = round((asked.start or 0.0) + made.seconds, 3)
    return facts


def _missed(asked: AudioRequest, made: Made, bitrate: int | None) -> tuple[str, ...]:
    wanted = made.granted if asked.bitrate else None
    missed = wanted and bitrate and abs(bitrate - wanted) > MISSED_SHARE * wanted
    return (f"bitrate_missed:{bitrate}",) if missed else ()


def _output(asked: AudioRequest, made: Made) -> dict[str, Any]:
    size = made.path.stat().st_size
    duration = max(round(made.seconds, 3), 0.001)
    heard = asked.format != WAVEFORM
    return {
        "size": size,
        "duration": duration,
        "format": asked.format,
        "codec": made.found.codec if heard else None,
        "bitrate": round((size - made.added) * 8 / duration) if heard else None,
        "sample_rate": made.found.rate,
        "channels": made.found.channels,
    }


def file_name(asked: AudioRequest, source_name: str, job_id: str) -> str:
    """What the caller wants it called, else as the source is called, else the job's id."""
    given, ending = asked.filename or "", "." + asked.extension.rpartition(".")[2]
    if given.lower().endswith(ending):
        return filenames.fitted(given[: -len(ending)], given[-len(ending) :])
    return filenames.fitted(given or filenames.safe(Path(source_name).stem) or job_id, asked.extension)
