"""Which engine the operator wants summaries from. Light: the API imports this."""

from __future__ import annotations

from chalicelib.settings import Settings


def engine_name(options: Settings) -> str:
    """`embedded`, `bedrock` or `openai`."""
    if options.engine != "auto":
        return options.engine
    if options.bedrock_model:
        return "bedrock"
    return "openai" if options.openai_base_url and options.openai_model else "embedded"


def model_name(options: Settings) -> str | None:
    """`<engine>/<model>`, as prices are named; None: no model is asked."""
    name = engine_name(options)
    model = {"bedrock": options.bedrock_model, "openai": options.openai_model}.get(name)
    return f"{name}/{model}" if model else None
