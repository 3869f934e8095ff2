"""Calls, as they go over the wire, ask for what AWS would ask of their caller."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.iam.ask import Ask
from infra.iam.calls import Call, asks

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/t"
KEY = {"pk": {"S": "A#acme"}, "sk": {"S": "#"}}
OTHER = {"pk": {"S": "K#1"}, "sk": {"S": "#"}}


def told(operation: str, request: dict[str, Any], service: str = "DynamoDB_20120810") -> list[str]:
    made = Call("POST", "/", f"{service}.{operation}", body=json.dumps(request).encode())
    return [str(ask) for ask in asks(made)]


def of_s3(method: str, path: str, query: dict[str, str], body: bytes = b"") -> list[Ask]:
    return asks(Call(method, path, query=query, body=body))


@pytest.mark.parametrize("operation", ["GetItem", "UpdateItem", "DeleteItem"])
def test_one_item(operation: str) -> None:
    asked = told(operation, {"TableName": "t", "Key": KEY})
    assert asked == [f"dynamodb:{operation} on {TABLE} dynamodb:LeadingKeys=A#acme"]


def test_a_transaction_asks_for_each_of_its_actions() -> None:
    items = [
        {"Put": {"TableName": "t", "Item": KEY}},
        {"Update": {"TableName": "u", "Key": KEY}},
        {"Delete": {"TableName": "t", "Key": OTHER}},
        {"ConditionCheck": {"TableName": "t", "Key": OTHER}},
    ]
    assert told("TransactWriteItems", {"TransactItems": items}) == [
        f"dynamodb:PutItem on {TABLE} dynamodb:LeadingKeys=A#acme",
        f"dynamodb:UpdateItem on {TABLE[:-1]}u dynamodb:LeadingKeys=A#acme",
        f"dynamodb:DeleteItem on {TABLE} dynamodb:LeadingKeys=K#1",
        f"dynamodb:ConditionCheckItem on {TABLE} dynamodb:LeadingKeys=K#1",
    ]


def test_many_items() -> None:
    read = told("BatchGetItem", {"RequestItems": {"t": {"Keys": [KEY, OTHER]}}})
    assert read == [f"dynamodb:BatchGetItem on {TABLE} dynamodb:LeadingKeys=A#acme,K#1"]
    requests = [{"DeleteRequest": {"Key": KEY}}, {"PutRequest": {"Item": OTHER}}]
    written = told("BatchWriteItem", {"RequestItems": {"t": requests}})
    assert written == [f"dynamodb:BatchWriteItem on {TABLE} dynamodb:LeadingKeys=A#acme,K#1"]


def test_a_query_is_of_its_partition_and_of_its_index() -> None:
    values = {":pk": {"S": "A#acme"}, ":from": {"S": "a"}}
    query = {
        "TableName": "t",
        "KeyConditionExpression": "pk = :pk AND sk > :from",
        "ExpressionAttributeValues": values,
    }
    assert told("Query", query) == [f"dynamodb:Query on {TABLE} dynamodb:LeadingKeys=A#acme"]
    [of_index] = told("Query", {**query, "IndexName": "open"})
    assert of_index == f"dynamodb:Query on {TABLE}/index/open dynamodb:LeadingKeys=A#acme"


@pytest.mark.parametrize(
    ("method", "query", "action"),
    [
        ("GET", {"x-id": "GetObject", "X-Amz-Expires": "9", "response-content-type": "a/b"}, "GetObject"),
        ("HEAD", {}, "GetObject"),
        ("PUT", {}, "PutObject"),
        ("DELETE", {}, "DeleteObject"),
        ("POST", {"uploads": ""}, "PutObject"),
        ("PUT", {"partNumber": "1", "uploadId": "u"}, "PutObject"),
        ("POST", {"uploadId": "u"}, "PutObject"),
        ("DELETE", {"uploadId": "u"}, "AbortMultipartUpload"),
    ],
)
def test_objects(method: str, query: dict[str, str], action: str) -> None:
    assert of_s3(method, "/b/jobs/1/a.mp3", query) == [Ask(f"s3:{action}", "arn:aws:s3:::b/jobs/1/a.mp3")]


def test_objects_that_are_listed_or_deleted_together() -> None:
    assert of_s3("GET", "/b", {"prefix": "jobs/", "list-type": "2"}) == [
        Ask("s3:ListBucket", "arn:aws:s3:::b")
    ]
    body = b"<Delete><Object><Key>a&amp;b</Key></Object><Object><Key>c</Key></Object></Delete>"
    deleted = of_s3("POST", "/b", {"delete": ""}, body)
    assert deleted == [Ask("s3:DeleteObject", f"arn:aws:s3:::b/{key}") for key in ("a&b", "c")]


@pytest.mark.parametrize(
    ("service", "operation", "request_", "asked"),
    [
        ("AmazonSQS", "SendMessageBatch", {"QueueUrl": "http://h/1/q"}, "sqs:SendMessage on {sqs}q"),
        ("AmazonSQS", "GetQueueAttributes", {"QueueUrl": "http://h/1/q"}, "sqs:GetQueueAttributes on {sqs}q"),
        ("AWSStepFunctions", "StartExecution", {"stateMachineArn": "m"}, "states:StartExecution on m"),
        ("AWSEvents", "PutEvents", {"Entries": [{"EventBusName": "arn:b"}]}, "events:PutEvents on arn:b"),
        (
            "TrentService",
            "Decrypt",
            {"KeyId": "k", "EncryptionContext": {"purpose": "answer"}},
            "kms:Decrypt on k kms:EncryptionContext:purpose=answer",
        ),
        (
            "Transcribe",
            "GetTranscriptionJob",
            {"TranscriptionJobName": "n"},
            "transcribe:GetTranscriptionJob on arn:aws:transcribe:us-east-1:123456789012:transcription-job/n",
        ),
    ],
)
def test_other_services(service: str, operation: str, request_: dict[str, Any], asked: str) -> None:
    assert told(operation, request_, service) == [asked.format(sqs="arn:aws:sqs:us-east-1:123456789012:")]


def test_functions_and_models() -> None:
    [invoked] = asks(Call("POST", "/2015-03-31/functions/arn:aws:lambda:r:1:function:Deliver/invocations"))
    assert str(invoked) == "lambda:InvokeFunction on arn:aws:lambda:us-east-1:123456789012:function:Deliver"
    models = [
        asks(Call("POST", f"/model/{name}/converse"))[0].resource for name in ("a.b-v1:0", "eu.a.b-v1:0")
    ]
    assert models == [
        "arn:aws:bedrock:us-east-1::foundation-model/a.b-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.a.b-v1:0",
    ]


def test_what_is_not_told_apart_is_asked_for_on_everything() -> None:
    assert told("Scan", {"TableName": "t"}) == ["dynamodb:Scan on *"]
    assert told("Publish", {}, "AmazonSNS") == ["AmazonSNS.Publish on *"]
    assert told("PutRule", {}, "AWSEvents") == ["events:PutRule on *"]
    assert of_s3("GET", "/b/k", {"acl": ""}) == [Ask("s3:GET?acl", "*")]
    assert of_s3("GET", "/", {}) == [Ask("s3:GET?", "*")]


def test_the_caller_is_who_signed() -> None:
    header = "AWS4-HMAC-SHA256 Credential=Deliver/20300101/us-east-1/s3/aws4_request, SignedHeaders=host"
    assert Call("GET", "/b/k", authorization=header).caller == "Deliver"
    assert (
        Call("GET", "/b/k", query={"X-Amz-Credential": "APIHandler/20300101/r/s3/a"}).caller == "APIHandler"
    )
    assert Call("GET", "/b/k").caller == ""
