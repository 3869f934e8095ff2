"""Converso's Audio Extract API. The paths, fields, words and statuses are its contract."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, Response

FACE = "audio_v1"
PREFIXES = ("/audio-extract/v1", "/v1")
"""Where the API is mounted; links in answers use the first."""
LINKS = PREFIXES[0]
_ANY_TYPE: dict[str, Any] = {
    "content_types": []
}  # never Chalice's own 415: a body is JSON whatever its type says


def routes() -> Blueprint:
    blueprint = Blueprint(__name__)
    _submitting(blueprint)
    _results(blueprint)
    _deletion(blueprint)
    _control(blueprint)
    return blueprint


def _submitting(blueprint: Blueprint) -> None:
    @blueprint.route("/batch", methods=["POST"], **_ANY_TYPE)
    def audio_batch() -> Response:
        from chalicelib.api.audio_v1 import submit

        return submit.batch(blueprint.current_request)

    @blueprint.route("/extract", methods=["POST"], **_ANY_TYPE)
    def audio_extract() -> Response:
        from chalicelib.api.audio_v1 import submit

        return submit.extract(blueprint.current_request)

    @blueprint.route("/batch/estimate", methods=["POST"], **_ANY_TYPE)
    def audio_batch_estimate() -> Response:
        from chalicelib.api.audio_v1 import estimate

        return estimate.batch(blueprint.current_request)

    @blueprint.route("/extract/estimate", methods=["POST"], **_ANY_TYPE)
    def audio_extract_estimate() -> Response:
        from chalicelib.api.audio_v1 import estimate

        return estimate.extract(blueprint.current_request)

    @blueprint.route("/uploads", methods=["POST"], **_ANY_TYPE)
    def audio_uploads() -> Response:
        from chalicelib.api.audio_v1 import uploads

        return uploads.create(blueprint.current_request)


def _results(blueprint: Blueprint) -> None:
    @blueprint.route("/status/{job_id}", methods=["GET"], **_ANY_TYPE)
    def audio_status(job_id: str) -> Response:
        from chalicelib.api.audio_v1 import status

        return status.job(blueprint.current_request, job_id)

    @blueprint.route("/batch/{batch_id}", methods=["GET"], **_ANY_TYPE)
    def audio_batch_status(batch_id: str) -> Response:
        from chalicelib.api.audio_v1 import status

        return status.batch(blueprint.current_request, batch_id)

    @blueprint.route("/download/{job_id}", methods=["GET", "HEAD"], **_ANY_TYPE)
    def audio_download(job_id: str) -> Response:
        from chalicelib.api.audio_v1 import download

        return download.download(blueprint.current_request, job_id)


def _deletion(blueprint: Blueprint) -> None:
    @blueprint.route("/batch/{batch_id}", methods=["DELETE"], **_ANY_TYPE)
    def audio_batch_deletion(batch_id: str) -> Response:
        from chalicelib.api.audio_v1 import deletion

        return deletion.batch(blueprint.current_request, batch_id)

    @blueprint.route("/jobs/{job_id}", methods=["DELETE"], **_ANY_TYPE)
    def audio_job_deletion(job_id: str) -> Response:
        from chalicelib.api.audio_v1 import deletion

        return deletion.job(blueprint.current_request, job_id)


def _control(blueprint: Blueprint) -> None:
    @blueprint.route("/jobs", methods=["GET"], **_ANY_TYPE)
    def audio_jobs() -> Response:
        from chalicelib.api.audio_v1 import listing

        return listing.jobs(blueprint.current_request)

    @blueprint.route("/batch/{batch_id}/cancel", methods=["POST"], **_ANY_TYPE)
    def audio_batch_cancel(batch_id: str) -> Response:
        from chalicelib.api.audio_v1 import control

        return control.batch_cancel(blueprint.current_request, batch_id)

    @blueprint.route("/jobs/{job_id}/cancel", methods=["POST"], **_ANY_TYPE)
    def audio_job_cancel(job_id: str) -> Response:
        from chalicelib.api.audio_v1 import control

        return control.job_cancel(blueprint.current_request, job_id)

    @blueprint.route("/batch/{batch_id}/retry", methods=["POST"], **_ANY_TYPE)
    def audio_batch_retry(batch_id: str) -> Response:
        from chalicelib.api.audio_v1 import control

        return control.batch_retry(blueprint.current_request, batch_id)

    @blueprint.route("/jobs/{job_id}/retry", methods=["POST"], **_ANY_TYPE)
    def audio_job_retry(job_id: str) -> Response:
        from chalicelib.api.audio_v1 import control

        return control.job_retry(blueprint.current_request, job_id)
