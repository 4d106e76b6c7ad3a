"""The loop: poll, take in, hand on, hold back, commit. One thread, and the only one that touches the consumer.

It never blocks on Elasticsearch: while the store is behind, partitions are paused and polling goes on, so the
member stays in its group for as long as it takes.
"""

import time
from collections.abc import Collection, Mapping
from threading import Event
from typing import Any

import structlog
from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import CorruptRecordError, KafkaError
from kafka.structs import MemberState

from indexer.consumer.assignment import Assignment, OwnershipLostError, numbers, with_metadata
from indexer.delivery.batching import Ends, Intake
from indexer.kafka_python.damaged import Damage
from indexer.kafka_python.workarounds import connected, ends_of, finish_joining, take_up_parked
from indexer.settings import IndexerSettings

log = structlog.get_logger()

POLL_MS = 100
POLL_PAUSED_MS = 20  # a poll has no eye for a partition that could be resumed: the senders would run dry
POLL_RECORDS = 1_000
COMMIT_SECONDS = 1.0
COMMIT_ANEW_SECONDS = 30.0  # whoever may have taken an offset back: a partition at rest would show a lag for ever
ASK_MS = 2_000
CLOSE_MS = 5_000
DRAIN_SECONDS = 8.0  # below the session time-out: the drain only saves work, the fence keeps things right
REBUILD_SECONDS = 1.0
STUCK_SECONDS = 5.0  # a partition whose oldest record is older than this gets less of the memory
CONSUMER: dict[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "partition_assignment_strategy": (CooperativeStickyAssignor,),
    "heartbeat_interval_ms": 2_000,
    "max_poll_interval_ms": 300_000,
    # A fetch of partitions that are read to their end keeps the connection to its broker until this is over: other
    # partitions on it, and the question where the logs end, wait as long. With the default of 500 the senders idled.
    "fetch_max_wait_ms": 50,
    "fetch_max_bytes": 8_000_000,  # these two bound memory, not speed
    "max_partition_fetch_bytes": 1_000_000,
    "max_poll_records": POLL_RECORDS,
    "reconnect_backoff_max_ms": 2_000,
    "isolation_level": "read_committed",
    "metadata_max_age_ms": 5_000,  # a topic made later, or partitions added, are found within this time
    "bootstrap_timeout_ms": 5_000,
    "metrics_enabled": False,
}


