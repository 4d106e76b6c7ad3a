"""What happens when partitions are assigned to this member of the group, and when they are revoked or lost."""

from collections.abc import Callable, Collection, Mapping
from threading import Timer

import structlog
from kafka import AsyncConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError
from kafka.future import Future

from indexer.kafka_python.workarounds import Membership
from indexer.ledger import Ledger

_log = structlog.get_logger()

COMMIT_LIMIT_SECONDS = 3.0


class OwnershipLostError(KafkaError):  # type: ignore[misc]
    """Partitions were kept over a time in which another member may have owned them."""


class Assignment(AsyncConsumerRebalanceListener):  # type: ignore[misc]
    """The partitions of one consumer.

    Thread: kafka-python's own, while poll() waits for it. Blocks: on revocation, for `drain_seconds` at most. Raises:
    nothing; an error here would end the loop.
    """

    def __init__(
        self,
        consumer: KafkaConsumer,
        ledger: Ledger,
        flush: Callable[[], None],
        drain_seconds: Callable[[], float],
    ) -> None:
        self._consumer = consumer
        self._membership = Membership(consumer)
        self._losses = 0  # of the membership, when the first of these partitions was assigned
        self._ledger = ledger
        self._offsets = ledger.offsets
        self._flush = flush
        self._drain_seconds = drain_seconds

    def is_stale(self) -> bool:
        """Tell whether the group forgot this member, and it joined again and kept its partitions meanwhile.

        Its position is then behind what the owner in between has committed.
        """
        was_lost = self._membership.losses > self._losses and self._membership.is_stable
        return was_lost and bool(self._offsets.owned())

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Begin to account for new partitions."""
        if not self._offsets.owned():
            self._losses = self._membership.losses
        self._offsets.own(assigned)
        self._ledger.metrics.rebalances.labels("assigned").inc()
        _log.info("partitions assigned", partitions=numbers(assigned))

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Finish what is in flight if that is quick, and commit: the next owner continues from there."""
        if self._membership.losses > self._losses:
            await self.on_partitions_lost(revoked)
            return
        self._ledger.metrics.rebalances.labels("revoked").inc()
        self._flush()
        drained = await _within(self._drain_seconds(), self._offsets.drained(revoked))
        ready = self._offsets.to_commit()
        if offsets := {partition: offset for partition, offset in ready.items() if partition in revoked}:
            await _within(COMMIT_LIMIT_SECONDS, self._consumer.commit_async(with_metadata(offsets)))
        self._offsets.forget(revoked)
        _log.info("partitions revoked", partitions=numbers(revoked), drained=drained)

    async def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        """Forget the partitions at once: another member owns them already, and a commit would be refused."""
        self._ledger.metrics.rebalances.labels("lost").inc()
        self._offsets.forget(lost)
        _log.warning("partitions lost: this member missed its session timeout", partitions=numbers(lost))


async def _within(seconds: float, awaited: Future) -> bool:
    """Wait for a future at most so long; tell whether it succeeded in time. Never raises.

    A commit that fails or hangs means that stored logs are read again; an error raised here would end the loop.
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
    """Return the numbers of partitions, sorted."""
    return sorted(partition.partition for partition in partitions)
