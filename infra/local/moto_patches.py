"""Patches of moto's private names, each with its reason; moto is pinned exactly and each has a test.

Batchreel's tables all have a hash and a range key, and the first two patches rely on that."""

from __future__ import annotations

import base64
import copy
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from moto.core import config as moto_config
from moto.core.model import StructureShape
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.events.models import Rule
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from infra.local import account

MACHINE = "Finish"
"""Logical id of the state machine: the template has one."""


def _part(table: Table, items: dict[Any, Any]) -> Any:
    """The table with only some of its items, thrown away after one operation; so it need not be copied."""
    part: Any = copy.copy(table)
    part.items = defaultdict(dict, items)
    part.__deepcopy__ = lambda memo: part
    return part


_query = Table.query
_transact = DynamoDBBackend.transact_write_items


def query(table: Table, hash_key: Any, *args: Any, **kwargs: Any) -> Any:
    """moto sorts the whole table for each query: 170 ms at 10,000 items. Sort what can match instead."""
    index = args[6]
    if index is None:
        found = {hash_key: table.items[hash_key]} if hash_key in table.items else {}
    else:
        found = _matching(table, kwargs["hash_key_conditions"])
    return _query(_part(table, found), hash_key, *args, **kwargs)


def _matching(table: Table, conditions: list[tuple[str, Any]]) -> dict[Any, Any]:
    def matches(item: Any) -> bool:
        return all(name in item.attrs and item.attrs[name] == value for name, value in conditions)

    rows = {key: {k: i for k, i in row.items() if matches(i)} for key, row in table.items.items()}
    return {key: row for key, row in rows.items() if row}


def transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """moto copies the whole table once per item (2 s at 10,000 items) and rolls back by swapping tables.

    Its own code runs here on copies of the touched items, which are put back when all of it succeeded."""
    tables = backend.tables
    keys = [_touched(backend, op) for item in transact_items for op in item.values()]
    backend.tables = parts = {**tables, **{table.name: _part(table, {}) for table, _, _ in keys}}
    try:
        for table, hash_key, range_key in keys:
            if item := table.items.get(hash_key, {}).get(range_key):
                parts[table.name].items[hash_key][range_key] = copy.deepcopy(item)
        _transact(backend, transact_items)
    finally:
        backend.tables = tables
    for table, hash_key, range_key in keys:
        table.items[hash_key].pop(range_key, None)
        if item := parts[table.name].items[hash_key].get(range_key):
            table.items[hash_key][range_key] = item


def _touched(backend: DynamoDBBackend, operation: dict[str, Any]) -> tuple[Table, Any, Any]:
    table = backend.get_table(operation["TableName"])
    return (table, *backend.get_keys_value(table, operation.get("Key") or operation["Item"]))


_structure = BaseJSONSerializer._serialize_type_structure


def serialize_structure(
    serializer: BaseJSONSerializer, serialized: Any, value: Any, shape: StructureShape, key: str
) -> None:
    """moto looks for each attribute of an item under each of the ten types that it may have, and under
    their aliases: a fifth of all its time. What it has kept is as it goes over the wire."""
    if shape.name == "AttributeValue":
        serialized[serializer.get_serialized_name(shape, key)] = _on_the_wire(value)
    else:
        _structure(serializer, serialized, value, shape, key)


def _on_the_wire(value: Any) -> Any:
    match value:
        case DynamoType():
            return _on_the_wire(value.to_json())
        case dict():
            return {name: _on_the_wire(part) for name, part in value.items()}
        case list():
            return [_on_the_wire(part) for part in value]
        case bytes():
            return base64.b64encode(value).decode()
    return value


@cache
def _tree(definition: str) -> Any:
    return AmazonStateLanguageParser.parse(definition)[1]


def entrypoint(worker: ExecutionWorker) -> Any:
    """moto parses the definition anew for each execution, most of what one costs. The tree is only read, and
    was found without errors when the machine was made."""
    return Preprocessor().visit(_tree(worker._evaluation_details.state_machine_details.definition))


class SharedClients:
    """Stands for the module boto3 where Step Functions makes a client for every single task.

    That is most of the cost of an execution, and boto3's default session is not safe under threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made = cache(self._make)

    def client(self, service_name: str, endpoint_url: str, **_: Any) -> Any:
        with self._lock:
            return self._made(service_name, endpoint_url.replace("localhost", account.HOST))

    def _make(self, service: str, endpoint: str) -> Any:
        retries = {"total_max_attempts": 1}  # retrying is the state machine's work
        settings = {"retries": retries, "read_timeout": 3600, "max_pool_connections": 64}
        shared = {"parameter_validation": False, **settings}
        return account.client(service, endpoint, shared, caller=MACHINE)


TABLES: list[tuple[Any, str, Any]] = [
    (Table, "query", query),
    (DynamoDBBackend, "transact_write_items", transact_write_items),
    (BaseJSONSerializer, "_serialize_type_structure", serialize_structure),
]
MACHINES: list[tuple[Any, str, Any]] = [
    (boto_client, "boto3", SharedClients()),
    (ExecutionWorker, "_get_evaluation_entrypoint", entrypoint),
]
PATCHES = [*TABLES, *MACHINES]


@contextmanager
def events_reach(send: Callable[[str, str], None]) -> Iterator[None]:
    """moto fills a template with an event, whose own text may look like a placeholder, and puts it into an
    SQS of its own, which nobody can see here. Its matching stays.

    `send` takes a queue's name and the message. Only while it is needed: other tests have moto's SQS."""

    def send_to_targets(rule: Any, event: dict[str, Any], transform_input: bool = True) -> None:
        if rule.event_pattern.matches_event(event):
            for target in rule.targets:
                send(_queue(target["Arn"]), json.dumps(_as_sent(event)))

    rule: Any = Rule
    own = rule.send_to_targets
    rule.send_to_targets = send_to_targets
    try:
        yield
    finally:
        rule.send_to_targets = own


def _queue(target: str) -> str:
    if ":sqs:" not in target:
        raise NotImplementedError(f"the local stack sends no events to {target}")
    return target.rpartition(":")[2]


def _as_sent(event: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in event.items() if name != "ingestion-time"}
    moment = datetime.fromtimestamp(float(event["time"]), UTC)
    return {**told, "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def install() -> None:
    """Patches moto for the rest of this process; doing it again changes nothing."""
    moto_config.default_user_config["stepfunctions"] = {"execute_state_machine": True}
    _put(PATCHES)


def quicken_tables() -> None:
    """Only what makes DynamoDB's cost independent of what else its tables hold."""
    _put(TABLES)


def _put(patches: list[tuple[Any, str, Any]]) -> None:
    for owner, name, replacement in patches:
        setattr(owner, name, replacement)
