"""Whether the deployment answers, knows the key, counts its requests, and tells what was used."""

from __future__ import annotations

from infra.smoke.parts import expect, part
from infra.smoke.run import Run
from infra.smoke.service import Answer

VALIDATE = "/api/v1/auth/validate"
_NO_KEY = "sk_" + "0" * 64
_LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Used", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def health(run: Run) -> None:
    look = "the URL (on AWS the stack's output EndpointURL, stage included), then the log of the API function"
    with run.step("health", look):
        status = part(run.service.get("/health").data, str, "status")
        expect(status == "ok", 'the status "ok"', status)


def key(run: Run) -> None:
    look = "the key (`python -m infra.admin keys --account …`), and whether it is one of this stack"
    with run.step("key", look) as remarks:
        data = run.service.get(VALIDATE).data
        expect(part(data, bool, "valid"), "a valid key", data)
        scopes = set(part(data, list, "scopes"))
        expect("admin" in scopes or scopes >= {"read", "process"}, "the scopes read and process", scopes)
        remarks += [f"account {part(data, str, 'account')}", f"plan {part(data, str, 'plan')}"]


def strangers(run: Run) -> None:
    look = "the log of the API function: it must let nobody in without a key"
    with run.step("other keys", look):
        for stranger, code in (("", "UNAUTHORIZED"), (_NO_KEY, "INVALID_API_KEY")):
            came = run.service.refusal(VALIDATE, stranger)
            expect(came == (401, code), f"401 {code}", came)


def limits(run: Run) -> None:
    look = "the accounts table, where requests are counted, and proxies that take headers away"
    with run.step("limits", look) as remarks:
        before, after = (_limits(run.service.get(VALIDATE)) for _ in range(2))
        for limit, used, remaining, _ in (before, after):
            expect(
                used + remaining == limit, "used and remaining to make the limit", (used, remaining, limit)
            )
        counted = after[1] > before[1] or after[3] > before[3]
        expect(counted, f"more than {before[1]} requests of this hour", after[1])
        remarks.append(f"{after[2]} of {after[0]} requests left in this hour")


def usage(run: Run) -> None:
    look = "the log of the API function and the accounts table"
    with run.step("usage", look) as remarks:
        data = run.service.get("/api/v1/usage/current").data
        requests = part(data, int, "current_period", "total_requests")
        expect(requests >= 1, "this request at least", requests)
        part(data, dict, "quotas", "videos_per_month")
        remarks.append(f"{requests} requests this month")


def _limits(answer: Answer) -> tuple[int, ...]:
    """As numbers. Raises Unexpected if one is missing."""
    sent = [answer.headers.get(name, "") for name in _LIMITS]
    for name, value in zip(_LIMITS, sent, strict=True):
        expect(value.isdecimal(), f"a number in the header {name}", value or "none")
    return tuple(int(value) for value in sent)
