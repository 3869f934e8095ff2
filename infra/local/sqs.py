"""SQS standard queues on SQLite in memory: what Batchreel and the pollers call, exact under threads."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra.local.account import ACCOUNT, arn

Request = Mapping[str, Any]
Answer = dict[str, Any]

MOST_ENTRIES = 10
MOST_BYTES = 1_048_576
SCHEMA = """
CREATE TABLE queues (name TEXT PRIMARY KEY, attributes TEXT);
CREATE TABLE messages (id TEXT PRIMARY KEY, queue TEXT, body TEXT, sender_group TEXT, visible REAL,
    attributes TEXT, received INT DEFAULT 0, handle TEXT, source TEXT);
CREATE INDEX by_visibility ON messages (queue, visible);
CREATE INDEX by_handle ON messages (handle);
CREATE INDEX by_receives ON messages (queue, received);
"""
COUNTS = """SELECT count(*) FILTER (WHERE visible <= :now) AS ApproximateNumberOfMessages,
    count(*) FILTER (WHERE visible > :now) AS ApproximateNumberOfMessagesNotVisible
    FROM messages WHERE queue = :queue"""


class SqsError(Exception):
    """`code` is the name in the JSON protocol, `query` the older one that SDKs show to their callers."""

    def __init__(self, code: str, message: str, query: str | None = None) -> None:
        super().__init__(message)
        self.code, self.query = code, f"AWS.SimpleQueueService.{query or code}"


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

    def _of(self, request: Request) -> tuple[str, dict[str, str]]:
        """The name and the attributes of the queue that is meant."""
        name = request["QueueUrl"].rpartition("/")[2]
        row = self._db.execute("SELECT attributes FROM queues WHERE name = ?", [name]).fetchone()
        if row is None:
            raise SqsError("QueueDoesNotExist", "The specified queue does not exist.", "NonExistentQueue")
        return name, {"VisibilityTimeout": "30", **json.loads(row[0])}

    def create_queue(self, request: Request) -> Answer:
        name, given = request["QueueName"], request.get("Attributes") or {}
        self._db.execute("INSERT OR IGNORE INTO queues VALUES (?, ?)", [name, json.dumps(given)])
        return {"QueueUrl": f"{self._base}/{name}"}

    def set_queue_attributes(self, request: Request) -> Answer:
        name, attributes = self._of(request)
        changed = json.dumps({**attributes, **request["Attributes"]})
        self._db.execute("UPDATE queues SET attributes = ? WHERE name = ?", [changed, name])
        return {}

    def list_queues(self, request: Request) -> Answer:
        beginning = request.get("QueueNamePrefix", "")
        names = [row[0] for row in self._db.execute("SELECT name FROM queues ORDER BY name")]
        return {"QueueUrls": [f"{self._base}/{name}" for name in names if name.startswith(beginning)]}

    def get_queue_attributes(self, request: Request) -> Answer:
        name, attributes = self._of(request)
        counts = dict(self._db.execute(COUNTS, {"now": time.time(), "queue": name}).fetchone())
        known = {
            "QueueArn": arn("sqs", name),
            **attributes,
            **{key: str(count) for key, count in counts.items()},
        }
        asked = request.get("AttributeNames") or []
        return {"Attributes": {k: v for k, v in known.items() if k in asked or "All" in asked}}

    def send_message(self, request: Request) -> Answer:
        queue, known = self._of(request)
        most, attributes = int(known.get("MaximumMessageSize", MOST_BYTES)), request.get("MessageAttributes")
        if _size(request) > most:
            raise SqsError("InvalidParameterValue", f"One or more parameters are invalid: over {most} bytes.")
        message, visible = str(uuid.uuid4()), time.time() + request.get("DelaySeconds", 0)
        self._db.execute(
            "INSERT INTO messages (id, queue, body, sender_group, visible, attributes)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                message,
                queue,
                request["MessageBody"],
                request.get("MessageGroupId"),
                visible,
                json.dumps(attributes or {}),
            ],
        )
        return {"MessageId": message}

    def send_message_batch(self, request: Request) -> Answer:
        if len(request["Entries"]) > MOST_ENTRIES:
            message = f"Maximum number of entries per request are {MOST_ENTRIES}."
            raise SqsError("TooManyEntriesInBatchRequest", message)
        sent = [
            {"Id": entry["Id"], **self.send_message({**entry, "QueueUrl": request["QueueUrl"]})}
            for entry in request["Entries"]
        ]
        return {"Successful": sent, "Failed": []}

    def receive_message(self, request: Request) -> Answer:
        queue, attributes = self._of(request)
        hidden = int(request.get("VisibilityTimeout", attributes["VisibilityTimeout"]))
        self.wait(queue, request.get("WaitTimeSeconds", 0))
        now = time.time()
        self._redrive(queue, attributes, now)
        named = request.get("MessageAttributeNames") or []
        found = self._db.execute(
            "SELECT id FROM messages WHERE queue = ? AND visible <= ? ORDER BY visible LIMIT ?",
            [queue, now, request.get("MaxNumberOfMessages", 1)],
        )
        return {"Messages": [_shown(self._hide(row[0], now, hidden), named) for row in found.fetchall()]}

    def _redrive(self, queue: str, attributes: dict[str, str], now: float) -> None:
        if policy := json.loads(attributes.get("RedrivePolicy", "null")):
            target = policy["deadLetterTargetArn"].rpartition(":")[2]
            self._db.execute(
                "UPDATE messages INDEXED BY by_receives SET queue = ?, source = ?, visible = ?, handle = NULL"
                " WHERE queue = ? AND visible <= ? AND received >= ?",
                [target, arn("sqs", queue), now, queue, now, int(policy["maxReceiveCount"])],
            )

    def _hide(self, message: str, now: float, hidden: int) -> sqlite3.Row:
        self._db.execute(
            "UPDATE messages SET visible = ?, received = received + 1, handle = ? WHERE id = ?",
            [now + hidden, str(uuid.uuid4()), message],
        )
        row: sqlite3.Row = self._db.execute("SELECT * FROM messages WHERE id = ?", [message]).fetchone()
        return row

    def start_message_move_task(self, request: Request) -> Answer:
        """At once, and to the queues that the messages came from."""
        queue = request["SourceArn"].rpartition(":")[2]
        self._of({"QueueUrl": queue})
        self._db.execute(
            "UPDATE messages SET queue = replace(source, ?, ''), source = NULL, received = 0, visible = ?,"
            " handle = NULL WHERE queue = ? AND visible <= ? AND source IS NOT NULL",
            [arn("sqs", ""), time.time(), queue, time.time()],
        )
        return {"TaskHandle": str(uuid.uuid4())}

    def delete_message(self, request: Request) -> Answer:
        """A handle that is no longer the newest deletes nothing, as SQS allows."""
        self._db.execute(
            "DELETE FROM messages INDEXED BY by_handle WHERE queue = ? AND handle = ?",
            [self._of(request)[0], request["ReceiptHandle"]],
        )
        return {}

    def change_message_visibility(self, request: Request) -> Answer:
        now = time.time()
        changed = self._db.execute(
            "UPDATE messages INDEXED BY by_handle SET visible = ?"
            " WHERE queue = ? AND handle = ? AND visible > ?",
            [now + request["VisibilityTimeout"], self._of(request)[0], request["ReceiptHandle"], now],
        )
        if not changed.rowcount:
            raise SqsError("MessageNotInflight", "The message referred to isn't in flight.")
        return {}


def _size(request: Request) -> int:
    """The body, and of each attribute its name, type and value."""
    size = len(request["MessageBody"].encode())
    for name, given in (request.get("MessageAttributes") or {}).items():
        size += sum(len(str(text).encode()) for text in (name, *given.values()))
    return size


def _shown(row: sqlite3.Row, named: Sequence[str]) -> Answer:
    """Of the sender's attributes those that are asked for: by name, or all."""
    sent = json.loads(row["attributes"])
    asked = {name: given for name, given in sent.items() if name in named or "All" in named}
    attributes = {
        "ApproximateReceiveCount": str(row["received"]),
        "MessageGroupId": row["sender_group"],
        "DeadLetterQueueSourceArn": row["source"],
    }
    return {
        "MessageId": row["id"],
        "ReceiptHandle": row["handle"],
        "Body": row["body"],
        "Attributes": {name: value for name, value in attributes.items() if value is not None},
        **({"MessageAttributes": asked} if asked else {}),
    }


OPERATIONS: dict[str, Callable[[Queues, Request], Answer]] = {
    "CreateQueue": Queues.create_queue,
    "ListQueues": Queues.list_queues,
    "StartMessageMoveTask": Queues.start_message_move_task,
    "SetQueueAttributes": Queues.set_queue_attributes,
    "GetQueueAttributes": Queues.get_queue_attributes,
    "SendMessage": Queues.send_message,
    "SendMessageBatch": Queues.send_message_batch,
    "ReceiveMessage": Queues.receive_message,
    "DeleteMessage": Queues.delete_message,
    "ChangeMessageVisibility": Queues.change_message_visibility,
}
