"""Each role may do what its function does in the runs that are recorded, and nothing else."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from app import app
from chalicelib import vault
from infra.iam import platform, policy, roles
from infra.iam.ask import Ask
from infra.iam.policy import Policy
from infra.local import account, template
from infra.local.functions import Function, functions
from tests.permissions import REASONS, alike, certain, idle, recorded, unseen

INFRA = account.ROOT / "infra"
CONFIG = account.ROOT / ".chalice" / "config.json"
DOCUMENT = template.whole()
RESOURCES = DOCUMENT["Resources"]
MACHINE = "Finish"
CALLERS = [*(roles.logical_id(name) for name in functions(app, CONFIG, RESOURCES)), MACHINE]


def resolve(raw: Any) -> Any:
    """Resources stand for themselves."""
    return template.Resolver(DOCUMENT, lambda name: {"Ref": name, "Arn": f"{name}.Arn"}).value(raw)


@cache
def policies() -> dict[str, Policy]:
    return roles.policies(CONFIG, RESOURCES, resolve)


def function(caller: str) -> Function:
    [found] = [each for each in functions(app, CONFIG, RESOURCES).values() if each.logical_id == caller]
    return found


def by_the_platform(caller: str) -> set[str]:
    if caller == MACHINE:
        asks = [*platform.of_machine()]
    else:
        asks = [*platform.of_function(function(caller), resolve)]
    used = {str(ask): policies()[caller].uses(ask) for ask in asks}
    assert [ask for ask, names in used.items() if not names] == []
    return set().union(*used.values())


def used_by(caller: str) -> set[str]:
    return alike({name for user, name in recorded() if user == caller} | by_the_platform(caller))


def given(caller: str) -> list[str]:
    return [name for grant in policies()[caller].grants for name in grant.names]


def test_every_function_and_the_state_machine_have_a_policy_of_their_own() -> None:
    assert set(policies()) == set(CALLERS)
    [stage] = json.loads(CONFIG.read_text())["stages"].values()
    files = [each["iam_policy_file"] for each in stage["lambda_functions"].values()]
    assert sorted(files) == sorted(f"../infra/policies/{path.name}" for path in INFRA.glob("policies/*.json"))


@pytest.mark.parametrize("caller", CALLERS)
def test_nothing_is_missing(caller: str) -> None:
    assert sorted(used_by(caller) - alike(given(caller))) == []


@pytest.mark.parametrize("caller", CALLERS)
def test_nothing_is_to_spare(caller: str) -> None:
    assert sorted(alike(given(caller)) - used_by(caller) - unseen(caller)) == []


@pytest.mark.parametrize("caller", CALLERS)
def test_nothing_is_given_twice(caller: str) -> None:
    names = given(caller)
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("caller", CALLERS)
def test_a_reason_is_of_something_that_is_given(caller: str) -> None:
    assert sorted(unseen(caller) - alike(given(caller))) == []
    assert set(REASONS["unseen"]) <= set(CALLERS)


def everywhere(resource: str) -> bool:
    return policy.matches(resource, "arn:aws:any:us-east-1:1:thing")


def test_only_what_has_no_resource_is_given_on_everything() -> None:
    found = {
        grant.action for each in policies().values() for grant in each.grants if everywhere(grant.resource)
    }
    assert found == set(REASONS["everything"])


def test_no_action_is_a_pattern() -> None:
    actions = {grant.action for each in policies().values() for grant in each.grants}
    assert [action for action in actions if "*" in action] == []


def test_what_has_a_reason_is_not_recorded() -> None:
    assert certain(recorded()) == recorded()


def test_what_is_no_longer_used_is_told() -> None:
    assert idle(recorded()) == []
    gone = ("Watchdog", "states:")
    used = {(caller, name) for caller, name in recorded() if (caller, name[:7]) != gone}
    assert [each.partition(" arn:")[0] for each in idle(used)] == ["Watchdog: states:StartExecution"]
    one_of_several = ("Watchdog", "sqs:SendMessage TextNormalQueue")
    assert one_of_several in recorded()
    assert idle(recorded() - {one_of_several}) == []


def test_reasons_are_sentences() -> None:
    told = [
        *REASONS["everything"].values(),
        *(why for each in REASONS["unseen"].values() for why in each.values()),
    ]
    assert [why for why in told if len(str(why).split()) < 4] == []


OF_BEDROCK = "arn:aws:bedrock:eu-central-1:123456789012:"


@pytest.mark.parametrize(
    "model",
    [
        "arn:aws:bedrock:eu-central-1::foundation-model/amazon.some-model-v1:0",
        OF_BEDROCK + "inference-profile/eu.amazon.some-model-v1:0",
        OF_BEDROCK + "application-inference-profile/0a1b2c",
    ],
    ids=["model", "profile", "application"],
)
def test_whatever_model_the_parameter_takes_may_be_asked(model: str) -> None:
    assert re.fullmatch(DOCUMENT["Parameters"]["BedrockModel"]["AllowedPattern"], model)
    assert policies()["TextWorker"].uses(Ask("bedrock:InvokeModel", model))


def secrets_of(caller: str) -> set[str]:
    """Of the operator, as far as its role may open them."""
    given = [grant.condition for grant in policies()[caller].grants if grant.action == "kms:Decrypt"]
    return {
        value for each in given if each and each[1] == "kms:EncryptionContext:secret" for value in each[2]
    }


def test_the_operators_secrets_are_opened_by_workers_alone() -> None:
    assert secrets_of("TextWorker") == {"openai-key", "youtube-proxy"}
    assert secrets_of("AudioWorker") == {"youtube-cookies", "youtube-proxy"}
    assert secrets_of("TextWorker") | secrets_of("AudioWorker") == set(vault.NAMES)
    openers = {
        caller for caller in CALLERS for grant in policies()[caller].grants if grant.action == "kms:Decrypt"
    }
    assert openers == {"APIHandler", "AudioWorker", "Deliver", "TextWorker"}
    assert all(g.condition for each in policies().values() for g in each.grants if g.action == "kms:Decrypt")
