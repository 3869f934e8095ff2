"""What the engine relies on in DynamoDB, and that our patches of moto keep it and keep it fast."""

from __future__ import annotations

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

from infra.local.account import ACCOUNT, REGION
from tests.local.conftest import Clients, key


def put(aws: Clients, table: str, pk: str, sk: str = "#", **more: Any) -> None:
    aws.dynamodb.put_item(TableName=table, Item={**key(pk, sk), **more})


def new(table: str, pk: str, **more: Any) -> dict[str, Any]:
    put = {"TableName": table, "Item": key(pk), "ConditionExpression": "attribute_not_exists(pk)", **more}
    return {"Put": put}


def canceled(aws: Clients, *items: dict[str, Any]) -> list[dict[str, Any]]:
    with pytest.raises(ClientError) as raised:
        aws.dynamodb.transact_write_items(TransactItems=list(items))
    assert raised.value.response["Error"]["Code"] == "TransactionCanceledException"
    reasons: Any = raised.value.response["CancellationReasons"]
    return cast(list[dict[str, Any]], reasons)


def query(aws: Clients, table: str, **more: Any) -> list[str]:
    answer = aws.dynamodb.query(TableName=table, **more)
    return [item["sk"]["S"] for item in answer["Items"]]


def test_cancellation_reasons_name_the_items(aws: Clients, table: str) -> None:
    put(aws, table, "old", n={"N": "7"})
    all_old = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    first, second = canceled(aws, new(table, "fresh"), new(table, "old", **all_old))
    assert first["Code"] == "None"
    assert second["Code"] == "ConditionalCheckFailed"
    assert second["Item"]["n"] == {"N": "7"}


def test_canceled_transaction_changes_nothing(aws: Clients, table: str) -> None:
    put(aws, table, "old", n={"N": "7"})
    gone = {"Delete": {"TableName": table, "Key": key("old")}}
    put(aws, table, "other")
    canceled(aws, gone, new(table, "fresh"), new(table, "other"))
    kept = aws.dynamodb.scan(TableName=table)["Items"]
    assert sorted(item["pk"]["S"] for item in kept) == ["old", "other"]


