"""What happens when partitions come to this member of the group, and when they go."""

from collections.abc import Callable, Collection, Mapping
from threading import Timer

import structlog
from kafka import AsyncConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError
from kafka.future import Future

from indexer.delivery.batching import Ends, Intake
from indexer.kafka_python.workarounds import Membership

log = structlog.get_logger()

COMMIT_LIMIT_SECONDS = 3.0


class OwnershipLostError(KafkaError):  # type: ignore[misc]
    """Partitions were kept over a time in which another member may have owned them."""


class Assignment(AsyncConsumerRebalanceListener):  # type: ignore[misc]
    """Runs on kafka-python's own thread while poll() waits for it."""

    def __init__(self, consumer: KafkaConsumer, intake: Intake, ends: Ends, drain_seconds: Callable[[], float]) -> None:
        self._consumer = consumer
        self._membership = Membership(consumer)
        self._losses = 0  # of the membership, when the first of these partitions came
        self._intake = intake
        self._ends = ends
        self._drain_seconds = drain_seconds

    def is_stale(self) -> bool:
        """Tell whether this member was forgotten, has joined again, and kept partitions all the while.

        Where it reads on is then behind what their owner in between has committed.
        """
        was_lost = self._membership.losses > self._losses and self._membership.is_stable
        return was_lost and bool(self._ends.offsets.owned())

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Begin to keep account of new partitions."""
        if not self._ends.offsets.owned():
            self._losses = self._membership.losses
        self._ends.offsets.own(assigned)
        self._ends.ledger.rebalances.labels("assigned").inc()
        log.info("partitions assigned", partitions=numbers(assigned))

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Finish what is under way if that is quick, commit it, then let go: the next owner goes on from there."""
        if self._membership.losses > self._losses:
            await self.on_partitions_lost(revoked)
            return
        self._ends.ledger.rebalances.labels("revoked").inc()
        self._intake.flush()
        drained = await self._drain(revoked)
        ready = self._ends.offsets.to_commit()
        if offsets := {partition: offset for partition, offset in ready.items() if partition in revoked}:
            await _within(COMMIT_LIMIT_SECONDS, self._consumer.commit_async(with_metadata(offsets)))
        self._ends.offsets.forget(revoked)
        log.info("partitions revoked", partitions=numbers(revoked), drained=drained)

    async def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        """Let go at once: another member owns them already, and a commit would be refused."""
        self._ends.ledger.rebalances.labels("lost").inc()
        self._ends.offsets.forget(lost)
        log.warning("partitions lost: this member was too slow to be heard", partitions=numbers(lost))

    async def _drain(self, partitions: Collection[TopicPartition]) -> bool:
        return await _within(self._drain_seconds(), self._ends.offsets.drained(partitions))


async def _within(seconds: float, awaited: Future) -> bool:
    """Wait for a future, but not longer than this; tell whether it succeeded in time. Never raises.

    A commit that fails or hangs costs a second look at logs that are stored; one that raised here would cost the loop.
    """
    done = Future()
    awaited.add_both(lambda _: done.is_done or done.success(awaited.succeeded()))
    timer = Timer(seconds, lambda: done.is_done or done.success(value=False))
    timer.start()
    try:
        return bool(await done)
    finally:
        timer.cancel()


def with_metadata(offsets: Mapping[TopicPartition, int]) -> dict[TopicPartition, OffsetAndMetadata]:
    """Return offsets in the form in which they are committed."""
    return {partition: OffsetAndMetadata(offset, "", -1) for partition, offset in offsets.items()}


def numbers(partitions: Collection[TopicPartition]) -> list[int]:
    """Return the numbers of partitions, in order."""
    return sorted(partition.partition for partition in partitions)
