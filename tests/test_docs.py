"""What the documents list is what the code knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from app import app
from chalicelib import settings
from chalicelib.accounts import counters, issuing, plans
from chalicelib.accounts import plan as plan_form
from chalicelib.accounts.endpoint_register import MOST_ENDPOINTS
from chalicelib.accounts.endpoint_rows import EVENTS, TEST
from chalicelib.accounts.sealed import MOST_OLDER, OVERLAP_MS
from chalicelib.api import thin
from chalicelib.api.audio_v1 import models as audio_models
from chalicelib.api.audio_v1.models import Output
from chalicelib.api.auth_v1 import models as key_models
from chalicelib.api.video_v1.models import BatchBody, Options, VideoBody
from chalicelib.api.webhooks_v1 import deliveries
from chalicelib.api.webhooks_v1.models import MAX_DESCRIPTION, Changes
from chalicelib.audio.presets import BITRATES, RATES
from chalicelib.batches import announce, lifetimes
from chalicelib.batches.store import KEPT_AFTER_EXPIRY_MS
from chalicelib.intake.messages import MAX_CORRELATION_ID, Head
from chalicelib.sites.failures import CAUSES as SITE_CAUSES
from chalicelib.text.exports import FORMATS
from chalicelib.text.failures import CAUSES
from chalicelib.text.request import MODES
from chalicelib.webhooks import attempts, consequences, operator_events, recover, resend, schedule
from chalicelib.webhooks.deliveries import Status
from chalicelib.webhooks.recipients import Cancelled
from infra.local import owner

ROOT = Path(__file__).parents[1]
OPERATORS = (ROOT / "docs" / "operators.md").read_text()
API = (ROOT / "docs" / "audio-api.md").read_text()
RESULTS = (ROOT / "docs" / "results.md").read_text()
TEXT_API = (ROOT / "docs" / "text-api.md").read_text()
WEBHOOKS = (ROOT / "docs" / "webhooks.md").read_text()
RECEIVERS = (ROOT / "docs" / "webhook-receivers.md").read_text()
ACCOUNTS = (ROOT / "docs" / "accounts.md").read_text()
CONTROL = (ROOT / "docs" / "control.md").read_text()
QUEUES = (ROOT / "docs" / "queues.md").read_text()
SET_BY_THE_STACK = {
    *("BATCHES_TABLE", "ACCOUNTS_TABLE", "BUCKET", "EVENT_BUS", "FINISH_ARN", "KMS_KEY"),
    *("INTAKE_QUEUE", "REPLIES_QUEUE", "GIVEN_UP_QUEUE"),
}


def source(*folders: str, without: tuple[str, ...] = ()) -> str:
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    left_out = tuple(str(ROOT / folder) for folder in without)
    return "".join(path.read_text() for path in paths if not str(path).startswith(left_out))


def test_every_setting_is_explained() -> None:
    text = Path(settings.__file__).read_text()
    read = set(re.findall(r'(?:integer|number|_choices)\((?:env, )?"([A-Z_]+)"', text)) | set(
        re.findall(r'"BATCHREEL_([A-Z_]+)"', text)
    )
    explained = set(re.findall(r"`BATCHREEL_([A-Z_]+)`", OPERATORS))
    assert read - SET_BY_THE_STACK - {"QUEUE_URL_"} <= explained


OF_WEBHOOKS = {
    *("ENDPOINT_NOT_FOUND", "ENDPOINT_DISABLED", "TOO_MANY_ENDPOINTS", "ROTATED_TOO_OFTEN"),
    *("DELIVERY_NOT_FOUND", "ATTEMPT_NOT_FOUND", "TOO_MANY_ATTEMPTS", "ENDPOINT_DELETED", "JOB_DELETED"),
    "SUPERSEDED",
}
"""Of no job and no upload; the page on webhooks explains them."""
OF_KEYS = {"KEY_NOT_FOUND", "TOO_MANY_KEYS", "KEY_EXPIRED", "KEY_ALREADY_ROTATED", "LAST_ADMIN_KEY"}
"""The page on accounts explains them."""
OF_THE_OPERATOR = {"ACCOUNT_NOT_FOUND", "PLAN_NOT_FOUND", "KEY_EXISTS"}
"""Answers to nobody but the operator's commands."""
INTERNAL = {"NAMES_TAKEN", "OUTBOUND_FAILED", "LEASE_LOST", "CANCELLED", "JOB_CANCELLED", "NOT_YET"}
AUDIO = ("chalicelib/audio", "chalicelib/api/audio_v1", "chalicelib/sites/media.py")
TEXT = ("chalicelib/text", "chalicelib/api/video_v1")
NOT_OF_AUDIO = {"SITE_NOT_SUPPORTED", "PROXY_NOT_CONFIGURED"}
"""Of the sites: what an audio job calls INVALID_VIDEO, and what it cannot ask for."""


