"""A language model on loopback, as Amazon Bedrock (Converse) and as OpenAI (chat completions) serve it.

Without a script it writes what the schema asks for, out of the lines that it was sent.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.stand_ins.loopback import Handler, Loopback

_LINE = re.compile(r"^L(\d+) (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Call:
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: dict[str, Any]

    @property
    def bedrock(self) -> bool:
        return self.path.endswith("/converse")

    @property
    def system(self) -> str:
        return str(self.body["system"][0]["text"] if self.bedrock else self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        content = self.body["messages"][-1]["content"]
        return str(content[0]["text"] if self.bedrock else content)

    @property
    def schema(self) -> dict[str, Any]:
        if self.bedrock:
            form = self.body["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"]
        elif self.body["response_format"]["type"] == "json_schema":
            form = self.body["response_format"]["json_schema"]["schema"]
        else:
            form = json.loads(self.system.rpartition("JSON Schema: ")[2])
        return dict(form)

    @property
    def modes(self) -> list[str]:
        return [name for name in self.schema["properties"] if name != "language"]

    @property
    def answer_tokens(self) -> int:
        return int(self.body["inferenceConfig"]["maxTokens"] if self.bedrock else self.body["max_tokens"])

    @property
    def lines(self) -> dict[int, str]:
        return {int(number): text for number, text in _LINE.findall(self.user)}


@dataclass(frozen=True)
class Says:
    data: Any
    stop: str = ""
    """Empty: as an answer ends that is whole."""
    tool: str = "summary"


@dataclass(frozen=True)
class Refuses:
    status: int
    error: str = ""
    """Bedrock's name of it."""
    message: str = "refused"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """A body that is sent as it is."""

    body: bytes


@dataclass(frozen=True)
class Hangs:
    """No answer until the server stops."""


Answer = Says | Refuses | Raw | Hangs
Script = Answer | Callable[[Call], Answer]


class Models(Loopback):
    """The answers of `say` are given in their order, then `otherwise`."""

    def __init__(self) -> None:
        super().__init__(_ModelsHandler)
        self.calls: list[Call] = []
        self.otherwise: Script = lambda call: Says(written(call))
        self._waiting: list[Script] = []
        self._lock = threading.Lock()

    def say(self, *answers: Script) -> None:
        self._waiting.extend(answers)

    def take(self, call: Call) -> Answer:
        with self._lock:
            self.calls.append(call)
            script = self._waiting.pop(0) if self._waiting else self.otherwise
        return script(call) if callable(script) else script


def written(call: Call) -> dict[str, Any]:
    """A good answer: the first, the middle and the last line, in every list that is asked for."""
    lines = sorted(call.lines.items())
    picked = [lines[at] for at in sorted({0, len(lines) // 2, len(lines) - 1})]
    return dict(_fill(call.schema, "", picked, 1))


def _fill(schema: dict[str, Any], name: str, lines: list[tuple[int, str]], place: int) -> Any:
    kind = schema["type"]
    if kind == "object":
        return {key: _fill(inner, key, lines, place) for key, inner in schema["properties"].items()}
    if kind == "array" and schema["items"]["type"] == "integer":
        return [lines[0][0]]
    if kind == "array":
        return [_fill(schema["items"], name, [line], n) for n, line in enumerate(lines, 1)]
    if kind == "integer":
        return place
    return "en" if name == "language" else f"{name} on {lines[0][1]}"


class _ModelsHandler(Handler):
    owner: Models

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(unquote(self.path), headers, json.loads(self.read_body()))
        answer = self.owner.take(call)
        if isinstance(answer, Hangs):
            self.owner.stopping.wait()
            self.close_connection = True
        elif isinstance(answer, Refuses):
            self._refuse(call, answer)
        else:
            body = answer.body if isinstance(answer, Raw) else json.dumps(_body(call, answer)).encode()
            self.answer(200, body, {"Content-Type": "application/json"})

    def _refuse(self, call: Call, answer: Refuses) -> None:
        error: Any = {"message": answer.message}
        body = json.dumps(error if call.bedrock else {"error": error}).encode()
        headers = {"Content-Type": "application/json", **answer.headers}
        self.answer(
            answer.status, body, headers | {"x-amzn-ErrorType": answer.error} if call.bedrock else headers
        )


def _body(call: Call, answer: Says) -> dict[str, Any]:
    if not call.bedrock:
        words = answer.data if isinstance(answer.data, str) else json.dumps(answer.data)
        message = {"role": "assistant", "content": words}
        return {
            "choices": [{"index": 0, "message": message, "finish_reason": answer.stop or "stop"}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
        }
    use = {"toolUse": {"toolUseId": "t", "name": answer.tool, "input": answer.data}}
    content = [{"text": answer.data}] if isinstance(answer.data, str) else [use]
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": answer.stop or "tool_use",
        "usage": {"inputTokens": 1000, "outputTokens": 100, "totalTokens": 1100},
        "metrics": {"latencyMs": 1},
    }
