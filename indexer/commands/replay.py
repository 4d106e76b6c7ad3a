"""`python -m indexer replay`: reads a part of the topic again and indexes what is missing.

It takes the same steps as the indexer, beside the consumer group and without touching its offsets. Logs that are
indexed already are duplicates. What is not a log is only counted: it became a dead letter when it was first read.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from threading import Event, Lock
from time import monotonic
from typing import NamedTuple

import structlog
from elasticsearch import Elasticsearch
from kafka import KafkaConsumer, TopicPartition

from indexer.assembly import assemble
from indexer.causes import Causes
from indexer.commands.topic_ends import topic_ends
from indexer.consumer import backpressure
from indexer.consumer.loop import poll_timeout_ms
from indexer.consumer.options import CONSUMER
from indexer.consumer.parked import ParkedReader
from indexer.dead_letters.reasons import kind_of
from indexer.dead_letters.rejection import Rejection, Stage
from indexer.kafka_python.damaged import DamagedPlaces
from indexer.kafka_python.workarounds import release_parked
from indexer.ledger import Ends, Ledger
from indexer.settings import IndexerSettings

_log = structlog.get_logger()

REPLAY_PROGRESS_SECONDS = 2.0
DRAIN_CHECK_SECONDS = 0.05
MAX_REASONS = 20  # logged at the end, most frequent first


class NoTopicError(Exception):
    """There is nothing to replay; the text says what to set."""


class TimeSpan(NamedTuple):
    """Record timestamps to replay, epoch milliseconds: from the first, inclusive, to the last, exclusive or open."""

    from_ms: int
    to_ms: int | None


class CountedRejections:
    """Counts rejected records by the kind of their reason instead of writing dead letters."""

    def __init__(self, ledger: Ledger) -> None:
        self.reasons: Counter[str] = Counter()
        self._ledger = ledger
        self._lock = Lock()

    def reject(self, _stage: Stage, rejections: Sequence[Rejection], of_records: int) -> None:  # noqa: ARG002
        """Count rejected records and end them."""
        with self._lock:
            self.reasons.update(kind_of(rejection.reason) for rejection in rejections)
        for rejection in rejections:
            self._ledger.skipped(rejection.record, rejection.span)


class Replay:
    """One pass over the part of the topic that exists when it begins."""

    def __init__(self, settings: IndexerSettings, client: Elasticsearch, stopping: Event) -> None:
        self._settings = settings
        self._stopping = stopping
        ends = Ends(Ledger(), Causes())
        self._ledger = ends.ledger
        self._rejected = CountedRejections(self._ledger)
        self._pipeline = assemble(settings, client, ends, self._rejected)
        self._parked = ParkedReader(settings, self._pipeline.intake, ends, stopping)
        self._consumer = KafkaConsumer(**settings.kafka_options(), **CONSUMER, group_id=None)
        DamagedPlaces(settings.unpack_limits(), is_believed_at_once=True).read_past(self._consumer)
        self._reported = monotonic()

    def run(self, span: TimeSpan) -> None:
        """Replay, and return when everything has ended.

        Raise KafkaError where Kafka does not answer, ApiError or TransportError where Elasticsearch does not at the
        start, NoTopicError where the topic does not exist.
        """
        self._pipeline.origins.key = self._pipeline.indices.signing_key()
        self._pipeline.start()
        self._parked.start()
        try:
            self._read(self._seek(span))
            self._pipeline.queue.flush()
            while self._is_busy() and not self._stopping.wait(DRAIN_CHECK_SECONDS):
                self._report_if_due()
        finally:
            self._pipeline.stop()
            self._consumer.close()
        for reason, records in self._rejected.reasons.most_common(MAX_REASONS):
            _log.warning("rejected, as when it was first read", records=records, reason=reason)
        self._report("stopped" if self._stopping.is_set() else "done")

    def _is_busy(self) -> bool:
        offsets = self._ledger.offsets
        return bool(offsets.records_in_flight() or offsets.parked())

    def _seek(self, span: TimeSpan) -> dict[TopicPartition, int]:
        """Seek to the beginning in each partition; return where to stop in it."""
        topic = self._settings.kafka_topic
        ends = topic_ends(self._consumer, topic)
        if not ends:
            raise NoTopicError(f"the topic {topic} does not exist: set KAFKA_TOPIC to the one to replay")
        starts = self._offsets_at(span.from_ms, ends)
        stops = ends if span.to_ms is None else self._offsets_at(span.to_ms, ends)
        bounds = {partition: stop for partition, stop in stops.items() if starts[partition] < stop}
        self._consumer.assign(list(bounds))
        for partition in bounds:
            self._consumer.seek(partition, starts[partition])
        return bounds

    def _offsets_at(self, time_ms: int, ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        found = self._consumer.offsets_for_times(dict.fromkeys(ends, time_ms))
        return {partition: at.offset if (at := found.get(partition)) else end for partition, end in ends.items()}

    def _read(self, bounds: Mapping[TopicPartition, int]) -> None:
        while not self._stopping.is_set() and (left := self._left(bounds)):
            release_parked(self._consumer)
            polled = self._consumer.poll(timeout_ms=poll_timeout_ms(self._consumer))
            for partition, records in polled.items():
                if wanted := [record for record in records if record.offset < bounds[partition]]:
                    self._pipeline.intake.take(partition, wanted)
            self._pipeline.queue.caught_up(not polled)
            self._pause_or_resume(left)
            self._report_if_due()

    def _left(self, bounds: Mapping[TopicPartition, int]) -> set[TopicPartition]:
        return {partition for partition, end in bounds.items() if self._consumer.position(partition) < end}

    def _pause_or_resume(self, left: Collection[TopicPartition]) -> None:
        """Pause partitions by backpressure, and those that were read to their end."""
        offsets, budget = self._ledger.offsets, self._settings.indexer_budget_bytes
        in_flight, total = offsets.in_flight(), offsets.bytes_in_flight()
        wanted = backpressure.to_pause(left, in_flight, self._consumer.paused(), budget, total)
        backpressure.apply(self._consumer, wanted | (self._consumer.assignment() - set(left)))

    def _report_if_due(self) -> None:
        if monotonic() - self._reported > REPLAY_PROGRESS_SECONDS:
            self._report("replaying")

    def _report(self, event: str) -> None:
        self._reported = monotonic()
        counts = {name: self._ledger.count(name) for name in ("polled", "indexed", "duplicate")}
        counts |= {"in_flight": self._ledger.offsets.records_in_flight(), "refused": self._rejected.reasons.total()}
        _log.info(event, **counts, waits=[*self._pipeline.queue.reasons(), *self._parked.problems()])


def replay(settings: IndexerSettings, client: Elasticsearch, span: TimeSpan, stopping: Event) -> int:
    """Replay and log what was done; return the exit code, 1 where it was stopped before the end."""
    Replay(settings, client, stopping).run(span)
    return 1 if stopping.is_set() else 0