def codes(text: str) -> set[str]:
    found = re.findall(r'(?:code|unknown_key)(?: =|=) ?"([A-Z_]+)"', text)
    return set(found + re.findall(r'(?:Job|Text|Site)Error\(\s*"([A-Z_]+)"', text))


@pytest.mark.parametrize(("guide", "others"), [(API, TEXT), (TEXT_API, AUDIO)], ids=["audio", "text"])
def test_every_error_code_is_explained(guide: str, others: tuple[str, ...]) -> None:
    raised = codes(source("chalicelib", without=others)) - INTERNAL - OF_WEBHOOKS - OF_KEYS - OF_THE_OPERATOR
    if guide is TEXT_API:
        raised = raised - {"FILE_EXPIRED"} | set(CAUSES) | {"JOB_CANCELLED"}
    else:
        raised = (raised | set(SITE_CAUSES)) - NOT_OF_AUDIO
    assert len(raised) > 10
    assert [name for name in sorted(raised) if f"`{name}`" not in guide] == []


@pytest.mark.parametrize("code", CAUSES)
def test_it_is_told_truly_what_is_worth_another_try(code: str) -> None:
    retryable = "yes" if CAUSES[code].retry_after is not None else "no"
    assert f"| `{code}` | {retryable} |" in TEXT_API


@pytest.mark.parametrize("code", sorted(set(SITE_CAUSES) - NOT_OF_AUDIO))
def test_it_is_told_truly_which_sites_are_worth_another_try(code: str) -> None:
    retryable = "yes" if SITE_CAUSES[code].retry_after is not None else "no"
    assert f"| `{code}` | {retryable} |" in API


@pytest.mark.parametrize("name", sorted({*VideoBody.model_fields, *BatchBody.model_fields} - {"options"}))
def test_every_field_of_a_text_request_is_explained(name: str) -> None:
    assert f"`{name}`" in TEXT_API


@pytest.mark.parametrize("name", Options.model_fields)
def test_every_option_of_a_text_request_is_explained(name: str) -> None:
    assert f"`options.{name}`" in TEXT_API


@pytest.mark.parametrize("name", [*MODES, *FORMATS])
def test_every_mode_and_format_is_explained(name: str) -> None:
    assert f"`{name}`" in TEXT_API


@pytest.mark.parametrize("model", [audio_models.BatchBody, audio_models.ExtractBody])
def test_every_field_of_an_audio_request_is_explained(model: type[BaseModel]) -> None:
    assert [name for name in model.model_fields if not re.search(rf"`{name}[`.]", API)] == []


def test_lives_are_the_ones_that_are_taken() -> None:
    lives = f"{lifetimes.LEAST_SECONDS} to {lifetimes.MOST_SECONDS}"
    assert f"`expiresAfter` (batch, or `POST /v1/extract`) | integer, {lives} |" in API
    assert f"`expires_after` | integer, {lives} |" in TEXT_API
    assert f"from {lifetimes.LEAST_SECONDS} (1 hour) to {lifetimes.MOST_SECONDS} (30 days)" in RESULTS
    days = ", ".join(map(str, lifetimes.DAYS[:-1]))
    assert f"n being the first of {days} and {lifetimes.DAYS[-1]} days that is at" in OPERATORS


