"""Which model, if any, the operator wants summaries from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.settings import Settings
from chalicelib.vault import secret

if TYPE_CHECKING:
    from chalicelib.text.summarize.model.provider import Provider


class NotConfigured(Exception):
    """An engine is wanted by its name, but not set up."""


def provider(name: str, options: Settings) -> Provider:
    """Raises NotConfigured, and ModelError if it cannot be reached from here at all."""
    return _bedrock(options) if name == "bedrock" else _openai(options)


def _bedrock(options: Settings) -> Provider:
    if not options.bedrock_model:
        raise NotConfigured("BATCHREEL_ENGINE is bedrock, but BATCHREEL_BEDROCK_MODEL is not set")
    from chalicelib.text.summarize.model.bedrock import Bedrock

    return Bedrock(options.bedrock_model)


def _openai(options: Settings) -> Provider:
    if not (options.openai_base_url and options.openai_model):
        raise NotConfigured(
            "BATCHREEL_ENGINE is openai, but BATCHREEL_OPENAI_BASE_URL or BATCHREEL_OPENAI_MODEL is not set"
        )
    from chalicelib.text.summarize.model.openai import OpenAI

    try:
        key = secret("openai-key")
    except (BotoCoreError, ClientError) as error:
        raise NotConfigured(f"the secret openai-key cannot be read: {type(error).__name__}") from None
    return OpenAI(options.openai_base_url, options.openai_model, key)
