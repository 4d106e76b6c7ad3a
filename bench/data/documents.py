"""Events as documents: the bytes that the indexer would send for them, built by its own functions."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import orjson
from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.event.decode import KEPT_FOR_EVER_SINCE_MS, Window, decode
from indexer.event.document import IndexTarget, operation
from indexer.event.origin import Origins
from indexer.offsets import Span
from mappings.instant import YEAR_10000_MS
from stack.events.call import Event

ANY_TIME = Window(KEPT_FOR_EVER_SINCE_MS, YEAR_10000_MS)
NO_SPAN = Span(TopicPartition("", 0), 0, 0, 0)  # nothing is committed, so offsets do not matter


class Document(NamedTuple):
    """One document of a bulk body."""

    lines: bytes  # action line and source line
    alias: str  # the write alias of its index
    event_bytes: int  # size of the event in Kafka


def documents(records: Iterable[ConsumerRecord], target: IndexTarget) -> Iterator[Document]:
    """Yield the document of each record."""
    for record in records:
        log = operation(decode(record.value, ANY_TIME), record, Origins().of(record), NO_SPAN, target)
        lines = b"".join((log.action, memoryview(log.value)[:-1], log.tail))
        yield Document(lines, log.target, len(record.value))


def unsent_records(events: Iterable[Event]) -> Iterator[ConsumerRecord]:
    """Yield events as records that were never in Kafka, for documents that are sent without the indexer."""
    for offset, event in enumerate(events):
        value = orjson.dumps(event)
        yield ConsumerRecord("", 0, 0, offset, event["created_at"], 0, None, value, [], None, -1, len(value), -1)
