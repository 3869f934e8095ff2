"""GET /videos/thumbnails?url=: where YouTube keeps the pictures of a video."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.api.envelopes import success
from chalicelib.api.video_v1.lookup import caller
from chalicelib.api.video_v1.query import Query
from chalicelib.api.video_v1.refusals import Refused, enveloped
from chalicelib.text import urls


@enveloped
def thumbnails(request: Any) -> Response:
    caller(request)
    query = Query(request, "url", "video_url")
    given = [text for name in ("url", "video_url") if (text := query.text(name)) is not None]
    if len(given) != 1:
        raise Refused("url: send the URL of one video, as url or as video_url")
    try:
        target = urls.parse(given[0])
    except ValueError as error:
        raise Refused(f"url: {str(error).removeprefix('`url` ')}") from error
    if target.video_id is None:
        raise Refused("url: is not a video on YouTube, and of others no thumbnails are known")
    return success({"video_id": target.video_id, "thumbnails": urls.thumbnails(target.video_id)})
