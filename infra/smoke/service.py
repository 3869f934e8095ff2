"""A deployment as its callers see it: one address, one key, answers in the envelope of both APIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

TIMEOUTS = (10.0, 40.0)
"""Seconds to connect, and without a byte: API Gateway gives up after 29."""
_SHOWN = 300


class Unexpected(Exception):
    """What should have come, and what came instead. Neither holds the key nor the query of a URL."""

    def __init__(self, expected: str, came: str) -> None:
        super().__init__(f"expected {expected}; came {came}")
        self.expected = expected
        self.came = came


@dataclass(frozen=True)
class Answer:
    data: Any
    headers: Mapping[str, str]
    """Their names in any case."""


class Service:
    def __init__(self, url: str, key: str) -> None:
        """`url` up to where the paths of the API begin: on AWS with the stage."""
        self._url = url.rstrip("/")
        self._key = key
        self._http = requests.Session()
        self._http.headers["Accept-Encoding"] = "identity"

    def close(self) -> None:
        self._http.close()

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, body: Any, status: int = 200) -> Answer:
        return self.ask("POST", path, body, status)

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Answer:
        """The `data` of an answer with this status. Raises Unexpected for any other."""
        answer = self.send(method, path, body)
        envelope = _json(answer)
        if answer.status_code != status or envelope is None or envelope.get("success") is not True:
            raise Unexpected(f"{status} to {method} {path}", self.told(answer))
        return Answer(envelope.get("data"), answer.headers)

    def refusal(self, path: str, key: str | None = None) -> tuple[int, str]:
        """Status and code of the error that a GET gets, with the key or another or "". Raises Unexpected."""
        answer = self.send("GET", path, key=key)
        error = (_json(answer) or {}).get("error")
        if not isinstance(error, dict) or not isinstance(error.get("code"), str):
            raise Unexpected(f"an error to GET {path}", self.told(answer))
        return answer.status_code, error["code"]

    def send(self, method: str, path: str, body: Any = None, key: str | None = None) -> requests.Response:
        """Whatever comes, redirects too; `key` "" for none. Raises Unexpected if nothing comes."""
        key = self._key if key is None else key
        headers = {"X-API-Key": key} if key else {}
        return self.reach(method, self._url + path, json=body, headers=headers)

    def reach(self, method: str, url: str, **more: Any) -> requests.Response:
        """Any address, without the key. Raises Unexpected."""
        try:
            return self._http.request(method, url, timeout=TIMEOUTS, allow_redirects=False, **more)
        except (requests.RequestException, UnicodeError) as error:
            where = url.partition("?")[0]
            raise Unexpected(f"an answer to {method} {where}", f"none ({_cause(error)})") from error

    def told(self, answer: requests.Response) -> str:
        """An answer in a few words: its error, or how it begins if it is none of this service."""
        error = (_json(answer) or {}).get("error")
        if isinstance(error, dict) and "code" in error:
            words = " ".join(f"{error['code']}: {error.get('message')}".split())[:_SHOWN]
        elif answer.is_redirect:
            words = f"a redirect to {answer.headers['Location'].partition('?')[0]}"
        else:
            kind = answer.headers.get("Content-Type", "no type")
            words = f"({kind}) {answer.text[:_SHOWN]!r}"
        return f"{answer.status_code} {words}"

    def redacted(self, text: str) -> str:
        return text.replace(self._key, "<the key>")


def _json(answer: requests.Response) -> dict[str, Any] | None:
    try:
        found = answer.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _cause(error: BaseException) -> str:
    """The innermost reason, without the address and its query that the outer ones repeat."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return f"{type(error).__name__}: {error}".partition("?")[0][:_SHOWN]
