"""`python -m indexer redrive`: dead letters go back to the topic they came from, as the records they were.

Each goes with its key, value, headers and time, and with the place where it stood first (origin.py), so that
re-driving twice changes nothing: the same id and the same version, and no older event over a newer one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from typing import Any

import structlog
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import InvalidTimestampError

from indexer.commands.topic_ends import extent
from indexer.dead_letters.writer import PRODUCER, TOO_LARGE
from indexer.event.origin import Origin
from indexer.kafka_python.damaged import Damage, Unreadable
from indexer.kafka_python.workarounds import abandon
from indexer.settings import IndexerSettings

log = structlog.get_logger()

CONSUMER: dict[str, Any] = {
    "auto_offset_reset": "earliest",
    "isolation_level": "read_committed",
    "allow_auto_create_topics": False,  # a letter names its topic: asking for one that is gone must not make it
}
POLL_MS = 500
SEND_SECONDS = 30.0
PROGRESS_SECONDS = 2.0
OURS = "gateway-logs."
INT64_MAX = 2**63 - 1
NOT_TAKEN = (*TOO_LARGE, InvalidTimestampError)


class NotOursError(Exception):
    """A record of the dead-letter topic that cannot be re-driven; the text says why."""


@dataclass(frozen=True)
class Choice:
    """Which dead letters: those with this text in their reason; a dry run only counts them."""

    reason: str = ""
    dry_run: bool = False


@dataclass
class Report:
    """What was found, by number; `reasons` are those of the chosen letters, `left_out` says why others stay."""

    read: int = 0
    sent: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


class Redrive:
    """One pass over the dead letters that are there when it begins."""

    def __init__(self, settings: IndexerSettings, choice: Choice, stopping: Event) -> None:
        self.report = Report()
        self._settings = settings
        self._choice = choice
        self._stopping = stopping
        self._seen: set[Origin] = set()
        self._consumer = KafkaConsumer(**settings.kafka_options(), **CONSUMER)
        Damage(is_believed_at_once=True).read_past(self._consumer)
        self._producer = self._open()

    def run(self) -> Report:
        """Go through them all; raise KafkaError where Kafka is away: run it again then."""
        try:
            for letters in self._polled():
                self._send([record for letter in letters if (record := self._chosen(letter))])
        finally:
            self._consumer.close()
            self._producer.close()
        return self.report

    def _polled(self) -> Iterator[list[ConsumerRecord]]:
        told = monotonic()
        ends = extent(self._consumer, self._settings.kafka_dead_letter_topic)
        self._consumer.assign(list(ends))
        while not self._stopping.is_set() and self._is_before(ends):
            polled = self._consumer.poll(timeout_ms=POLL_MS).values()
            yield [letter for letters in polled for letter in letters if letter.offset < ends[_place(letter)]]
            if monotonic() - told > PROGRESS_SECONDS:
                told = monotonic()
                log.info("re-driving", read=self.report.read, sent=self.report.sent)

    def _is_before(self, ends: Mapping[TopicPartition, int]) -> bool:
        return any(self._consumer.position(partition) < end for partition, end in ends.items())

    def _chosen(self, letter: ConsumerRecord) -> dict[str, Any] | None:
        """Return the record as it goes back, or None where it stays."""
        self.report.read += 1
        if isinstance(letter.value, Unreadable):
            self.report.left_out[letter.value.reason] += 1
            return None
        about = {name.removeprefix(OURS): value for name, value in letter.headers if name.startswith(OURS)}
        try:
            origin = self._origin(about)
        except NotOursError as error:
            self.report.left_out[str(error)] += 1
            return None
        reason = about.get("reason", b"").decode(errors="replace")
        if self._choice.reason not in reason or origin in self._seen:
            return None
        self._seen.add(origin)
        self.report.reasons[reason] += 1
        return _original(letter, origin)

    def _origin(self, about: Mapping[str, bytes]) -> Origin:
        """Return where the letter stood first; raise NotOursError where it cannot go back there."""
        try:
            numbers = [int(about[name]) for name in ("partition", "offset", "timestamp")]
            origin = Origin(about["topic"].decode(), *numbers)
        except (KeyError, ValueError):
            raise NotOursError("not written by this indexer") from None
        if "value" in about:
            raise NotOursError(f"its value is no event: {about['value'].decode(errors='replace')}")
        if not self._consumer.partitions_for_topic(origin.topic):
            raise NotOursError(f"there is no topic {origin.topic}")
        return origin

    def _send(self, records: list[dict[str, Any]]) -> None:
        """Write records and wait until the brokers have them."""
        if self._choice.dry_run:
            return
        sent = [(record, self._producer.send(**record)) for record in records]
        for record in [record for record, future in sent if not self._is_written(future)]:
            self._send_alone(record)

    def _is_written(self, future: Any) -> bool:
        """Wait for one acknowledgement; False where the topic does not take the record, or one before it."""
        try:
            future.get(timeout=SEND_SECONDS)
        except NOT_TAKEN:
            return False
        self.report.sent += 1
        return True

    def _send_alone(self, record: dict[str, Any]) -> None:
        """Send again with a producer of its own: only a record that is alone can be blamed (see deadletter.py)."""
        self._renew_producer()
        if not self._is_written(self._producer.send(**record)):
            self._renew_producer()
            self.report.left_out[f"too large for {record['topic']}, or its time is not taken there"] += 1

    def _renew_producer(self) -> None:
        abandon(self._producer)
        self._producer = self._open()

    def _open(self) -> KafkaProducer:
        return KafkaProducer(**self._settings.kafka_options(), **PRODUCER)


def redrive(settings: IndexerSettings, choice: Choice, stopping: Event) -> int:
    """Re-drive, and say at the end what was done; return the exit code: 1 when it was stopped before the end."""
    report = Redrive(settings, choice, stopping).run()
    for reason, letters in report.reasons.most_common():
        log.info("would be re-driven" if choice.dry_run else "re-driven", letters=letters, reason=reason)
    for why, letters in report.left_out.most_common():
        log.warning("left out", letters=letters, why=why)
    log.info("done" if not stopping.is_set() else "stopped", read=report.read, sent=report.sent)
    return 1 if stopping.is_set() else 0


def _place(letter: ConsumerRecord) -> TopicPartition:
    return TopicPartition(letter.topic, letter.partition)


def _original(letter: ConsumerRecord, origin: Origin) -> dict[str, Any]:
    """Return what to give to a producer: the record as it was, and its origin."""
    headers = [(name, value or b"") for name, value in letter.headers if not name.startswith(OURS)]
    return {
        "topic": origin.topic,
        "value": letter.value,
        "key": letter.key,
        "headers": [*headers, origin.header()],
        "timestamp_ms": min(max(origin.timestamp_ms, 0), INT64_MAX),  # what is written here anybody could write
    }