@pytest.mark.parametrize("noun", ["batch", "jobs", "videos"])
def test_every_route_that_deletes_is_explained(noun: str) -> None:
    routes = [path for path, methods in app.routes.items() if "DELETE" in methods and f"/{noun}/" in path]
    shown = {path.removeprefix("/audio-extract").partition("{")[0] for path in routes}
    assert shown
    assert [path for path in shown if f"`DELETE {path}{{" not in RESULTS] == []


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_every_route_that_cancels_or_retries_is_explained(verb: str) -> None:
    routes = [path for path in app.routes if f"/{verb}" in path and not path.startswith("/audio-extract")]
    assert len(routes) == 4
    shown = CONTROL.replace("{batchId}", "{batch_id}").replace("{jobId}", "{job_id}")
    assert [path for path in routes if f"`POST {path}`" not in shown] == []


def test_the_refusals_of_cancel_and_retry_are_explained_where_they_are() -> None:
    raised = codes((ROOT / "chalicelib/batches/cancelling.py").read_text())
    raised |= codes((ROOT / "chalicelib/batches/retrying.py").read_text())
    assert len(raised) == 4
    assert [code for code in raised if f"| `{code}` | 409 |" not in CONTROL] == []


def test_the_formats_of_a_line_are_those_of_an_export() -> None:
    assert f"`export`: {', '.join(f'`{name}`' for name in FORMATS)}; `status`" in RESULTS


def test_the_bitrates_are_the_ones_of_the_table() -> None:
    for name, (lowest, highest) in BITRATES.items():
        row = re.search(rf"^\| {name}\b.*$", API, re.MULTILINE)
        assert row
        assert f"{lowest // 1000}k–{highest // 1000}k" in row.group()


def test_the_sample_rates_are_the_ones_of_the_table() -> None:
    usual = ", ".join(map(str, RATES["mp3"]))
    assert f"| mp3, aac, m4a, ogg | {usual} |" in API
    assert f"| opus | {', '.join(map(str, RATES['opus']))}; " in API
    more = ", ".join(map(str, RATES["flac"][len(RATES["mp3"]) :]))
    assert f"| flac, wav | these of mp3, and {more} |" in API


@pytest.mark.parametrize("name", Output.model_fields)
def test_every_field_of_an_output_is_explained(name: str) -> None:
    assert f"`output.{name}`" in API


def test_the_retry_schedule_is_the_documented_one() -> None:
    assert "5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, each ±20 %" in WEBHOOKS
    assert schedule.JITTER == 0.2
    assert "0,5,300,1800,7200,18000,36000,36000" in OPERATORS


def test_the_times_of_an_attempt_are_the_documented_ones() -> None:
    read = Path(settings.__file__).read_text()
    default = {name: re.findall(rf'"WEBHOOK_{name}", (\d+)\)', read) for name in ("TIMEOUT", "PENALTY")}
    assert [f"within {seconds} seconds" in WEBHOOKS for seconds in default["TIMEOUT"]] == [True]
    assert [f"over {seconds} seconds is a failure" in RECEIVERS for seconds in default["TIMEOUT"]] == [True]
    assert [f"at least {seconds} seconds" in WEBHOOKS for seconds in default["PENALTY"]] == [True]
    assert f"MOST_BYTES = {thin.MOST_BYTES:_}\n" in RECEIVERS
    assert f"MOST_BYTES = {thin.MOST_BYTES};\n" in RECEIVERS


@pytest.mark.parametrize("name", sorted(OF_WEBHOOKS | set(Changes.model_fields) | set(EVENTS) | {TEST}))
def test_every_word_of_saved_endpoints_is_explained(name: str) -> None:
    assert f"`{name}`" in WEBHOOKS


def test_the_numbers_of_saved_endpoints_are_the_documented_ones() -> None:
    assert f"at most {MOST_ENDPOINTS} endpoints" in WEBHOOKS
    assert f"at most {MAX_DESCRIPTION} characters" in WEBHOOKS
    assert f"for {OVERLAP_MS // 3_600_000} hours" in WEBHOOKS
    assert f"at most {MOST_OLDER} older secrets" in WEBHOOKS
    assert f"fewer than {thin.MOST_BYTES:,} bytes" in WEBHOOKS


@pytest.mark.parametrize("name", Head.model_fields)
def test_every_field_of_an_order_by_queue_is_explained(name: str) -> None:
    assert f"`{name}`" in QUEUES


