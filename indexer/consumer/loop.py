"""The consumer loop: poll, hand on, pause, commit. One thread, the only one that uses the consumer.

It never blocks on Elasticsearch. While that is behind, partitions are paused and polling goes on, so the member stays
in its group for as long as it takes.
"""

import time
from collections.abc import Collection
from threading import Event
from typing import Any

import structlog
from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import CorruptRecordError, KafkaError
from kafka.structs import MemberState

from indexer.consumer import backpressure
from indexer.consumer.assignment import Assignment, OwnershipLostError, numbers, with_metadata
from indexer.consumer.lag import End, OpenTransactions, lags
from indexer.consumer.options import CLOSE_MS, CONSUMER, POLL_RECORDS
from indexer.consumer.progress import Completion
from indexer.delivery.intake import Intake
from indexer.delivery.queue import SendQueue
from indexer.kafka_python.damaged import DamagedPlaces
from indexer.kafka_python.workarounds import connected, end_offsets, finish_joining, release_parked
from indexer.ledger import Ledger
from indexer.settings import IndexerSettings

_log = structlog.get_logger()

POLL_MS = 100
POLL_PAUSED_MS = 20  # while poll() blocks, partitions cannot be resumed, so senders would idle
COMMIT_SECONDS = 1.0
COMMIT_RETRY_SECONDS = 0.2  # after one that failed, because the group was rebalancing
COMMIT_AGAIN_SECONDS = 30.0  # in case another member rewound an offset: an idle partition would show a lag for ever
END_OFFSETS_MS = 2_000
DRAIN_SECONDS = 8.0  # less than the session timeout; draining only saves work, correctness does not depend on it
REBUILD_SECONDS = 1.0


