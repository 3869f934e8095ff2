"""Models behind OpenAI's chat completions: OpenAI itself, vLLM, Ollama and many others."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import requests
import urllib3

from chalicelib.text.summarize.model.provider import (
    FINAL,
    TRANSIENT,
    ModelError,
    Prompt,
    Reply,
    count,
    filtered,
    malformed,
    truncated,
)
from chalicelib.text.summarize.model.waits import retry_after
from chalicelib.text.summary import Usage

ANSWER_BYTES = 2_000_000
CONNECT_SECONDS = 5.0
FORMATS: Final = ("strict", "schema", "object")
"""How the form of the answer is asked for; servers that do not know one answer 400."""
_UNAVAILABLE: Final = "The model's server does not answer properly"
_DENIED: Final = "The model's server refuses the key of this service"
_CAUSES: Mapping[int, tuple[str, int]] = {
    401: (_DENIED, FINAL),
    403: (_DENIED, FINAL),
    404: ("The model's server has no such model", FINAL),
    408: ("The model took too long", TRANSIENT),
    409: (_UNAVAILABLE, TRANSIENT),
    425: (_UNAVAILABLE, TRANSIENT),
    429: ("The model's server has too many requests", TRANSIENT),
}


class OpenAI:
    name = "openai"

    def __init__(self, base_url: str, model: str, key: str | None) -> None:
        self.model = model
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._key = key
        self._format = 0
        self._limit_name = "max_tokens"

    def ask(self, prompt: Prompt, seconds: float) -> Reply:
        end = time.monotonic() + seconds
        while True:
            asked = self._format, self._limit_name
            status, headers, body = self._post(self._body(prompt), end)
            if status == 200:
                return _reply(body)
            if status not in (400, 422) or not self._simpler(asked, body):
                raise _refused(status, headers)

    def _simpler(self, asked: tuple[int, str], body: bytes) -> bool:
        """Whether there is another way of asking; of several calls at once the first finds it for all."""
        form, limit_name = asked
        if (self._format, self._limit_name) != asked:
            return True
        if b"max_completion_tokens" in body and limit_name == "max_tokens":
            self._limit_name = "max_completion_tokens"
            return True
        self._format = min(form + 1, len(FORMATS) - 1)
        return self._format != form

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        form = FORMATS[self._format]
        system = prompt.system
        wanted: dict[str, Any] = {"name": "summary", "schema": prompt.schema}
        answer: dict[str, Any] = {"type": "json_schema", "json_schema": wanted}
        if form == "strict":
            wanted["strict"] = True
        elif form == "object":
            answer = {"type": "json_object"}
            system += "\n\nAnswer with one JSON object of this JSON Schema: " + json.dumps(prompt.schema)
        return {
            "model": self.model,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": prompt.user}],
            "response_format": answer,
            self._limit_name: prompt.answer_tokens,
        }

    def _post(self, body: Mapping[str, Any], end: float) -> tuple[int, Mapping[str, str], bytes]:
        seconds = max(0.1, end - time.monotonic())
        try:
            with (
                requests.Session() as session,
                session.post(
                    self._url,
                    json=body,
                    auth=_bearer(self._key),
                    headers={"Accept-Encoding": "identity"},
                    timeout=(min(CONNECT_SECONDS, seconds), seconds),
                    allow_redirects=False,  # the key is for this server alone
                    stream=True,
                ) as response,
            ):
                return response.status_code, response.headers, _read(response, end)
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            raise ModelError("The model took too long", tries=TRANSIENT) from None
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            raise ModelError(_UNAVAILABLE, tries=TRANSIENT) from None
        except urllib3.exceptions.HTTPError:
            raise ModelError(_UNAVAILABLE, tries=TRANSIENT) from None
        except (requests.RequestException, ValueError):
            raise ModelError("The model's server cannot be asked: its address or key is not valid") from None


def _bearer(key: str | None) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """Without an `auth` of its own, requests takes one out of ~/.netrc."""

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if key:
            request.headers["Authorization"] = f"Bearer {key}"
        return request

    return sign


def _read(response: requests.Response, end: float) -> bytes:
    kept = bytearray()
    while piece := response.raw.read1(65536):
        kept += piece
        if len(kept) > ANSWER_BYTES:
            raise ModelError("The model's answer is too large")
        if time.monotonic() > end:
            raise ModelError("The model took too long", tries=TRANSIENT)
    return bytes(kept)


def _refused(status: int, headers: Mapping[str, str]) -> ModelError:
    """What the server says may quote the request or the key, so only its status is kept."""
    if status >= 500:
        reason, tries = _UNAVAILABLE, TRANSIENT
    else:
        reason, tries = _CAUSES.get(status, ("The model's server does not take such a request", FINAL))
    return ModelError(reason, tries=tries, retry_after=retry_after(headers.get("Retry-After")))


def _reply(body: bytes) -> Reply:
    try:
        answer = json.loads(body)
        told = answer.get("usage") or {}
        usage = Usage(count(told.get("prompt_tokens")), count(told.get("completion_tokens")), 1)
        choice = answer["choices"][0]
        reason, content = choice.get("finish_reason"), choice["message"].get("content")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise malformed() from None
    if reason == "length":
        raise truncated(usage)
    if reason == "content_filter":
        raise filtered(usage)
    data = _first_object(content) if isinstance(content, str) else None
    if data is None:
        raise malformed(usage)
    return Reply(data, usage)


def _first_object(text: str) -> dict[str, Any] | None:
    """Models put words and fences around it."""
    at = text.find("{")
    if at < 0:
        return None
    try:
        data, _ = json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