class Consumption:
    """The consumer of one process, rebuilt as often as needed, and what it feeds."""

    def __init__(self, settings: IndexerSettings, intake: Intake, ends: Ends, stopping: Event) -> None:
        self.last_tick = time.monotonic()
        self.trouble = "not yet connected to Kafka"
        self._settings = settings
        self._intake = intake
        self._ends = ends
        self._stopping = stopping
        self._consumer: KafkaConsumer | None = None
        self._assignment: Assignment | None = None
        self._is_joined = False
        self._damage = Damage()
        self._committed_at = self._committed_anew_at = 0.0
        self._heaviest = 4_000_000  # bytes of a record and its copies: the first poll is a careful one

    def run(self) -> None:
        """Consume until told to stop, then finish what is under way and leave the group."""
        while not self._stopping.is_set():
            self.last_tick = time.monotonic()  # waiting for Kafka is no standstill
            try:
                self._consume()
            except Exception as error:  # noqa: BLE001 - see below
                # kafka-python 3.0.12: after any exception while it unpacks a record, the next poll() spins for
                # ever. The one way out is a new consumer; nothing was committed that is not finished.
                self._rebuild(error)
        self._leave()

    def _consume(self) -> None:
        consumer = self._consumer = self._connect()
        while not self._stopping.is_set():
            self.last_tick = time.monotonic()
            finish_joining(consumer)
            take_up_parked(consumer)
            polled = consumer.poll(timeout_ms=patience_ms(consumer), max_records=self._room())
            self._check_ownership()
            for partition, records in polled.items():
                taken = self._intake.take(partition, records, self._ends)
                self._heaviest = max(self._heaviest * 9 // 10, 1024, taken)
            self._intake.flush_if_due(caught_up=not polled)
            self._hold_back(consumer)
            self._commit_if_due(consumer)

    def _check_ownership(self) -> None:
        if self._assignment and self._assignment.is_stale():
            raise OwnershipLostError("the group had forgotten this member: it begins anew with what it owns now")

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
        self._damage.read_past(consumer)
        self._assignment = Assignment(consumer, self._intake, self._ends, self._drain_seconds)
        consumer.subscribe([settings.kafka_topic], listener=self._assignment)
        log.info("joining the consumer group", topic=settings.kafka_topic, group=settings.kafka_group_id)
        return consumer

    def _drain_seconds(self) -> float:
        return 0.0 if self._stopping.is_set() else DRAIN_SECONDS  # when stopping, the wait was before

    def _rebuild(self, error: Exception) -> None:
        self.trouble = _away(self._settings, error)
        log.error("the Kafka consumer is made anew", error=str(error), exc_info=not isinstance(error, KafkaError))
        self._ends.ledger.rebuilds.inc()
        self._close()
        self._ends.offsets.forget(self._ends.offsets.owned())
        self._stopping.wait(REBUILD_SECONDS)

    def _room(self) -> int:
        """Return how many records the next poll may bring: as many of the heaviest seen lately as there is room for."""
        free = self._settings.indexer_budget_bytes - self._ends.offsets.bytes_under_way()
        return min(max(free // self._heaviest, 1), POLL_RECORDS)

    def _hold_back(self, consumer: KafkaConsumer) -> None:
        """Pause what has its share of the memory, resume what is well below it.

        Re-applied in every round: newly assigned partitions begin unpaused.
        """
        under_way = self._ends.offsets.under_way()
        paused = consumer.paused()
        total = self._ends.offsets.bytes_under_way()
        wanted = held_back(consumer.assignment(), under_way, paused, self._settings.indexer_budget_bytes, total)
        if to_pause := wanted - paused:
            consumer.pause(*to_pause)
        if to_resume := paused - wanted:
            consumer.resume(*to_resume)
        self._ends.ledger.paused.set(len(wanted))

    def _commit_if_due(self, consumer: KafkaConsumer) -> None:
        now = time.monotonic()
        if now - self._committed_at < COMMIT_SECONDS:
            return
        self._committed_at = now
        self._look_around(consumer)
        if anew := now - self._committed_anew_at >= COMMIT_ANEW_SECONDS:
            self._committed_anew_at = now
        if offsets := self._ends.offsets.to_commit(anew):
            consumer.commit_async(with_metadata(offsets), callback=self._on_committed)

    def _on_committed(self, offsets: dict[TopicPartition, OffsetAndMetadata], answer: Any) -> None:
        failed = isinstance(answer, Exception)
        self._ends.ledger.commits.labels("failed" if failed else "stored").inc()
        if not failed:
            self._ends.offsets.committed({partition: given.offset for partition, given in offsets.items()})

    def _look_around(self, consumer: KafkaConsumer) -> None:
        """Once a second: does Kafka answer, how far is it to the end, what lies behind markers and gaps.

        poll() says nothing when the brokers are gone; asking for the ends of the partitions does.
        """
        assigned = consumer.assignment()
        try:
            ends = ends_of(consumer, assigned, ASK_MS)
        except KafkaError as error:
            self.trouble = _away(self._settings, error)
            return
        self.trouble = self._trouble(consumer, assigned - ends.keys())
        for partition in assigned:
            position = consumer.position(partition, timeout_ms=0)
            if position is not None:
                self._ends.offsets.caught_up(partition, position)
        self._report(ends)

    def _trouble(self, consumer: KafkaConsumer, leaderless: Collection[TopicPartition]) -> str:
        state = consumer.group_metadata().state
        self._is_joined = state is MemberState.STABLE or (self._is_joined and state is MemberState.REBALANCING)
        if not self._is_joined:
            return f"joining the consumer group {self._settings.kafka_group_id}"
        return f"no broker leads these partitions: {numbers(leaderless)}" if leaderless else ""

    def _report(self, ends: dict[TopicPartition, int]) -> None:
        ledger, offsets = self._ends.ledger, self._ends.offsets
        finished = offsets.finished()
        ledger.lag.clear()  # a partition that went to another member must not leave its last figure here
        for partition, end in ends.items():
            ledger.lag.labels(str(partition.partition)).set(max(0, end - finished.get(partition, 0)))
        ledger.in_flight.set(offsets.records_under_way())
        ledger.bytes_in_flight.set(offsets.bytes_under_way())

    def _leave(self) -> None:
        """Send what was taken in, wait for its answers, commit, and leave the group."""
        self._intake.flush()
        drained = Event()
        future = self._ends.offsets.drained(self._ends.offsets.owned())
        future.add_callback(lambda _: drained.set())
        if not drained.wait(self._settings.indexer_stop_seconds):
            log.warning("stopping with logs under way: they are not committed and come again")
        self._close()

    def _close(self) -> None:
        """Leave the group; what cannot be said to the brokers now shows to them after the session time-out."""
        consumer, self._consumer = self._consumer, None
        try:
            if consumer:
                consumer.close(autocommit=False, timeout_ms=CLOSE_MS)
        except Exception as error:  # noqa: BLE001 - it is thrown away in any case
            log.warning("the Kafka consumer could not be closed in order", error=type(error).__name__)


def patience_ms(consumer: KafkaConsumer) -> int:
    """Return how long a poll may wait for records."""
    return POLL_PAUSED_MS if consumer.paused() else POLL_MS


def held_back(
    assigned: Collection[TopicPartition],
    under_way: Mapping[TopicPartition, tuple[int, float]],
    paused: Collection[TopicPartition],
    budget: int,
    total: int,
) -> set[TopicPartition]:
    """Return the partitions to pause, from their bytes under way and the age in seconds of their oldest record.

    `total` also counts what is under way of partitions that were taken away. One partition may hold a quarter of the
    budget, until it is stuck or half of the budget is taken; then the other half is shared out, so that partitions
    which are poisoned, however many, leave the others room to go on. What is paused goes on at half of its limit.
    """
    if total >= budget:
        return set(assigned)
    share = budget / (2 * max(len(assigned), 1))

    def is_over(partition: TopicPartition) -> bool:
        size, age = under_way.get(partition, (0, 0.0))
        limit = share if age > STUCK_SECONDS or total >= budget / 2 else max(budget / 4, share)
        return size >= limit * (0.5 if partition in paused else 1)

    return {partition for partition in assigned if is_over(partition)}


def _away(settings: IndexerSettings, error: Exception) -> str:
    if isinstance(error, OwnershipLostError | CorruptRecordError):
        return str(error)  # says it all, and is over in a second
    return f"Kafka at {settings.kafka_bootstrap_servers} does not answer: {type(error).__name__}"
