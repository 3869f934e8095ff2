"""Somebody is told of whatever stays undone, and only who was named."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local import template
from tests.infra.parameters import resolver
from tests.infra.test_template import FUNCTIONS, READ, of
from tests.test_docs import OPERATORS

RESOURCES = template.whole()["Resources"]
ALARMS: dict[str, Any] = {name: RESOURCES[name]["Properties"] for name in of("AWS::CloudWatch::Alarm")}
NAMES = [function.logical_id for function in FUNCTIONS.values()]
TOPIC = "arn:aws:sns:us-east-1:123456789012:pages"


def watching(metric: str, dimension: str) -> set[str]:
    """Resources that some alarm watches by this metric."""
    found = [a["Dimensions"] for a in ALARMS.values() if a.get("MetricName") == metric]
    values = [d["Value"] for dimensions in found for d in dimensions if d["Name"] == dimension]
    return {value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0] for value in values}


@pytest.mark.parametrize("name", ALARMS)
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"AlarmEmail": "a@example.com"}, ["mail"]),
        ({"AlarmTopic": TOPIC}, [TOPIC]),
        ({"AlarmEmail": "a@example.com", "AlarmTopic": TOPIC}, ["mail", TOPIC]),
    ],
    ids=["mail", "topic", "both"],
)
def test_every_alarm_tells_when_it_begins_and_when_it_is_over(
    name: str, given: dict[str, str], told: list[str]
) -> None:
    decided = resolver(given, {"Alarms": {"Ref": "mail"}})
    assert decided.exists(RESOURCES[name])
    assert decided.value(ALARMS[name]["AlarmActions"]) == told
    assert decided.value(ALARMS[name]["OKActions"]) == told


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_it_means_here_and_in_the_guide(name: str) -> None:
    assert ALARMS[name]["AlarmDescription"]
    assert f"`{name}`" in OPERATORS
    assert RESOURCES[name]["Condition"] == "HasAlarms"


def test_whoever_waits_for_a_worker_is_watched() -> None:
    work = {name for name, _ in READ if not name.endswith("Dlq")}
    assert watching("ApproximateAgeOfOldestMessage", "QueueName") == work


def test_a_worker_that_died_is_no_message_that_waits_too_long() -> None:
    hidden = [RESOURCES[name]["Properties"]["VisibilityTimeout"] for name, _ in READ]
    assert template.whole()["Parameters"]["QueueAgeAlarm"]["Default"] > max(hidden) + 600


def counted(alarm: dict[str, Any]) -> dict[str, set[str]]:
    """Of an alarm that adds metrics up: which of them, by resource."""
    found: dict[str, set[str]] = {}
    for metric in (each["MetricStat"]["Metric"] for each in alarm["Metrics"][1:]):
        [dimension] = metric["Dimensions"]
        found.setdefault(dimension["Value"]["Fn::GetAtt"][0], set()).add(metric["MetricName"])
    return found


@pytest.mark.parametrize("queue", sorted(name for name, _ in READ if name.endswith("Dlq")))
def test_a_message_that_a_function_cannot_take_is_watched_while_it_is_hidden_too(queue: str) -> None:
    alarm = ALARMS[f"{queue}Filled"]
    both = {"ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"}
    assert counted(alarm) == {queue: both}
    expression, *added = alarm["Metrics"]
    assert expression["Expression"] == " + ".join(each["Id"] for each in added)
    assert [each["ReturnData"] for each in added] == [False, False]
    periods = {each["MetricStat"]["Period"] for each in added}
    tries = RESOURCES[queue]["Properties"]["VisibilityTimeout"]
    assert min(periods) * alarm["EvaluationPeriods"] > 2 * tries, "another try may mend it"


def test_what_no_function_reads_is_watched() -> None:
    assert watching("ApproximateNumberOfMessagesVisible", "QueueName") == {"GivenUpQueue"}


def test_every_function_is_watched() -> None:
    assert watching("Errors", "FunctionName") == set(NAMES)
    metrics = ALARMS["FunctionsThrottled"]["Metrics"][1:]
    throttled = [m["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"] for m in metrics]
    assert sorted(throttled) == sorted(NAMES)
    assert len(metrics) <= 10, "CloudWatch takes no more in one alarm"


def test_the_guide_tells_what_alarms_cost() -> None:
    """By the metric, of which an alarm that adds some up has more than one."""
    metrics = sum(len(alarm.get("Metrics", [])[1:]) or 1 for alarm in ALARMS.values())
    assert f"watch {metrics} metrics at $0.10 each a month" in OPERATORS
    assert f"about ${metrics * 0.10 + 1:.2f} (list" in OPERATORS


def test_the_watchdog_that_is_still_is_an_alarm() -> None:
    alarm = ALARMS["WatchdogStill"]
    assert watching("Invocations", "FunctionName") == {"Watchdog"}
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["ComparisonOperator"] == "LessThanThreshold"


def test_the_api_is_watched_by_the_name_that_its_metrics_have() -> None:
    found = {d["Name"]: d["Value"] for d in ALARMS["ApiAnswers5xx"]["Dimensions"]}
    assert found["ApiName"] == RESOURCES["RestAPI"]["Properties"]["Name"]
    assert watching("ExecutionsFailed", "StateMachineArn") == {"Finish"}


def test_cloudwatch_may_speak_to_the_encrypted_topic() -> None:
    """Under the key that AWS keeps for SNS it may not, and alarms are lost in silence."""
    assert RESOURCES["Alarms"]["Properties"]["KmsMasterKeyId"] == {"Ref": "AlarmsKey"}
    service = {"Service": "cloudwatch.amazonaws.com"}
    of_key = RESOURCES["AlarmsKey"]["Properties"]["KeyPolicy"]["Statement"]
    assert [s["Action"] for s in of_key if s["Principal"] == service] == [
        ["kms:Decrypt", "kms:GenerateDataKey*"]
    ]
    of_topic = RESOURCES["AlarmsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert [s["Action"] for s in of_topic if s["Principal"] == service] == ["sns:Publish"]


@pytest.mark.parametrize(
    ("given", "reader"),
    [
        ({"AlarmEmail": "a@example.com"}, {"SubscriptionType": "EMAIL", "Address": "a@example.com"}),
        ({"AlarmTopic": TOPIC}, {"SubscriptionType": "SNS", "Address": TOPIC}),
    ],
    ids=["mail", "topic"],
)
def test_a_budget_has_a_reader(given: dict[str, str], reader: dict[str, str]) -> None:
    decided = resolver(given)
    budget = RESOURCES["Budget"]["Properties"]
    assert budget["Budget"]["BudgetLimit"] == {"Amount": {"Ref": "MonthlyBudget"}, "Unit": "USD"}
    readers = [decided.value(each["Subscribers"]) for each in budget["NotificationsWithSubscribers"]]
    assert readers == [[reader], [reader]]
