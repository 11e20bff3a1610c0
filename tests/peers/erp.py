#!/usr/bin/env python3
"""An ERP that knows the gateway only by its contract: pika for the broker, the CloudEvents SDK for what arrives.

    erp.py URL ASYNCAPI

ASYNCAPI is what `edigate asyncapi` prints: the names at the broker and the schemas are read from it. It binds one queue to
all documents and one to all events, holds each message to its schema, and prints it as a line of JSON. Lines of JSON on its
standard input are commands to publish: {"key", "body", "messageId", "headers", "replies"}.
"""

import functools
import json
import os
import select
import sys
import time

import jsonschema
import pika
from cloudevents.http import CloudEvent


def main() -> None:
    url, contract = sys.argv[1:3]
    with open(contract) as file:
        contract = json.load(file)
    exchanges = {
        name: channel["bindings"]["amqp"]["exchange"]["name"] for name, channel in contract["channels"].items()
    }
    prefix = exchanges["documents"].removesuffix(".documents")
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.confirm_delivery()
    for name, exchange in {"documents": "documents", "test": "documentsTest", "events": "events"}.items():
        exchange = exchanges[exchange]
        channel.exchange_declare(exchange, "topic", durable=True)
        queue = f"{prefix}.erp.{name}"
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind(queue, exchange, "#")
        channel.basic_consume(queue, lambda c, m, p, b, name=name: arrived(c, contract, name, m, p, b))
    dead = channel.queue_declare(f"{prefix}.erp.dead", durable=True).method.queue
    channel.basic_consume(dead, lambda c, m, p, b: say({"in": "dead", "body": b.decode()}), auto_ack=True)
    channel.exchange_declare(exchanges["commands"], "topic", durable=True)
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


def publish(channel, exchange: str, answers: str, command: dict) -> None:
    body = command["body"]
    properties = pika.BasicProperties(
        content_type="application/json",
        delivery_mode=2,
        message_id=command.get("messageId"),
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
    """What arrives in CloudEvents' binary mode over AMQP, held to be one by the SDK."""
    headers = {key: value for key, value in (properties.headers or {}).items() if not key.startswith("x-")}
    attributes = {key.removeprefix("cloudEvents_"): str(value) for key, value in headers.items()}
    event = CloudEvent(attributes, json.loads(body))
    assert properties.message_id == event["id"] and properties.type == event["type"]
    kind = event["type"].removeprefix("dev.edigate.").removesuffix(".v1")
    schema = contract["components"]["messages"][kind]["payload"]["schema"]["$ref"].rsplit("/", 1)[1]
    assert schema_of(contract, schema).is_valid(event.data), (kind, list(schema_of(contract, schema).iter_errors(event.data)))
    assert properties.content_type == "application/json" and properties.app_id is None
    say({
        "in": name,
        "key": method.routing_key,
        "correlationId": properties.correlation_id,
        "attributes": dict(event.get_attributes()),
        "data": event.data,
    })
    channel.basic_ack(method.delivery_tag)


@functools.cache
def validator(text: str):
    return jsonschema.Draft202012Validator(json.loads(text))


def schema_of(contract: dict, name: str):
    return validator(json.dumps(contract["components"]["schemas"][name]))


def say(line: dict) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
