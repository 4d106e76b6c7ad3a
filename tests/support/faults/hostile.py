"""What a hostile producer writes. Its logs have the `token_id` -1 and its keys are b"-1": the oracle counts neither."""

import time
from collections.abc import Callable, Iterable
from random import Random
from typing import Any
from uuid import uuid4

import orjson
from kafka import KafkaProducer

from mappings.instant import DAY_MS
from tests.support.pipeline import Pipeline
from tests.support.waiting import PATIENCE_S

KEY = b"-1"
UNPACKED_BYTES = 150_000_000  # some 150 KB of gzip
INVENTED_HEADERS = [
    ("gateway-logs.origin", b"gateway-logs/0/0/4400000000000"),
    ("gateway-logs.value", b"compressed"),
    ("gateway-logs.reason", b"none"),
]

Attack = Callable[[Pipeline, Random], None]


def event(**fields: Any) -> bytes:
    """Return a log that the oracle does not count."""
    return orjson.dumps({"token_id": -1, "created_at": int(time.time() * 1000), **fields})


def one_byte_records(pipeline: Pipeline, _: Random) -> None:
    """Write 40,000 records of one byte."""
    write(pipeline, [b"x"] * 40_000)


def record_that_unpacks_to_much(pipeline: Pipeline, _: Random) -> None:
    """Write one record of 150 MB, 150 KB as gzip."""
    write(pipeline, [event(content="0" * UNPACKED_BYTES)], compression_type="gzip")


def batch_that_unpacks_to_much(pipeline: Pipeline, _: Random) -> None:
    """Write 200 logs of 1 MB in batches of up to 100 MB, each some 100 KB as gzip."""
    body = "0" * 1_000_000
    logs = [event(id=number, request_detail={"request_body": body}) for number in range(1, 201)]
    write(pipeline, logs, compression_type="gzip", batch_size=100_000_000, linger_ms=200)


def dotted_keys(pipeline: Pipeline, _: Random) -> None:
    """Write one log with 500,000 keys at its root that read like paths."""
    write(pipeline, [event(**{f"a.{number}": 0 for number in range(500_000)})])


def metadata_keys(pipeline: Pipeline, _: Random) -> None:
    """Write one log with 450,000 keys in its metadata."""
    write(pipeline, [event(metadata={f"key-{number}": "" for number in range(450_000)})])


def deep_nesting(pipeline: Pipeline, _: Random) -> None:
    """Write logs that are nested up to a million levels deep."""
    levels = [50, 500, 5_000, 1_000_000]
    nested = [b'{"token_id":-1,"created_at":%d,"a":' + b"[" * depth + b"]" * depth + b"}" for depth in levels]
    write(pipeline, [value % int(time.time() * 1000) for value in nested])


def invented_headers(pipeline: Pipeline, random: Random) -> None:
    """Write logs whose headers have the names that the indexer and `redrive` use."""
    headers = [random.sample(INVENTED_HEADERS, random.randint(1, 3)) for _ in range(100)]
    for chosen in headers:
        pipeline.send(event(id=1), key=KEY, headers=chosen)


def logs_of_many_days(pipeline: Pipeline, _: Random) -> None:
    """Write a log for each day of the retention."""
    now_ms = int(time.time() * 1000)
    write(pipeline, [event(created_at=now_ms - day * DAY_MS) for day in range(30)])


def transaction_left_open(pipeline: Pipeline, _: Random) -> None:
    """Begin a transaction on every partition, and abort it after what a producer writes behind it."""
    bootstrap = pipeline.servers.bootstrap_servers
    producer = KafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"hostile-{uuid4()}")
    producer.init_transactions()
    producer.begin_transaction()
    for partition in producer.partitions_for(pipeline.name):
        producer.send(pipeline.name, event(), KEY, partition=partition)
    producer.flush()
    pipeline.send(*[event()] * 300, key=KEY)
    producer.abort_transaction()
    producer.close()


ATTACKS: dict[str, Attack] = {
    attack.__name__: attack
    for attack in (
        one_byte_records,
        record_that_unpacks_to_much,
        batch_that_unpacks_to_much,
        dotted_keys,
        metadata_keys,
        deep_nesting,
        invented_headers,
        logs_of_many_days,
        transaction_left_open,
    )
}


def write(pipeline: Pipeline, values: Iterable[bytes], **options: Any) -> None:
    """Write records that the oracle does not count, and wait until Kafka has them."""
    options = {"max_request_size": 200_000_000, "linger_ms": 5, **options}
    producer = KafkaProducer(bootstrap_servers=pipeline.servers.bootstrap_servers, **options)
    partitions = sorted(producer.partitions_for(pipeline.name))
    sent = [
        producer.send(pipeline.name, value, KEY, partition=partitions[number % len(partitions)])
        for number, value in enumerate(values)
    ]
    for future in sent:
        future.get(timeout=PATIENCE_S)
    producer.close()
