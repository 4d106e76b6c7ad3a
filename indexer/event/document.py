"""A log and its record become one operation of a bulk request: id, version, index, bytes. Pure."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from threading import Lock
from typing import Any

import msgspec
from kafka.consumer.fetcher import ConsumerRecord

from indexer.event.decode import Log
from indexer.event.layout_2 import LAST_OF_LAYOUT_2, identity_2, own_2, version_2
from indexer.event.origin import Origin
from indexer.event.retries import Retries
from indexer.event.version import version
from indexer.offsets import Span
from mappings.index import OWN, Period, write_alias

LAYOUT = 3  # how a log is stored: its id, its version, its own fields. Raise it when one of these changes

_TAIL = f',"{OWN}":'.encode()
HEADER_WEIGHT = 200  # bytes of memory that a header takes beside its own
_OBJECTS_BYTES = 1024  # of memory: the Python objects of an operation
_encode = msgspec.json.encode


@dataclass(slots=True)
class Operation:
    """One log on its way into one index, and the record that it came in.

    Its lines of the bulk body are `action + value[:-1] + tail`: the event's own bytes with the last brace replaced.
    """

    record: ConsumerRecord
    origin: Origin
    span: Span
    target: str  # the write alias of the log's period
    action: bytes
    value: bytes
    tail: bytes
    weight: int  # bytes of memory counted for it: the record, and what was made of it
    size: int  # bytes in the bulk body
    layout: int = LAYOUT  # that it was made in: only an index with the same layout may get it
    siblings: "Siblings | None" = None  # where its record holds several logs


@dataclass(slots=True, eq=False)
class Siblings:
    """The operations of one record that holds several logs. The record ends when all of them have.

    The first of them has the weight of the whole record, the others have none.
    """

    first: Operation
    targets: frozenset[str]
    unfinished: int
    logs: int  # of the record, refused ones included
    refused: int  # of them, not to be stored
    reason: str  # of the first refused one
    cause: str = ""  # what the record waits for
    is_indexed: bool = False
    is_returned: bool = False
    lock: Lock = field(default_factory=Lock)


@dataclass(slots=True, frozen=True)
class IndexTarget:
    """Where logs are indexed: the alias that is read, the period of one index, and the layouts of existing indices.

    It also knows the latest records, of which a producer may write one again.
    """

    alias: str
    period: Period
    layouts: dict[str, int] = field(default_factory=dict)  # by write alias; an index that is not known yet has ours
    retries: Retries = field(default_factory=Retries)


def operation(log: Log, record: ConsumerRecord, origin: Origin, span: Span, target: IndexTarget) -> Operation:
    """Return the operation that stores this log; it is the same whenever the record is delivered, but for `repeats`."""
    index = write_alias(target.alias, target.period, log.created_ms)
    layout = target.layouts.get(index, LAYOUT)
    digest, number, own = _in_layout(layout, log, origin, target.retries.first(record, origin))
    document_id = urlsafe_b64encode(log.created_ms.to_bytes(6, "big") + digest).decode()
    action = (
        f'{{"index":{{"_index":"{index}","_id":"{document_id}","version":{number},"version_type":"external"}}}}\n'
    ).encode()
    tail = b"%b%b}\n" % (_TAIL, _encode({"tie": int.from_bytes(digest[:8], "big") >> 1, **own}))
    copied = 0 if log.value is record.value else len(log.value)
    return Operation(
        record=record,
        origin=origin,
        span=span,
        target=index,
        action=action,
        value=log.value,
        tail=tail,
        weight=record_weight(record) + copied + len(tail),
        size=len(action) + len(log.value) + len(tail),
        layout=layout,
    )


def layout_of(mapping_version: int | None) -> int:
    """Return the layout of an index that was created with this version of the mapping.

    A version above ours is of a newer release: the newest layout that this one knows.
    """
    return 2 if mapping_version is not None and mapping_version <= LAST_OF_LAYOUT_2 else LAYOUT


def _in_layout(layout: int, log: Log, origin: Origin, first: Origin) -> tuple[bytes, int, Mapping[str, Any]]:
    """Return the identity of a log, its version by the first record that is equal to its own, and what is added."""
    if layout == 2:
        return identity_2(log, origin), version_2(first), own_2(log)
    return identity(log, origin), version(first, log.created_ms), {**sizes(log), **log.own}


def sizes(log: Log) -> dict[str, int]:
    """Return the size of a document, and of what it has less without its bodies, for `gateway_logs`.

    The API knows from them how much it asks Elasticsearch for. The first is exact but for some bytes. The second is a
    lower bound, because it counts the characters of the bodies: to count their escapes takes longer.
    """
    words = sum(len(text.encode()) for name in ("text", "content") for text in log.own.get(name, ()))
    extra = len(log.own.get("extra", ""))
    return {"bytes": len(log.value) + words + extra, "body_bytes": log.bodies + words}


def record_weight(record: ConsumerRecord) -> int:
    """Return the bytes of memory counted for a record: its own, and the Python objects around it."""
    # A size is -1 where the record does not have that part: one byte does not matter.
    size: int = record.serialized_key_size + record.serialized_value_size + record.serialized_header_size
    return _OBJECTS_BYTES + size + HEADER_WEIGHT * len(record.headers or ())


def joined(operations: Sequence[Operation], refused: Sequence[str] = ()) -> list[Operation]:
    """Return the operations of one record, which end together; `refused` has the reasons of its other logs.

    Of two events of one log the last one in the record counts: their versions are the same.
    """
    latest = list({one.action: one for one in operations}.values())
    first, *others = latest
    if not others and not refused:
        return latest
    first.weight += sum(one.weight - record_weight(one.record) for one in others)
    first.weight += _OBJECTS_BYTES * len(others)
    targets = frozenset(one.target for one in latest)
    logs = len(operations) + len(refused)
    siblings = Siblings(first, targets, len(latest), logs, len(refused), "".join(refused[:1]))
    for one in latest:
        one.siblings = siblings
    for one in others:
        one.weight = 0
    return latest


def identity(log: Log, origin: Origin) -> bytes:
    """Return twelve bytes that identify a log, the same whenever it is delivered.

    They come from its group and the gateway's id and request id, or, for a log with neither id, from the position of
    its record in Kafka and its place in it. The document id begins with `created_at`: a topic that was deleted and
    created again does not collide with its past, and Elasticsearch, which looks ids up for the version, finds them in
    few segments.
    """
    if log.id or log.request_id:
        # No two pairs give the same name: the length of the group says where the request id begins.
        name = f"{log.id}\0{len(log.group)}\0{log.group}{log.request_id}"
    else:
        name = f"\0{origin.topic}\0{origin.partition}\0{origin.offset}" + (f"\0{log.number}" if log.number else "")
    return blake2b(name.encode(), digest_size=12).digest()
