"""`python -m indexer replay`: a stretch of the topic is read once more, and what is missing in the index is put there.

The same steps as always, beside the consumer group and without touching its offsets. What is there already is a
duplicate and stays; what is no log is counted only, for it became a dead letter when it was first read.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from threading import Event, Lock
from time import monotonic
from typing import NamedTuple

import structlog
from elasticsearch import Elasticsearch
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.commands.topic_ends import extent
from indexer.consumer.loop import CONSUMER, held_back, patience_ms
from indexer.dead_letters.breaker import Breaker
from indexer.dead_letters.writer import Rejection
from indexer.delivery.batching import Ends, Intake, Limits, Reading
from indexer.delivery.bulk import Bulk
from indexer.delivery.indices import Indices
from indexer.delivery.queue import Outbox
from indexer.delivery.sender import Desk, Sender
from indexer.event.document import Place, weight
from indexer.kafka_python.damaged import Damage
from indexer.kafka_python.workarounds import take_up_parked
from indexer.metrics import Ledger
from indexer.offsets import Offsets
from indexer.settings import IndexerSettings

log = structlog.get_logger()

PROGRESS_SECONDS = 2.0
DRAIN_LOOK_SECONDS = 0.05
REASONS = 20  # said at the end, most first


class NoTopicError(Exception):
    """There is nothing to replay; the text says what to set."""


class Stretch(NamedTuple):
    """Records of which time are read, epoch milliseconds: from the first on, before the last; None is the end."""

    from_ms: int
    to_ms: int | None


class Refusals:
    """Takes what is no log in place of the dead letters, and counts it by reason."""

    def __init__(self, offsets: Offsets, ledger: Ledger) -> None:
        self.reasons: Counter[str] = Counter()
        self._offsets = offsets
        self._ledger = ledger
        self._lock = Lock()

    def put(self, rejection: Rejection) -> None:
        """Count a record and be done with it."""
        with self._lock:
            self.reasons[rejection.reason] += 1
        self._ledger.skipped.inc()
        self._offsets.finish(rejection.span, 1, weight(rejection.record))


class Replay:
    """One pass over the stretch, as it is when it begins."""

    def __init__(self, settings: IndexerSettings, client: Elasticsearch, stopping: Event) -> None:
        self._settings = settings
        self._stopping = stopping
        self._offsets, self._ledger = Offsets(), Ledger()
        self._outbox = Outbox(settings.indexer_bulk_bytes)
        self._refusals = Refusals(self._offsets, self._ledger)
        breaker = Breaker(1)  # nothing is written to the dead letters here
        self._ends = Ends(self._refusals, self._offsets, self._ledger, breaker)
        indices = Indices(client, settings.index_alias, settings.index_period, settings.retention_days)
        bulk = Bulk(client, settings.indexer_bulk_timeout_seconds)
        self._desk = Desk(self._outbox, bulk, indices, self._refusals, self._offsets, self._ledger, breaker)
        limits = Limits(settings.indexer_bulk_bytes, settings.indexer_linger_ms / 1000)
        place = Place(settings.index_alias, settings.index_period)
        reading = Reading(settings.retention_days, settings.redaction())
        self._intake = Intake(place, reading, limits, self._outbox)
        self._consumer = KafkaConsumer(**settings.kafka_options(), **CONSUMER, group_id=None)
        Damage(is_believed_at_once=True).read_past(self._consumer)
        self._told = monotonic()

    def run(self, stretch: Stretch) -> None:
        """Read the stretch, and return when all of it has ended.

        Raises KafkaError where Kafka is away, NoTopicError where the topic is not there.
        """
        for number in range(self._settings.indexer_senders):
            Sender(number, self._desk).start()
        try:
            self._read(self._bounds(stretch))
            self._intake.flush()
            while self._offsets.records_under_way() and not self._stopping.wait(DRAIN_LOOK_SECONDS):
                self._tell_if_due()
        finally:
            self._outbox.close()
            self._consumer.close()
        for reason, records in self._refusals.reasons.most_common(REASONS):
            log.warning("refused, as when it was first read", records=records, reason=reason)
        self._tell("stopped" if self._stopping.is_set() else "done")

    def _bounds(self, stretch: Stretch) -> dict[TopicPartition, int]:
        """Go to the beginning in each partition, and return where the stretch ends in it."""
        topic = self._settings.kafka_topic
        ends = extent(self._consumer, topic)
        if not ends:
            raise NoTopicError(f"there is no topic {topic}: set KAFKA_TOPIC to the one that is to be replayed")
        starts = self._at(stretch.from_ms, ends)
        stops = ends if stretch.to_ms is None else self._at(stretch.to_ms, ends)
        bounds = {partition: stop for partition, stop in stops.items() if starts[partition] < stop}
        self._consumer.assign(list(bounds))
        for partition in bounds:
            self._consumer.seek(partition, starts[partition])
        return bounds

    def _at(self, time_ms: int, ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        found = self._consumer.offsets_for_times(dict.fromkeys(ends, time_ms))
        return {partition: at.offset if (at := found.get(partition)) else end for partition, end in ends.items()}

    def _read(self, bounds: Mapping[TopicPartition, int]) -> None:
        while not self._stopping.is_set() and (left := self._left(bounds)):
            take_up_parked(self._consumer)
            polled = self._consumer.poll(timeout_ms=patience_ms(self._consumer))
            for partition, records in polled.items():
                self._take(partition, [record for record in records if record.offset < bounds[partition]])
            self._intake.flush_if_due(caught_up=not polled)
            self._hold_back(left)
            self._tell_if_due()

    def _left(self, bounds: Mapping[TopicPartition, int]) -> set[TopicPartition]:
        return {partition for partition, end in bounds.items() if self._consumer.position(partition) < end}

    def _take(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        if records:
            self._intake.take(partition, records, self._ends)

    def _hold_back(self, left: Collection[TopicPartition]) -> None:
        """Pause what has its share of the memory, and what is read to its end."""
        paused = self._consumer.paused()
        budget = self._settings.indexer_budget_bytes
        under_way, total = self._offsets.under_way(), self._offsets.bytes_under_way()
        done = self._consumer.assignment() - set(left)
        wanted = held_back(left, under_way, paused, budget, total) | done
        if to_pause := wanted - paused:
            self._consumer.pause(*to_pause)
        if to_resume := paused - wanted:
            self._consumer.resume(*to_resume)

    def _tell_if_due(self) -> None:
        if monotonic() - self._told > PROGRESS_SECONDS:
            self._tell("replaying")

    def _tell(self, event: str) -> None:
        self._told = monotonic()
        names = ("polled", "indexed", "duplicate", "in_flight")
        self._ledger.in_flight.set(self._offsets.records_under_way())
        counts = {name: int(self._ledger.registry.get_sample_value(_sample(name)) or 0) for name in names}
        refused = sum(self._refusals.reasons.values())
        log.info(event, **counts, refused=refused, waits=self._outbox.reasons())


def replay(settings: IndexerSettings, client: Elasticsearch, stretch: Stretch, stopping: Event) -> int:
    """Replay, and say at the end what was done; return the exit code: 1 when it was stopped before the end."""
    Replay(settings, client, stopping).run(stretch)
    return 1 if stopping.is_set() else 0


def _sample(name: str) -> str:
    return "gateway_logs_records_in_flight" if name == "in_flight" else f"gateway_logs_records_{name}_total"
