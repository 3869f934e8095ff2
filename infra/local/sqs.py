"""SQS standard queues on SQLite in memory: what Batchreel and the pollers call, exact under threads."""

from __future__ import annotations

import base64
import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable

from infra.local.account import ACCOUNT
from infra.local.sqs_rules import (
    Answer,
    Request,
    SqsError,
    arn,
    between,
    check_body,
    check_entries,
    checked_handle,
    legacy,
    md5,
    picked,
    shown,
)

DEFAULTS = {
    "VisibilityTimeout": "30",
    "DelaySeconds": "0",
    "MessageRetentionPeriod": "345600",
    "MaximumMessageSize": "1048576",
    "ReceiveMessageWaitTimeSeconds": "0",
}
SCHEMA = """
CREATE TABLE queues (name TEXT PRIMARY KEY, attributes TEXT);
CREATE TABLE messages (id TEXT PRIMARY KEY, queue TEXT, body TEXT, attributes TEXT, system TEXT, sent REAL,
    visible REAL, delayed INT, received INT DEFAULT 0, first REAL, handle TEXT, source TEXT);
CREATE INDEX by_visibility ON messages (queue, visible);
CREATE INDEX by_handle ON messages (handle);
CREATE INDEX by_age ON messages (queue, sent);
CREATE INDEX by_receives ON messages (queue, received);
"""
COUNTS = """SELECT count(*) FILTER (WHERE visible <= :now) AS ApproximateNumberOfMessages,
    count(*) FILTER (WHERE visible > :now AND delayed) AS ApproximateNumberOfMessagesDelayed,
    count(*) FILTER (WHERE visible > :now AND NOT delayed) AS ApproximateNumberOfMessagesNotVisible
    FROM messages WHERE queue = :queue"""


