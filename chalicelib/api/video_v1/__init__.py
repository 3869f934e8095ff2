"""YT2Text's API. The paths, fields, words and statuses are its contract."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, Response

PREFIX = "/api/v1"
FACE = "video_v1"
_ANY_TYPE: dict[str, Any] = {
    "content_types": []
}  # never Chalice's own 415: a body is JSON whatever its type says


def routes() -> Blueprint:
    """`/batch` and `/videos` answer with a slash at the end, too: API Gateway takes it off."""
    blueprint = Blueprint(__name__)
    _batches(blueprint)
    _videos(blueprint)
    _results(blueprint)
    _control(blueprint)
    return blueprint


def _batches(blueprint: Blueprint) -> None:
    @blueprint.route("/batch/process", methods=["POST"], **_ANY_TYPE)
    def process_batch() -> Response:
        from chalicelib.api.video_v1 import submit

        return submit.batch(blueprint.current_request)

    @blueprint.route("/batch/estimate", methods=["POST"], **_ANY_TYPE)
    def estimate_batch() -> Response:
        from chalicelib.api.video_v1 import estimate

        return estimate.batch(blueprint.current_request)

    @blueprint.route("/batch/status/{batch_id}", methods=["GET"], **_ANY_TYPE)
    def batch_status(batch_id: str) -> Response:
        from chalicelib.api.video_v1 import status

        return status.batch(blueprint.current_request, batch_id)

    @blueprint.route("/batch/results/{batch_id}", methods=["GET"], **_ANY_TYPE)
    def batch_results(batch_id: str) -> Response:
        from chalicelib.api.video_v1 import results

        return results.results(blueprint.current_request, batch_id)

    @blueprint.route("/batch/{batch_id}", methods=["DELETE"], **_ANY_TYPE)
    def batch_deletion(batch_id: str) -> Response:
        from chalicelib.api.video_v1 import deletion

        return deletion.batch(blueprint.current_request, batch_id)

    @blueprint.route("/batch", methods=["GET"], **_ANY_TYPE)
    def list_batches() -> Response:
        from chalicelib.api.video_v1 import listing

        return listing.batches(blueprint.current_request)


def _videos(blueprint: Blueprint) -> None:
    @blueprint.route("/videos/process", methods=["POST"], **_ANY_TYPE)
    def process_video() -> Response:
        from chalicelib.api.video_v1 import submit

        return submit.video(blueprint.current_request)

    @blueprint.route("/videos/estimate", methods=["POST"], **_ANY_TYPE)
    def estimate_video() -> Response:
        from chalicelib.api.video_v1 import estimate

        return estimate.video(blueprint.current_request)

    @blueprint.route("/videos/status/{job_id}", methods=["GET"], **_ANY_TYPE)
    def video_status(job_id: str) -> Response:
        from chalicelib.api.video_v1 import status

        return status.video(blueprint.current_request, job_id)

    @blueprint.route("/videos", methods=["GET"], **_ANY_TYPE)
    def list_videos() -> Response:
        from chalicelib.api.video_v1 import listing

        return listing.videos(blueprint.current_request)

    @blueprint.route("/videos/{job_id}", methods=["DELETE"], **_ANY_TYPE)
    def video_deletion(job_id: str) -> Response:
        from chalicelib.api.video_v1 import deletion

        return deletion.video(blueprint.current_request, job_id)

    @blueprint.route("/videos/thumbnails", methods=["GET"], **_ANY_TYPE)
    def video_thumbnails() -> Response:
        from chalicelib.api.video_v1 import thumbnails

        return thumbnails.thumbnails(blueprint.current_request)


def _results(blueprint: Blueprint) -> None:
    @blueprint.route("/videos/result/{job_id}", methods=["GET"], **_ANY_TYPE)
    def video_result(job_id: str) -> Response:
        from chalicelib.api.video_v1 import result

        return result.result(blueprint.current_request, job_id)

    @blueprint.route("/videos/export/{job_id}/{format}", methods=["GET", "HEAD"], **_ANY_TYPE)
    def video_export(job_id: str, format: str) -> Response:  # noqa: A002 the contract's word
        from chalicelib.api.video_v1 import export

        return export.export(blueprint.current_request, job_id, format)


def _control(blueprint: Blueprint) -> None:
    @blueprint.route("/batch/cancel/{batch_id}", methods=["POST"], **_ANY_TYPE)
    def batch_cancel(batch_id: str) -> Response:
        from chalicelib.api.video_v1 import control

        return control.batch_cancel(blueprint.current_request, batch_id)

    @blueprint.route("/videos/cancel/{job_id}", methods=["POST"], **_ANY_TYPE)
    def video_cancel(job_id: str) -> Response:
        from chalicelib.api.video_v1 import control

        return control.video_cancel(blueprint.current_request, job_id)

    @blueprint.route("/batch/retry/{batch_id}", methods=["POST"], **_ANY_TYPE)
    def batch_retry(batch_id: str) -> Response:
        from chalicelib.api.video_v1 import control

        return control.batch_retry(blueprint.current_request, batch_id)

    @blueprint.route("/videos/retry/{job_id}", methods=["POST"], **_ANY_TYPE)
    def video_retry(job_id: str) -> Response:
        from chalicelib.api.video_v1 import control

        return control.video_retry(blueprint.current_request, job_id)
