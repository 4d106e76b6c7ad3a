"""`python -m indexer redrive`: sends dead letters back to the topic they came from, as the records they were.

Each keeps its key, value, headers and time; a value that was left out is read from the topic. It gets a header with its
original position (event/origin.py). So redriving twice changes nothing: id and version are the same, and no older event
replaces a newer one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from typing import Any

import structlog
from elasticsearch import Elasticsearch
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.commands.originals import Originals
from indexer.commands.topic_ends import topic_ends
from indexer.dead_letters.letter import Header, about, own_headers, place_of_record
from indexer.dead_letters.reasons import kind_of
from indexer.delivery.signing_key import signing_key
from indexer.event.origin import Origin
from indexer.kafka_python.damaged import DamagedPlaces
from indexer.kafka_python.portion import PORTION_BYTES
from indexer.kafka_python.record_writer import Record, RecordWriter
from indexer.kafka_python.unreadable import Damaged, TooLarge
from indexer.settings import IndexerSettings

_log = structlog.get_logger()

DEAD_LETTER_CONSUMER: dict[str, Any] = {
    "auto_offset_reset": "earliest",
    "isolation_level": "read_committed",
    "allow_auto_create_topics": False,  # a dead letter names its topic: asking for a deleted one must not create it
}
LETTER_POLL_MS = 500
REDRIVE_PROGRESS_SECONDS = 2.0
MAX_TIMESTAMP_MS = 2**63 - 1


class NotRedrivableError(Exception):
    """A record of the dead-letter topic that cannot be redriven; the text says why."""


@dataclass(frozen=True)
class LetterSelection:
    """Which dead letters to redrive: those with this text in their reason or its kind, of records of this time span.

    The span is in epoch milliseconds, from inclusive, to exclusive or open. A dry run only counts them.
    """

    reason: str = ""
    from_ms: int = 0
    to_ms: int | None = None
    dry_run: bool = False

    def has(self, reason: str, origin: Origin) -> bool:
        """Tell whether a dead letter is selected."""
        is_before_end = self.to_ms is None or origin.timestamp_ms < self.to_ms
        is_named = self.reason in reason or self.reason in kind_of(reason)
        return is_named and self.from_ms <= max(origin.timestamp_ms, 0) and is_before_end


@dataclass
class Report:
    """What was read and sent; the kinds of `reasons` of the selected dead letters, and why others were `left_out`."""

    read: int = 0
    sent: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


class Redrive:
    """One pass over the dead letters that exist when it begins."""

    def __init__(self, settings: IndexerSettings, key: bytes, selection: LetterSelection, stopping: Event) -> None:
        self.report = Report()
        self._key = key
        self._settings = settings
        self._selection = selection
        self._stopping = stopping
        self._seen: set[Origin] = set()
        self._consumer = KafkaConsumer(**settings.kafka_options(), **DEAD_LETTER_CONSUMER)
        DamagedPlaces(settings.unpack_limits(), is_believed_at_once=True).read_past(self._consumer)
        self._originals = Originals(settings)
        self._writer = RecordWriter(settings.kafka_options())

    def run(self) -> Report:
        """Redrive; raise KafkaError where Kafka does not answer: it can be run again."""
        try:
            for letters in self._polled():
                for records in self._batches(letters):
                    self._send(records)
        finally:
            self._consumer.close()
            self._originals.close()
            self._writer.close()
        return self.report

    def _polled(self) -> Iterator[list[ConsumerRecord]]:
        reported = monotonic()
        ends = topic_ends(self._consumer, self._settings.kafka_dead_letter_topic)
        self._consumer.assign(list(ends))
        while not self._stopping.is_set() and self._is_before(ends):
            polled = self._consumer.poll(timeout_ms=LETTER_POLL_MS).values()
            yield [letter for letters in polled for letter in letters if letter.offset < ends[_partition(letter)]]
            if monotonic() - reported > REDRIVE_PROGRESS_SECONDS:
                reported = monotonic()
                _log.info("redriving", read=self.report.read, sent=self.report.sent)

    def _is_before(self, ends: Mapping[TopicPartition, int]) -> bool:
        return any(self._consumer.position(partition) < end for partition, end in ends.items())

    def _selected(self, letter: ConsumerRecord) -> Record | None:
        """Return the record to send, or None where the dead letter is not sent."""
        self.report.read += 1
        if isinstance(letter.value, Damaged):
            self.report.left_out[kind_of(letter.value.reason)] += 1
            return None
        headers, said = about(letter.headers)
        try:
            return self._wanted(letter, headers, said)
        except NotRedrivableError as error:
            self.report.left_out[str(error)] += 1
            return None

    def _wanted(self, letter: ConsumerRecord, headers: Sequence[Header], said: Mapping[str, bytes]) -> Record | None:
        """Return the record to send if this dead letter is selected; raise NotRedrivableError where it cannot be."""
        origin = self._origin(said)
        reason = said.get("reason", b"").decode(errors="replace")
        if not self._selection.has(reason, origin) or origin in self._seen:
            return None
        self._seen.add(origin)
        found = self._record(letter.value, letter.key, headers, origin)
        if "value" in said:
            original = self._original(said["value"], origin)
            own = own_headers(original, is_redriven=not origin.is_of(original))
            found = self._record(original.value, original.key, own, origin)
        self.report.reasons[kind_of(reason)] += 1
        return found

    def _origin(self, said: Mapping[str, bytes]) -> Origin:
        """Return the original position of a dead letter; raise NotRedrivableError where it cannot go back there."""
        try:
            numbers = [int(said[name]) for name in ("partition", "offset", "timestamp")]
            origin = Origin(said["topic"].decode(), *numbers)
        except (KeyError, ValueError):
            raise NotRedrivableError("not written by this indexer") from None
        if "value" in said and not place_of_record(said["value"]):
            raise NotRedrivableError("its value is not an event: the header gateway-logs.value says what it is")
        if origin.topic != self._settings.kafka_topic:
            raise NotRedrivableError("it came from another topic: run redrive with KAFKA_TOPIC set to that")
        return origin

    def _original(self, said: bytes, origin: Origin) -> ConsumerRecord:
        """Return the record whose value was left out of its dead letter; raise NotRedrivableError without it."""
        place = place_of_record(said)
        record = self._originals.read(place) if place and place[0] == origin.topic else None
        if record is None or (origin.is_of(record) and record.timestamp != origin.timestamp_ms):
            raise NotRedrivableError("its value was left out, and its record is no longer in Kafka")
        if isinstance(record.value, TooLarge):
            raise NotRedrivableError("its record is too large: INDEXER_MAX_RECORD_BYTES, here and for the indexer")
        if record.value is None or isinstance(record.value, Damaged):
            raise NotRedrivableError("its record cannot be read")
        return record

    def _record(self, value: bytes, key: bytes | None, headers: Sequence[Header], origin: Origin) -> Record:
        """Return the record as it was, with its original position."""
        return {
            "topic": self._settings.kafka_topic,
            "value": value,
            "key": key,
            "headers": [*headers, origin.header(self._key, value)],
            "timestamp_ms": min(max(origin.timestamp_ms, 0), MAX_TIMESTAMP_MS),
        }

    def _batches(self, letters: Sequence[ConsumerRecord]) -> Iterator[list[Record]]:
        """Yield the records to send in batches of bounded size: a short dead letter may stand for a large record."""
        batch: list[Record] = []
        size = 0
        for record in filter(None, map(self._selected, letters)):
            batch.append(record)
            size += len(record["value"])
            if size > PORTION_BYTES:
                yield batch
                batch, size = [], 0
        yield batch

    def _send(self, records: list[Record]) -> None:
        """Send records and wait until the brokers have them."""
        if self._selection.dry_run:
            return
        for index, accepted in self._writer.write(records):
            if accepted:
                self.report.sent += 1
            else:
                topic = records[index]["topic"]
                self.report.left_out[f"too large for {topic}, or its timestamp is not accepted there"] += 1


def redrive(settings: IndexerSettings, client: Elasticsearch, selection: LetterSelection, stopping: Event) -> int:
    """Redrive and log what was done; return the exit code, 1 where it was stopped before the end.

    Raises ApiError and TransportError where Elasticsearch does not give the key that positions are signed with.
    """
    key = signing_key(client, settings.index_alias)
    report = Redrive(settings, key, selection, stopping).run()
    for reason, letters in report.reasons.most_common():
        _log.info("would be redriven" if selection.dry_run else "redriven", letters=letters, reason=reason)
    for why, letters in report.left_out.most_common():
        _log.warning("left out", letters=letters, why=why)
    _log.info("done" if not stopping.is_set() else "stopped", read=report.read, sent=report.sent)
    return 1 if stopping.is_set() else 0


def _partition(letter: ConsumerRecord) -> TopicPartition:
    return TopicPartition(letter.topic, letter.partition)