class Queues:
    """All queues of the account. Every operation takes and gives what the JSON protocol does."""

    def __init__(self, base_url: str) -> None:
        self._base = f"{base_url}/{ACCOUNT}"
        self._changed = threading.Condition(threading.RLock())
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(SCHEMA)
        self._open = True

    def close(self) -> None:
        with self._changed:
            self._open = False
            self._changed.notify_all()
            self._db.close()

    def call(self, operation: str, request: Request) -> Answer:
        """Raises SqsError as SQS would answer it."""
        with self._changed:
            if operation not in OPERATIONS or not self._open:
                raise SqsError("UnsupportedOperation", f"{operation} is not served here")
            answer = OPERATIONS[operation](self, request)
            self._changed.notify_all()
            return answer

    def wait(self, queue: str, seconds: float) -> bool:
        """Whether a message of the queue with this name can be received, waiting for one so long."""
        until = time.monotonic() + seconds
        with self._changed:
            while self._open:
                next_one = self._next_visible(queue)
                left = until - time.monotonic()
                if next_one <= 0 or left <= 0:
                    return next_one <= 0
                self._changed.wait(min(left, next_one))
        return False

    def _next_visible(self, queue: str) -> float:
        row = self._db.execute("SELECT min(visible) FROM messages WHERE queue = ?", [queue]).fetchone()
        return float("inf") if row[0] is None else row[0] - time.time()

    def _named(self, name: str) -> tuple[str, dict[str, str]]:
        row = self._db.execute("SELECT attributes FROM queues WHERE name = ?", [name]).fetchone()
        if row is None:
            message = "The specified queue does not exist."
            raise SqsError("QueueDoesNotExist", message, "AWS.SimpleQueueService.NonExistentQueue")
        return name, {**DEFAULTS, **json.loads(row[0])}

    def _of(self, request: Request) -> tuple[str, dict[str, str]]:
        return self._named(request["QueueUrl"].rpartition("/")[2])

    def create_queue(self, request: Request) -> Answer:
        name, given = request["QueueName"], request.get("Attributes") or {}
        row = self._db.execute("SELECT attributes FROM queues WHERE name = ?", [name]).fetchone()
        if row and not given.items() <= {**DEFAULTS, **json.loads(row[0])}.items():
            raise SqsError("QueueNameExists", "The queue has other attributes", "QueueAlreadyExists")
        self._db.execute("INSERT OR IGNORE INTO queues VALUES (?, ?)", [name, json.dumps(given)])
        return {"QueueUrl": f"{self._base}/{name}"}

    def get_queue_url(self, request: Request) -> Answer:
        return {"QueueUrl": f"{self._base}/{self._named(request['QueueName'])[0]}"}

    def list_queues(self, request: Request) -> Answer:
        prefix = request.get("QueueNamePrefix") or ""
        names = [row[0] for row in self._db.execute("SELECT name FROM queues ORDER BY name")]
        return {"QueueUrls": [f"{self._base}/{name}" for name in names if name.startswith(prefix)]}

    def set_queue_attributes(self, request: Request) -> Answer:
        name, attributes = self._of(request)
        changed = json.dumps({**attributes, **request["Attributes"]})
        self._db.execute("UPDATE queues SET attributes = ? WHERE name = ?", [changed, name])
        return {}

    def get_queue_attributes(self, request: Request) -> Answer:
        name, attributes = self._of(request)
        counts = self._db.execute(COUNTS, {"now": time.time(), "queue": name}).fetchone()
        known = {**attributes, **{k: str(counts[k]) for k in counts.keys()}, "QueueArn": arn(name)}  # noqa: SIM118
        return {"Attributes": picked(known, request.get("AttributeNames") or [])}

    def purge_queue(self, request: Request) -> Answer:
        self._db.execute("DELETE FROM messages WHERE queue = ?", [self._of(request)[0]])
        return {}

    def send_message(self, request: Request) -> Answer:
        queue, attributes = self._of(request)
        body = request.get("MessageBody") or ""
        check_body(body, int(attributes["MaximumMessageSize"]))
        delay = between(request, "DelaySeconds", 900, attributes["DelaySeconds"])
        group = request.get("MessageGroupId")
        system = {"SenderId": "AIDALOCAL"} | ({"MessageGroupId": group} if group else {})
        given = json.dumps(request.get("MessageAttributes") or {})
        now, made = time.time(), str(uuid.uuid4())
        self._db.execute(
            "INSERT INTO messages (id, queue, body, attributes, system, sent, visible, delayed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [made, queue, body, given, json.dumps(system), now, now + delay, delay > 0],
        )
        return {"MessageId": made, "MD5OfMessageBody": md5(body)}

    def receive_message(self, request: Request) -> Answer:
        queue, attributes = self._of(request)
        wait = between(request, "WaitTimeSeconds", 20, attributes["ReceiveMessageWaitTimeSeconds"])
        most = between(request, "MaxNumberOfMessages", 10, 1, least=1)
        hidden = between(request, "VisibilityTimeout", 43200, attributes["VisibilityTimeout"])
        until, messages = time.monotonic() + wait, self._take(queue, attributes, most, hidden)
        while not messages and (left := until - time.monotonic()) > 0 and self._open:
            if self.wait(queue, left):
                messages = self._take(queue, attributes, most, hidden)
        return {"Messages": [shown(m, request) for m in messages]} if messages else {}

    def _take(self, queue: str, attributes: dict[str, str], most: int, hidden: int) -> list[sqlite3.Row]:
        now = time.time()
        oldest = now - int(attributes["MessageRetentionPeriod"])
        self._db.execute(
            "DELETE FROM messages INDEXED BY by_age WHERE queue = ? AND sent < ?", [queue, oldest]
        )
        self._redrive(queue, attributes, now)
        found = self._db.execute(
            "SELECT id FROM messages WHERE queue = ? AND visible <= ? ORDER BY visible LIMIT ?",
            [queue, now, most],
        )
        return [self._hide(row[0], now, hidden) for row in found.fetchall()]

    def _redrive(self, queue: str, attributes: dict[str, str], now: float) -> None:
        if policy := json.loads(attributes.get("RedrivePolicy") or "null"):
            target = policy["deadLetterTargetArn"].rpartition(":")[2]
            self._db.execute(
                "UPDATE messages INDEXED BY by_receives SET queue = ?, source = ?, visible = ?, handle = NULL"
                " WHERE queue = ? AND visible <= ? AND received >= ?",
                [target, arn(queue), now, queue, now, int(policy["maxReceiveCount"])],
            )

    def _hide(self, message: str, now: float, hidden: int) -> sqlite3.Row:
        handle = base64.b64encode(f"{uuid.uuid4()} {message}".encode()).decode()
        self._db.execute(
            "UPDATE messages SET visible = ?, received = received + 1, first = coalesce(first, ?),"
            " handle = ?, delayed = 0 WHERE id = ?",
            [now + hidden, now, handle, message],
        )
        row: sqlite3.Row = self._db.execute("SELECT * FROM messages WHERE id = ?", [message]).fetchone()
        return row

    def delete_message(self, request: Request) -> Answer:
        """A handle that is no longer the newest deletes nothing, as SQS allows."""
        queue, _ = self._of(request)
        handle = checked_handle(request["ReceiptHandle"])
        self._db.execute(
            "DELETE FROM messages INDEXED BY by_handle WHERE queue = ? AND handle = ?", [queue, handle]
        )
        return {}

    def change_message_visibility(self, request: Request) -> Answer:
        queue, _ = self._of(request)
        handle, now = checked_handle(request["ReceiptHandle"]), time.time()
        seconds = between(request, "VisibilityTimeout", 43200)
        changed = self._db.execute(
            "UPDATE messages INDEXED BY by_handle SET visible = ?"
            " WHERE queue = ? AND handle = ? AND visible > ?",
            [now + seconds, queue, handle, now],
        )
        if not changed.rowcount:
            raise legacy("MessageNotInflight", "The message referred to isn't in flight.")
        return {}


def _batched(single: Callable[[Queues, Request], Answer]) -> Callable[[Queues, Request], Answer]:
    def batch(queues: Queues, request: Request) -> Answer:
        entries = request["Entries"]
        check_entries(entries)
        queues._of(request)
        answer: Answer = {"Successful": [], "Failed": []}
        for entry in entries:
            try:
                made = single(queues, {**entry, "QueueUrl": request["QueueUrl"]})
            except SqsError as error:
                failure = {"Id": entry["Id"], "SenderFault": True, "Code": error.code, "Message": str(error)}
                answer["Failed"].append(failure)
            else:
                answer["Successful"].append({"Id": entry["Id"], **made})
        return answer

    return batch


OPERATIONS: dict[str, Callable[[Queues, Request], Answer]] = {
    "CreateQueue": Queues.create_queue,
    "GetQueueUrl": Queues.get_queue_url,
    "ListQueues": Queues.list_queues,
    "GetQueueAttributes": Queues.get_queue_attributes,
    "SetQueueAttributes": Queues.set_queue_attributes,
    "PurgeQueue": Queues.purge_queue,
    "SendMessage": Queues.send_message,
    "SendMessageBatch": _batched(Queues.send_message),
    "ReceiveMessage": Queues.receive_message,
    "DeleteMessage": Queues.delete_message,
    "DeleteMessageBatch": _batched(Queues.delete_message),
    "ChangeMessageVisibility": Queues.change_message_visibility,
    "ChangeMessageVisibilityBatch": _batched(Queues.change_message_visibility),
}
