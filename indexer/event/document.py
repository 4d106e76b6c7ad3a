"""A log and the record it came in become one operation of a bulk request: id, version, index, bytes. Pure."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec
from kafka.consumer.fetcher import ConsumerRecord

from indexer.event.decode import Log
from indexer.event.origin import origin
from indexer.offsets import Span
from mappings.index import OWN, Period, write_alias

# The version orders what happens to one log: the record's timestamp, then its place in the partition. 42 bits of
# milliseconds last until 2109; 21 bits of offset tell two million records of one millisecond apart.
OFFSET_BITS = 21
LAST_TIMESTAMP_MS = 2**42 - 1

_TAIL = f',"{OWN}":'.encode()
_encode = msgspec.json.encode


@dataclass(slots=True)
class Operation:
    """One log on its way into one index, and the record that it must answer for.

    The body of the request is `action + value[:-1] + tail`: the event's own bytes, its last brace replaced.
    """

    record: ConsumerRecord
    span: Span
    target: str  # the write alias of the log's period
    action: bytes
    value: bytes
    tail: bytes
    weight: int  # memory it is counted with, bytes: the record, and what was made of it
    size: int  # bytes in the body of the request


@dataclass(slots=True, frozen=True)
class Place:
    """Which index a log belongs to: the alias that is read, and the period of one index."""

    alias: str
    period: Period


def operation(log: Log, record: ConsumerRecord, span: Span, place: Place) -> Operation:
    """Return the operation that stores this log, the same for every delivery of it."""
    digest = identity(log, record)
    document_id = urlsafe_b64encode(log.created_ms.to_bytes(6, "big") + digest).decode()
    target = write_alias(place.alias, place.period, log.created_ms)
    own: dict[str, Any] = {"tie": int.from_bytes(digest[:8], "big") >> 1, **log.own}
    action = (
        f'{{"index":{{"_index":"{target}","_id":"{document_id}"'
        f',"version":{version(record)},"version_type":"external"}}}}\n'
    ).encode()
    tail = b"%b%b}\n" % (_TAIL, _encode(own))
    copied = 0 if log.value is record.value else len(log.value)
    return Operation(
        record=record,
        span=span,
        target=target,
        action=action,
        value=log.value,
        tail=tail,
        weight=weight(record) + copied + len(tail),
        size=len(action) + len(log.value) + len(tail),
    )


def weight(record: ConsumerRecord) -> int:
    """Return the memory a record is counted with, bytes: its own, and what Python keeps around it."""
    # -1 stands for what it does not have: a byte more or less.
    size: int = record.serialized_key_size + record.serialized_value_size + record.serialized_header_size
    return 1024 + size


def identity(log: Log, record: ConsumerRecord) -> bytes:
    """Return twelve bytes that are the same for every delivery of one log.

    From the gateway's id and request id; a log that carries neither is the record it came in. The document's id
    begins with `created_at`, so that a topic which was deleted and filled again does not collide with its past,
    and so that Elasticsearch finds ids, which it must look up for the version, in few segments.
    """
    if log.id or log.request_id:
        name = f"{log.id}\0{log.request_id}"
    else:
        first = origin(record)
        name = f"\0{first.topic}\0{first.partition}\0{first.offset}"
    return blake2b(name.encode(), digest_size=12).digest()


def version(record: ConsumerRecord) -> int:
    """Return a number that is higher for the later record, by Kafka's timestamp: `external` keeps the highest."""
    first = origin(record)
    timestamp_ms = min(max(first.timestamp_ms, 0), LAST_TIMESTAMP_MS)
    return int((timestamp_ms << OFFSET_BITS) | (first.offset & (2**OFFSET_BITS - 1)))