def test_transaction_puts_updates_deletes_and_checks(aws: Clients, table: str) -> None:
    for pk in ("gone", "changed", "checked"):
        put(aws, table, pk)
    change = {
        "TableName": table,
        "Key": key("changed"),
        "UpdateExpression": "SET n = :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    check = {"TableName": table, "Key": key("checked"), "ConditionExpression": "attribute_exists(pk)"}
    gone = {"TableName": table, "Key": key("gone")}
    items = [{"Update": change}, {"Delete": gone}, {"ConditionCheck": check}, new(table, "fresh")]
    aws.dynamodb.transact_write_items(TransactItems=items)
    found = {item["pk"]["S"]: item for item in aws.dynamodb.scan(TableName=table)["Items"]}
    assert found.keys() == {"changed", "checked", "fresh"}
    assert found["changed"]["n"] == {"N": "1"}


def test_transaction_refuses_the_same_item_twice_and_101_items(aws: Clients, table: str) -> None:
    for items in ([new(table, "a"), new(table, "a")], [new(table, str(i)) for i in range(101)]):
        with pytest.raises(ClientError, match="ValidationException"):
            aws.dynamodb.transact_write_items(TransactItems=items)
    assert aws.dynamodb.scan(TableName=table)["Count"] == 0


def test_failed_condition_gives_the_old_item(aws: Clients, table: str) -> None:
    put(aws, table, "old", n={"N": "7"})
    with pytest.raises(ClientError) as raised:
        aws.dynamodb.update_item(
            TableName=table,
            Key=key("old"),
            UpdateExpression="SET n = :n",
            ConditionExpression="n = :n",
            ExpressionAttributeValues={":n": {"N": "8"}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert raised.value.response["Item"]["n"] == {"N": "7"}  # type: ignore[typeddict-item]


def test_adding_to_a_number_set_is_idempotent(aws: Clients, table: str) -> None:
    def add(value: str) -> set[str]:
        answer = aws.dynamodb.update_item(
            TableName=table,
            Key=key("batch"),
            UpdateExpression="ADD done :index",
            ExpressionAttributeValues={":index": {"NS": [value]}},
            ReturnValues="ALL_NEW",
        )
        return set(answer["Attributes"]["done"]["NS"])

    assert add("1") == {"1"}
    assert add("2") == {"1", "2"}
    assert add("2") == {"1", "2"}


def test_index_holds_only_items_with_its_keys(aws: Clients, table: str) -> None:
    for number in (3, 1, 2):
        put(aws, table, f"b{number}", open={"S": "x"}, at={"N": str(number)}, more={"S": "not projected"})
    put(aws, table, "ended")
    put(aws, table, "elsewhere", open={"S": "y"}, at={"N": "1"})
    answer = aws.dynamodb.query(
        TableName=table,
        IndexName="open",
        KeyConditionExpression="#o = :o AND #a >= :two",
        ExpressionAttributeNames={"#o": "open", "#a": "at"},
        ExpressionAttributeValues={":o": {"S": "x"}, ":two": {"N": "2"}},
    )
    assert [item["pk"]["S"] for item in answer["Items"]] == ["b2", "b3"]
    assert "more" not in answer["Items"][0]


def test_query_pages_in_both_directions(aws: Clients, table: str) -> None:
    for number in range(7):
        put(aws, table, "batch", f"J#{number}")
        put(aws, table, "another", f"J#{number}")
    for forward in (True, False):
        found: list[str] = []
        start: dict[str, Any] = {}
        while True:
            answer = aws.dynamodb.query(
                TableName=table,
                KeyConditionExpression="pk = :p AND begins_with(sk, :j)",
                ExpressionAttributeValues={":p": {"S": "batch"}, ":j": {"S": "J#"}},
                ScanIndexForward=forward,
                Limit=3,
                **start,
            )
            found += [item["sk"]["S"] for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                break
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
        assert found == sorted((f"J#{n}" for n in range(7)), reverse=not forward)


@pytest.fixture
def deep(aws: Clients, table: str) -> Table:
    """The table with 10,000 items in 500 batches, put where the server keeps them."""
    backend = dynamodb_backends[ACCOUNT][REGION]
    deep_table = backend.get_table(table)
    for number in range(10_000):
        backend.put_item(
            table, key(f"B#{number % 500}", f"J#{number:05}") | {"open": {"S": f"s{number % 500}"}}
        )
    return deep_table


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many items are sorted or copied, which is what made plain moto slow at depth."""
    counts = [0]

    def counted(items: Any, *args: Any) -> Any:
        counts[0] += len(items)
        return items

    sort = Table.all_items
    monkeypatch.setattr(Table, "all_items", lambda self: counted(sort(self)))
    copied = Item.__deepcopy__
    monkeypatch.setattr(Item, "__deepcopy__", lambda self, memo: counted([0]) and copied(self, memo))
    return counts


def test_query_sorts_one_partition(aws: Clients, table: str, deep: Table, touched: list[int]) -> None:
    condition = {
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "B#3"}},
    }
    assert len(query(aws, table, **condition)) == 20
    assert touched[0] <= 2 * 20


def test_index_query_sorts_what_matches(aws: Clients, table: str, deep: Table, touched: list[int]) -> None:
    condition = {
        "IndexName": "open",
        "KeyConditionExpression": "#o = :o",
        "ExpressionAttributeNames": {"#o": "open"},
        "ExpressionAttributeValues": {":o": {"S": "s3"}},
    }
    query(aws, table, **condition)
    assert touched[0] <= 2 * 20


def test_transaction_copies_what_it_touches(
    aws: Clients, table: str, deep: Table, touched: list[int]
) -> None:
    items = [new(table, f"fresh-{number}") for number in range(10)]
    items.append({"Delete": {"TableName": table, "Key": key("B#3", "J#00003")}})
    aws.dynamodb.transact_write_items(TransactItems=items)
    assert touched[0] <= 2 * len(items)
    assert len(deep.items) == 510