class ConsumerLoop:
    """The consumer of one process, created again as often as needed, and what it feeds.

    Thread: the one that calls `run`. Blocks: in poll(), for a tenth of a second at most. Raises: nothing; an error of
    the consumer means a new consumer.
    """

    def __init__(
        self, settings: IndexerSettings, intake: Intake, queue: SendQueue, ledger: Ledger, stopping: Event
    ) -> None:
        self.last_tick = time.monotonic()
        self.problem = "not yet connected to Kafka"
        self.progress = Completion()
        self._settings = settings
        self._intake = intake
        self._queue = queue
        self._ledger = ledger
        self._offsets = ledger.offsets
        self._stopping = stopping
        self._consumer: KafkaConsumer | None = None
        self._assignment: Assignment | None = None
        self._is_joined = False
        self._damaged = DamagedPlaces(settings.unpack_limits())
        self._transactions = OpenTransactions()
        self._committed_at = self._committed_again_at = 0.0
        self._heaviest = 4_000_000  # bytes of a record and its copies; the first poll asks for few records

    def run(self) -> None:
        """Consume until told to stop, then finish what is in flight and leave the group."""
        while not self._stopping.is_set():
            self.last_tick = time.monotonic()  # waiting for Kafka does not count as hanging
            try:
                self._consume()
            except Exception as error:  # noqa: BLE001 - see below
                # kafka-python 3.0.12: after any exception while it decodes a record, the next poll() spins for ever.
                # Only a new consumer helps; nothing was committed that is not finished.
                self._rebuild(error)
        self._leave()

    def _consume(self) -> None:
        consumer = self._consumer = self._connect()
        while not self._stopping.is_set():
            self.last_tick = time.monotonic()
            finish_joining(consumer)
            release_parked(consumer)
            polled = consumer.poll(timeout_ms=poll_timeout_ms(consumer), max_records=self._max_records())
            self._check_ownership()
            for partition, records in polled.items():
                self._heaviest = max(self._heaviest * 9 // 10, 1024, self._intake.take(partition, records))
            self._queue.caught_up(not polled)
            self._pause_or_resume(consumer)
            self._commit_if_due(consumer)

    def _check_ownership(self) -> None:
        if self._assignment and self._assignment.is_stale():
            raise OwnershipLostError("the group had forgotten this member: it starts again with what it owns now")

    def _connect(self) -> KafkaConsumer:
        settings = self._settings
        consumer = connected(
            **settings.kafka_options(),
            **CONSUMER,
            group_id=settings.kafka_group_id,
            group_instance_id=settings.kafka_group_instance_id,
            session_timeout_ms=settings.kafka_session_timeout_ms,
            client_id="gateway-logs-indexer",
        )
        self._is_joined = False
        self._damaged.read_past(consumer)
        self._assignment = Assignment(consumer, self._ledger, self._queue.flush, self._drain_seconds)
        consumer.subscribe([settings.kafka_topic], listener=self._assignment)
        _log.info("joining the consumer group", topic=settings.kafka_topic, group=settings.kafka_group_id)
        return consumer

    def _drain_seconds(self) -> float:
        return 0.0 if self._stopping.is_set() else DRAIN_SECONDS  # when stopping, `_leave` has waited already

    def _rebuild(self, error: Exception) -> None:
        self.problem = _kafka_problem(self._settings, error)
        is_of_kafka = isinstance(error, KafkaError)
        # Kafka's errors speak of brokers and partitions. Any other one may quote the record that could not be read.
        why = str(error) if is_of_kafka else type(error).__name__
        _log.error("the Kafka consumer is created again", error=why, exc_info=not is_of_kafka)
        self._ledger.metrics.rebuilds.inc()
        self._close()
        self._offsets.forget(self._offsets.owned())
        self._stopping.wait(REBUILD_SECONDS)

    def _max_records(self) -> int:
        """Return how many records the next poll may return: as many of the heaviest seen lately as fit the budget."""
        free = self._settings.indexer_budget_bytes - self._offsets.bytes_in_flight()
        return min(max(free // self._heaviest, 1), POLL_RECORDS)

    def _pause_or_resume(self, consumer: KafkaConsumer) -> None:
        in_flight, total = self._offsets.in_flight(), self._offsets.bytes_in_flight()
        budget = self._settings.indexer_budget_bytes
        wanted = backpressure.to_pause(consumer.assignment(), in_flight, consumer.paused(), budget, total)
        backpressure.apply(consumer, wanted)
        self._ledger.metrics.paused.set(len(wanted))

    def _commit_if_due(self, consumer: KafkaConsumer) -> None:
        now = time.monotonic()
        if now - self._committed_at < COMMIT_SECONDS:
            return
        self._committed_at = now
        self._check_partitions(consumer)
        if again := now - self._committed_again_at >= COMMIT_AGAIN_SECONDS:
            self._committed_again_at = now
        if offsets := self._offsets.to_commit(again):
            consumer.commit_async(with_metadata(offsets), callback=self._on_committed)

    def _on_committed(self, offsets: dict[TopicPartition, OffsetAndMetadata], answer: Any) -> None:
        failed = isinstance(answer, Exception)
        self._ledger.metrics.commits.labels("failed" if failed else "stored").inc()
        if failed:
            self._committed_at = time.monotonic() - COMMIT_SECONDS + COMMIT_RETRY_SECONDS
        else:
            self._offsets.committed({partition: given.offset for partition, given in offsets.items()})

    def _check_partitions(self, consumer: KafkaConsumer) -> None:
        """Once a second: whether Kafka answers, how far each partition is from its end, and gaps at its end.

        poll() does not report that the brokers are gone; end_offsets() does.
        """
        assigned = consumer.assignment()
        asked_ms = time.time_ns() // 1_000_000  # before: a record that is written meanwhile is not promised
        try:
            ends = end_offsets(consumer, assigned, END_OFFSETS_MS)
        except KafkaError as error:
            self.problem = _kafka_problem(self._settings, error)
            return
        for partition in assigned:
            position = consumer.position(partition, timeout_ms=0)
            if position is not None:
                self._offsets.caught_up(partition, position)
        written = {partition: max(end, consumer.highwater(partition) or 0) for partition, end in ends.items()}
        self._report(consumer, found := {partition: End(end, written[partition]) for partition, end in ends.items()})
        self.progress.note(asked_ms, found, self._offsets.finished())

    def _group_problem(self, consumer: KafkaConsumer, leaderless: Collection[TopicPartition]) -> str:
        state = consumer.group_metadata().state
        self._is_joined = state is MemberState.STABLE or (self._is_joined and state is MemberState.REBALANCING)
        if not self._is_joined:
            return f"joining the consumer group {self._settings.kafka_group_id}"
        return f"partitions without a leader: {numbers(leaderless)}" if leaderless else ""

    def _report(self, consumer: KafkaConsumer, ends: dict[TopicPartition, End]) -> None:
        metrics, finished = self._ledger.metrics, self._offsets.finished()
        metrics.lag.clear()  # a partition that went to another member must not keep its last value here
        for partition, lag in lags(ends, finished).items():
            metrics.lag.labels(str(partition.partition)).set(lag)
        group = self._group_problem(consumer, consumer.assignment() - ends.keys())
        self.problem = group or self._transactions.problem(ends, finished)

    def _leave(self) -> None:
        """Send what was polled, wait for the answers, commit, and leave the group."""
        self._queue.flush()
        drained = Event()
        future = self._offsets.drained(self._offsets.owned())
        future.add_callback(lambda _: drained.set())
        if not drained.wait(self._settings.indexer_stop_seconds):
            _log.warning("stopping with logs in flight: they are not committed and will be read again")
        self._close()

    def _close(self) -> None:
        """Leave the group; brokers that cannot be reached notice at the session timeout."""
        consumer, self._consumer = self._consumer, None
        try:
            if consumer:
                consumer.close(autocommit=False, timeout_ms=CLOSE_MS)
        except Exception as error:  # noqa: BLE001 - it is dropped in any case
            _log.warning("the Kafka consumer could not be closed cleanly", error=type(error).__name__)


def poll_timeout_ms(consumer: KafkaConsumer) -> int:
    """Return how long a poll may wait for records."""
    return POLL_PAUSED_MS if consumer.paused() else POLL_MS


def _kafka_problem(settings: IndexerSettings, error: Exception) -> str:
    if isinstance(error, OwnershipLostError | CorruptRecordError):
        return str(error)  # complete as it is, and over within a second
    return f"Kafka at {settings.kafka_bootstrap_servers} does not answer: {type(error).__name__}"
