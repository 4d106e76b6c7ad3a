"""Reads parked records again when what they wait for may be over.

Records that cannot go on are given back to Kafka (offsets.py): only the range of their offsets is kept. This thread
reads such a range again and takes those of its records that have a due cause. The first few of a range are an attempt:
where the cause is still there they are parked once more, and the next attempt follows after a pause.
"""

import time
from collections import Counter
from collections.abc import Collection, Sequence
from threading import Event, Thread
from typing import Any

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.consumer.options import CLOSE_MS, CONSUMER
from indexer.delivery.intake import Intake
from indexer.kafka_python.damaged import DamagedPlaces
from indexer.kafka_python.workarounds import connected
from indexer.ledger import Ends
from indexer.offsets import Parked, Span
from indexer.settings import IndexerSettings

_log = structlog.get_logger()

CHECK_SECONDS = 0.5
END_CHECK_SECONDS = 0.02
IDLE_SECONDS = 30.0  # then the consumer is closed
REREAD_POLL_MS = 500
TRIED = 10  # records of an attempt
REREAD_RECORDS = 1_000
REREAD_BYTES = 3_000_000  # less than the queue of the dead letters holds
END_OF_LOG = 2**63 - 1


class ParkedReader(Thread):
    """A thread that reads parked records again, with a consumer of its own outside the group.

    Blocks: while records that it has handed on are delivered. Raises: nothing; after an error of the consumer it tries
    again with a new one.
    """

    def __init__(self, settings: IndexerSettings, intake: Intake, ends: Ends, stopping: Event) -> None:
        super().__init__(name="parked-records", daemon=True)
        self._settings = settings
        self._intake = intake
        self._causes = ends.causes
        self._ledger = ends.ledger
        self._offsets = ends.ledger.offsets
        self._stopping = stopping
        self._consumer: KafkaConsumer | None = None
        self._used_at = 0.0
        self._heaviest = REREAD_BYTES // TRIED

    def problems(self) -> list[str]:
        """Return what records in Kafka wait for: each reason with the number of records, most first."""
        waiting: Counter[str] = Counter()
        for cause, records in self._waiting().items():
            if why := self._causes.why(cause):
                waiting[why] += records
        return [f"{records} logs wait: {why}" for why, records in waiting.most_common()]

    @property
    def notice(self) -> str:
        """Return how many records are on their way although nothing holds them up any more; "" for none."""
        records = sum(records for cause, records in self._waiting().items() if not self._causes.blocks(cause))
        return f"{records} records that had to wait are read again from Kafka" if records else ""

    def _waiting(self) -> Counter[str]:
        waiting: Counter[str] = Counter()
        for causes in self._offsets.parked().values():
            waiting.update({cause: parked.records for cause, parked in causes.items()})
        return waiting

    def run(self) -> None:
        """Read what is due until stopped."""
        while not self._stopping.wait(CHECK_SECONDS):
            try:
                self._read_due()
            except Exception as error:  # noqa: BLE001 - whatever it is, the records stay parked
                _log.warning("parked records cannot be read at the moment", error=type(error).__name__)
                self._close()
        self._close()

    def _read_due(self) -> None:
        for partition, parked in self._offsets.parked().items():
            due = {cause: one for cause, one in parked.items() if self._causes.is_due(cause)}
            if due:
                self._read(partition, due)
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self._close()

    def _read(self, partition: TopicPartition, due: dict[str, Parked]) -> None:
        """Read the range of these causes in a partition again, until its end or until one of them is met again."""
        first, end = min(one.first for one in due.values()), max(one.end for one in due.values())
        consumer = self._seek(partition, first)
        while first < end and self._may_go_on(partition, due):
            polled = consumer.poll(timeout_ms=REREAD_POLL_MS, max_records=self._max_records(due)).get(partition, [])
            records = [record for record in polled if record.offset < end]
            reached = min(self._position(consumer, partition, is_empty=not polled), end)
            if reached > first:
                self._hand_on(partition, records, range(first, reached), due)
                first = self._next(partition, due, reached)

    def _next(self, partition: TopicPartition, due: Collection[str], reached: int) -> int:
        """Return where to go on: the end of the log where some of the records have to be read once more first."""
        parked = self._offsets.parked().get(partition, {})
        is_parked_again = any(cause in parked and parked[cause].first < reached for cause in due)
        return END_OF_LOG if is_parked_again else reached

    def _position(self, consumer: KafkaConsumer, partition: TopicPartition, *, is_empty: bool) -> int:
        """Return up to where the partition was read; beyond everything at the end of its log."""
        position = int(consumer.position(partition))
        if is_empty and position >= consumer.end_offsets([partition])[partition]:
            return END_OF_LOG  # the records behind it were compacted, or the topic was created again
        return position

    def _may_go_on(self, partition: TopicPartition, due: Collection[str]) -> bool:
        if self._stopping.is_set() or partition not in self._offsets.owned():
            return False
        return all(self._causes.is_due(cause) for cause in due)

    def _max_records(self, due: Collection[str]) -> int:
        if any(self._causes.blocks(cause) for cause in due):
            return TRIED
        return min(max(REREAD_BYTES // self._heaviest, 1), REREAD_RECORDS)

    def _hand_on(
        self, partition: TopicPartition, records: Sequence[ConsumerRecord], offsets: range, due: Collection[str]
    ) -> None:
        """Hand records on and wait until each of them has ended or is parked once more."""
        while self._offsets.bytes_in_flight() >= self._settings.indexer_budget_bytes:
            if self._stopping.wait(END_CHECK_SECONDS):
                return
        span = Span(partition, offsets.stop, 0, 0)
        heaviest = self._intake.take_again(records, offsets.start, span, due)
        if heaviest is None:
            return
        self._heaviest = max(self._heaviest * 9 // 10, heaviest, 1024)
        while span.records and not span.gone and not self._stopping.wait(END_CHECK_SECONDS):
            pass

    def _seek(self, partition: TopicPartition, first: int) -> KafkaConsumer:
        if self._consumer is None:
            options: dict[str, Any] = {**self._settings.kafka_options(), **CONSUMER}
            self._consumer = connected(**options, group_id=None, client_id="gateway-logs-indexer-parked")
            DamagedPlaces(self._settings.unpack_limits(), is_believed_at_once=True).read_past(self._consumer)
        self._used_at = time.monotonic()
        self._consumer.assign([partition])
        beginning = self._consumer.beginning_offsets([partition])[partition]
        if beginning > first:
            _log.critical(
                "records that waited were deleted by Kafka", partition=partition.partition, first=first, next=beginning
            )
            self._ledger.metrics.expired.inc(beginning - first)
        self._consumer.seek(partition, max(first, beginning))
        return self._consumer

    def _close(self) -> None:
        consumer, self._consumer = self._consumer, None
        try:
            if consumer:
                consumer.close(timeout_ms=CLOSE_MS)
        except Exception as error:  # noqa: BLE001 - it is dropped in any case
            _log.warning("the consumer of parked records could not be closed cleanly", error=type(error).__name__)
