"""Events become the very bytes that the indexer would send: lines of a bulk body, packed as it packs them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import orjson
from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.delivery.batching import MAX_OPERATIONS
from indexer.event.decode import KEPT_FOR_EVER_SINCE_MS, Window, decode
from indexer.event.document import IndexTarget, operation
from indexer.offsets import Span
from mappings.instant import YEAR_10000_MS
from stack.events.generate import Event

ANY_TIME = Window(KEPT_FOR_EVER_SINCE_MS, YEAR_10000_MS)
NO_SPAN = Span(TopicPartition("", 0), 0, 0, 0)  # offsets are the indexer's business


class Document(NamedTuple):
    """One log in a bulk body."""

    lines: bytes  # action and source
    target: str  # the write alias that it goes to
    event_bytes: int  # as it was in Kafka


def documents(records: Iterable[ConsumerRecord], place: IndexTarget) -> Iterator[Document]:
    """Give one document for each record, made by the indexer's own steps."""
    for record in records:
        one = operation(decode(record.value, ANY_TIME), record, NO_SPAN, place)
        lines = b"".join((one.action, memoryview(one.value)[:-1], one.tail))
        yield Document(lines, one.target, len(record.value))


def unsent(events: Iterable[Event]) -> Iterator[ConsumerRecord]:
    """Give events as records of a topic that there is not, for documents that are loaded without Kafka."""
    for offset, event in enumerate(events):
        value = orjson.dumps(event)
        yield ConsumerRecord("", 0, 0, offset, event["created_at"], 0, None, value, [], None, -1, len(value), -1)


def pack(lines: Iterable[bytes], bulk_bytes: int) -> Iterator[bytes]:
    """Join lines into bulk bodies of at most so many bytes."""
    batch: list[bytes] = []
    size = 0
    for one in lines:
        if batch and (size + len(one) > bulk_bytes or len(batch) == MAX_OPERATIONS):
            yield b"".join(batch)
            batch, size = [], 0
        batch.append(one)
        size += len(one)
    yield b"".join(batch)