def test_every_metric_is_explained() -> None:
    counted = set(re.findall(r'metrics\.count\("(\w+)"\)', source("chalicelib")))
    assert len(counted) == 3
    assert [name for name in counted if f"`{name}`" not in OPERATORS] == []


def test_the_limits_of_orders_by_queue_are_the_documented_ones() -> None:
    assert f"up to {MAX_CORRELATION_ID} characters" in QUEUES
    assert f"over {announce.MOST_BYTES // 1000} kB" in QUEUES
    assert announce.VERSION == 1


@pytest.mark.parametrize("name", [*Status, *sorted(set(Cancelled) - {Cancelled.NO_SUCH_URL})])
def test_every_word_of_the_log_is_explained(name: str) -> None:
    assert f"`{name}`" in WEBHOOKS


def test_the_numbers_of_the_log_are_the_documented_ones() -> None:
    assert f"1 to {deliveries.MAX_LIMIT}, {deliveries.DEFAULT_LIMIT} without it" in WEBHOOKS
    assert f"first {attempts.ANSWER_BYTES:,} bytes" in WEBHOOKS
    assert f"at most {resend.MOST_ATTEMPTS} attempts" in WEBHOOKS
    assert f"at most {recover.LONGEST_MS // 86_400_000} days ago" in WEBHOOKS
    assert f"at most {recover.MOST:,} of them" in WEBHOOKS
    assert f"kept for {KEPT_AFTER_EXPIRY_MS // 86_400_000 + 1} days after its last attempt" in WEBHOOKS
    assert f"has taken nothing for {consequences.FAILING_DAYS} days" in WEBHOOKS


@pytest.mark.parametrize("name", [operator_events.EXHAUSTED, operator_events.ENDPOINT_DISABLED])
def test_every_event_of_the_operator_is_explained(name: str) -> None:
    assert f"`{name}`" in OPERATORS


def test_every_error_of_keys_is_explained() -> None:
    assert codes(source("chalicelib")) >= OF_KEYS | OF_THE_OPERATOR
    assert [code for code in OF_KEYS if f"`{code}`" not in ACCOUNTS] == []


@pytest.mark.parametrize(
    "model", [key_models.NewKey, key_models.Changes, key_models.Rotation, key_models.Question]
)
def test_every_field_of_a_request_about_keys_is_explained(model: type[BaseModel]) -> None:
    assert [name for name in model.model_fields if name not in ACCOUNTS] == []


def test_the_table_of_plans_is_what_is_shipped() -> None:
    lines = [line.strip("| ").split(" | ") for line in ACCOUNTS.splitlines() if line.startswith("| ")]
    start = next(place for place, line in enumerate(lines) if line[0] == "plan")
    fields, rows = [name.strip("`") for name in lines[start][1:]], lines[start + 2 :][: len(plans.shipped())]
    assert [row[0].strip("`") for row in rows] == list(plans.shipped())
    assert fields == [name for name in plan_form.document(plans.shipped()["pro"]) if name != "name"]
    for row in rows:
        document = plan_form.document(plans.shipped()[row[0].strip("`")])
        told = dict(zip(fields, row[1:], strict=True))
        assert told == {name: _cell(document[name]) for name in fields}


def _cell(value: object) -> str:
    """As the table has it. Features in the order in which plans.json has them."""
    if isinstance(value, list):
        return " ".join(f"`{feature}`" for feature in plan_form.FEATURES if feature in value) or "none"
    return "null" if value is None else str(value)


def test_it_is_told_truly_how_many_counters_and_how_much_overlap() -> None:
    kept = f"day ({counters.KEPT_DAYS} of them are kept) and month ({counters.KEPT_MONTHS})"
    assert kept in OPERATORS
    overlap = f"({issuing.DEFAULT_OVERLAP} if left out, 0 to {issuing.MOST_OVERLAP})"
    assert overlap in ACCOUNTS


def test_it_is_told_truly_what_the_owner_of_a_machine_may() -> None:
    told = OPERATORS.partition("The account `local` of `make local`")[2].partition("\n\n")[0]
    numbers = {f"{value:,}" for value in owner.UNBOUNDED.values() if value is not None}
    assert set(re.findall(r"[0-9,]*[0-9]", told)) == numbers
