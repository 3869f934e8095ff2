"""Models of Amazon Bedrock, by its Converse API. The answer is the input of one tool that must be called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    HTTPClientError,
    ReadTimeoutError,
)
from botocore.exceptions import ConnectionError as NoConnection
from botocore.parsers import ResponseParserError

from chalicelib import aws
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

TOOL: Final = "summary"
_UNAVAILABLE: Final = "Amazon Bedrock does not answer properly"
_CAUSES: Mapping[str, tuple[str, int]] = {
    "ThrottlingException": ("Amazon Bedrock has too many requests", TRANSIENT),
    "TooManyRequestsException": ("Amazon Bedrock has too many requests", TRANSIENT),
    "ServiceUnavailableException": (_UNAVAILABLE, TRANSIENT),
    "InternalServerException": (_UNAVAILABLE, TRANSIENT),
    "ModelErrorException": (_UNAVAILABLE, TRANSIENT),
    "ModelNotReadyException": ("The model is not ready yet", TRANSIENT),
    "ModelTimeoutException": ("The model took too long", TRANSIENT),
    "AccessDeniedException": ("This service may not use the model", FINAL),
    "UnrecognizedClientException": ("This service may not use the model", FINAL),
    "ExpiredTokenException": ("This service may not use the model", FINAL),
    "ResourceNotFoundException": ("Amazon Bedrock has no such model in this region", FINAL),
    "ValidationException": ("The model does not take such a request", FINAL),
}


class Bedrock:
    name = "bedrock"

    def __init__(self, model: str) -> None:
        self.model = model
        try:
            self._client = aws.bedrock()
        except BotoCoreError:
            raise ModelError("Amazon Bedrock cannot be asked from here") from None

    def ask(self, prompt: Prompt, seconds: float) -> Reply:
        """The client's own read time-out holds, not `seconds`."""
        try:
            answer = self._client.converse(modelId=self.model, **_request(prompt))
        except ClientError as error:
            raise _refused(error) from None
        except (ReadTimeoutError, ConnectTimeoutError):
            raise ModelError("The model took too long", tries=TRANSIENT) from None
        except (HTTPClientError, NoConnection, ResponseParserError):
            raise ModelError(_UNAVAILABLE, tries=TRANSIENT) from None
        except BotoCoreError:
            raise ModelError("Amazon Bedrock cannot be asked from here") from None
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            # botocore's parser meets a body that is not of Bedrock's making
            raise malformed() from None
        return _reply(answer)


def _request(prompt: Prompt) -> dict[str, Any]:
    tool = {
        "name": TOOL,
        "description": "Hands the summary in",
        "inputSchema": {"json": prompt.schema},
    }
    return {
        "system": [{"text": prompt.system}],
        "messages": [{"role": "user", "content": [{"text": prompt.user}]}],
        "inferenceConfig": {"maxTokens": prompt.answer_tokens},
        "toolConfig": {"tools": [{"toolSpec": tool}], "toolChoice": {"tool": {"name": TOOL}}},
    }


def _refused(error: ClientError) -> ModelError:
    """What Bedrock says may quote the request, so only the kind of its refusal is kept."""
    response: Mapping[str, Any] = error.response
    metadata = response.get("ResponseMetadata", {})
    status = count(metadata.get("HTTPStatusCode"))
    other = (_UNAVAILABLE, TRANSIENT) if status >= 500 or status == 429 else ("Amazon Bedrock refused", FINAL)
    reason, tries = _CAUSES.get(str(response.get("Error", {}).get("Code")), other)
    return ModelError(
        reason, tries=tries, retry_after=retry_after(metadata.get("HTTPHeaders", {}).get("retry-after"))
    )


def _reply(answer: Mapping[str, Any]) -> Reply:
    told = answer.get("usage") or {}
    usage = Usage(count(told.get("inputTokens")), count(told.get("outputTokens")), 1)
    reason = answer.get("stopReason")
    if reason in ("max_tokens", "model_context_window_exceeded"):
        raise truncated(usage)
    if reason in ("guardrail_intervened", "content_filtered"):
        raise filtered(usage)
    message = (answer.get("output") or {}).get("message") or {}
    for block in message.get("content") or ():
        call = block.get("toolUse") or {}
        if call.get("name") == TOOL and isinstance(call.get("input"), dict):
            return Reply(call["input"], usage)
    raise malformed(usage)
