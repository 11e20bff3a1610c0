#!/usr/bin/env python3
"""An ERP that knows the gateway only by its contract: pika for the broker, the CloudEvents SDK for what arrives.

    erp.py URL ASYNCAPI [TOKEN]

ASYNCAPI is what `edigate asyncapi` prints: the names at the broker and the schemas are read from it. It binds one queue to
all documents and one to all events, holds each message to its schema, and prints it as a line of JSON. It needs no more
rights than those that `edigate amqp topology` prints for it, once the exchanges are there. A document that did
not come along is fetched with the bearer token in the file TOKEN. Lines of JSON on its
standard input are commands to publish: {"key", "body", "messageId", "userId", "headers", "replies"}.
"""

import functools
import hashlib
import json
import os
import select
import sys
import time
import urllib.request

import jsonschema
import pika
import referencing.jsonschema
from cloudevents.http import CloudEvent, from_json


def main() -> None:
    url, contract, *token = sys.argv[1:]
    with open(contract) as file:
        contract = json.load(file)
    for path in token:
        with open(path) as file:
            contract["token"] = file.read().strip()
    exchanges = {
        name: channel["bindings"]["amqp"]["exchange"]["name"] for name, channel in contract["channels"].items()
    }
    prefix = exchanges["documents"].removesuffix(".documents")
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.confirm_delivery()
    for name, exchange in {"documents": "documents", "test": "documentsTest", "events": "events"}.items():
        exchange = exchanges[exchange]
        present(connection, exchange)
        queue = f"erp.{prefix}.{name}"
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind(queue, exchange, "#")
        channel.basic_consume(queue, lambda c, m, p, b, name=name: arrived(c, contract, name, m, p, b))
    dead = channel.queue_declare(f"erp.{prefix}.dead", durable=True).method.queue
    channel.basic_consume(dead, lambda c, m, p, b: say({"in": "dead", "body": b.decode()}), auto_ack=True)
    present(connection, exchanges["commands"])
    answers = channel.queue_declare("", exclusive=True).method.queue
    channel.basic_consume(answers, lambda c, m, p, b: arrived(c, contract, "answers", m, p, b))
    say({"in": "ready"})
    pending = b""
    while True:
        connection.process_data_events(time_limit=0.02)
        if select.select([sys.stdin], [], [], 0)[0]:
            read = os.read(sys.stdin.fileno(), 1 << 20)
            if not read:
                break
            *lines, pending = (pending + read).split(b"\n")
            for line in lines:
                publish(channel, exchanges["commands"], answers, json.loads(line))
    connection.close()


def present(connection, exchange: str) -> None:
    """Only asks for an exchange, and makes it where it is not there yet; a refusal closes the channel."""
    try:
        connection.channel().exchange_declare(exchange, "topic", passive=True)
    except pika.exceptions.ChannelClosedByBroker:
        connection.channel().exchange_declare(exchange, "topic", durable=True)


def publish(channel, exchange: str, answers: str, command: dict) -> None:
    body = command["body"]
    properties = pika.BasicProperties(
        content_type="application/json",
        delivery_mode=2,
        message_id=command.get("messageId"),
        user_id=command.get("userId"),
        headers=command.get("headers"),
        reply_to=answers if command.get("replies") else None,
        correlation_id=command.get("correlationId"),
    )
    text = body if isinstance(body, str) else json.dumps(body)
    while True:
        try:
            channel.basic_publish(exchange, command["key"], text.encode(), properties, mandatory=True)
            return
        except pika.exceptions.UnroutableError:
            # The gateway has not bound its queue yet.
            time.sleep(0.2)


def arrived(channel, contract: dict, name: str, method, properties, body: bytes) -> None:
    """What arrives in one of CloudEvents' modes over AMQP, held to be an event by the SDK and to the schema of its message."""
    mode = "structured" if properties.content_type == "application/cloudevents+json" else "binary"
    headers = {key: value for key, value in (properties.headers or {}).items() if not key.startswith("x-")}
    if mode == "structured":
        assert not headers, headers
        event = from_json(body)
    else:
        attributes = {key.removeprefix("cloudEvents_"): str(value) for key, value in headers.items()}
        event = CloudEvent(attributes, json.loads(body))
    assert properties.message_id == event["id"] and properties.type == event["type"]
    kind = event["type"].removeprefix("dev.edigate.").removesuffix(".v1")
    assert properties.content_type == contract["components"]["messages"][kind]["contentType"] and properties.app_id is None
    held_to(contract, f"messages/{kind}/payload/schema", json.loads(body))
    data, claim = event.data, None
    if "dataref" in event.get_attributes():
        claim = data
        data = fetched(contract, event, claim)
        held_to(contract, f"schemas/{event['edidoctype']}", data)
    say({
        "in": name,
        "key": method.routing_key,
        "mode": mode,
        "correlationId": properties.correlation_id,
        "attributes": dict(event.get_attributes()),
        "data": data,
        "claim": claim,
    })
    channel.basic_ack(method.delivery_tag)


def fetched(contract: dict, event: CloudEvent, claim: dict) -> dict:
    """The document that an event leaves to be fetched."""
    assert claim["dataref"] == event["dataref"]
    request = urllib.request.Request(event["dataref"], headers={"Authorization": f"Bearer {contract['token']}"})
    with urllib.request.urlopen(request) as answer:
        document = answer.read()
    assert len(document) == claim["bytes"] and hashlib.sha256(document).hexdigest() == claim["sha256"]
    return json.loads(document)


def held_to(contract: dict, place: str, value) -> None:
    """Everything is looked up in the contract alone."""
    faults = list(validator(json.dumps(contract["components"]), place).iter_errors(value))
    assert not faults, (place, faults)


@functools.cache
def validator(components: str, place: str):
    # A schema inside the contract keeps its own id, by which it is known to itself.
    components = json.loads(components.replace('"#/components/schemas/', '"contract:'))
    resources = {f"contract:{name}": schema for name, schema in components["schemas"].items()}
    resources |= {schema["$id"]: schema for schema in components["schemas"].values() if "$id" in schema}
    registry = referencing.Registry().with_resources(
        (uri, referencing.jsonschema.DRAFT202012.create_resource(schema)) for uri, schema in resources.items()
    )
    schema = functools.reduce(lambda part, key: part[key], place.split("/"), components)
    return jsonschema.Draft202012Validator(schema, registry=registry)


def say(line: dict) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
