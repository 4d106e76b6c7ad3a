"""Faults of kafka-python 3.0.12 that would stop an indexer sooner or later, and how they are worked around.

The workarounds use private parts of the library, so pyproject.toml pins the release exactly. Remove a function when a
release has fixed its fault: tests/indexer/kafka_python/test_workarounds.py fails then.
"""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, LeaderNotAvailableError
from kafka.net.compat import KafkaNetClient

ABANDON_SECONDS = 2.0


def connected(**options: Any) -> KafkaConsumer:
    """Return a consumer; raise KafkaError where no broker answers.

    The library does not close the thread and the connections of a consumer that could not be created. While Kafka is
    away that happens every few seconds: within half an hour the process would run out of file descriptors.
    """
    made: list[KafkaNetClient] = []

    def client(**config: Any) -> KafkaNetClient:
        made.append(KafkaNetClient(**config))
        return made[-1]

    try:
        return KafkaConsumer(**options, kafka_client=client)
    except Exception:
        for one in made:
            one.close()
        raise


def abandon(producer: KafkaProducer) -> None:
    """Close a producer and drop the records that it has in flight.

    close() waits for these records first, and gives up before it ends the thread that sends them: that would go on.
    """
    producer._sender.force_close()  # noqa: SLF001
    producer._sender.join(ABANDON_SECONDS)  # noqa: SLF001
    with suppress(KafkaError):
        producer.close(timeout=0)


def end_offsets(consumer: KafkaConsumer, partitions: Collection[TopicPartition], timeout_ms: int) -> dict[Any, int]:
    """Return the end offsets of the partitions that have a leader; raise KafkaError where brokers do not answer.

    The library raises KeyError for all partitions where one has no leader.
    """
    leader = consumer._manager.cluster.leader_for_partition  # noqa: SLF001
    led = [partition for partition in partitions if leader(partition) not in (None, -1)]
    try:
        return dict(consumer.end_offsets(led, timeout_ms=timeout_ms)) if led else {}
    except KeyError:  # a partition lost its leader meanwhile
        raise LeaderNotAvailableError from None


class Membership:
    """Counts how often the group has removed this member, which then owns none of its partitions any more.

    The library calls the listener then, but not while it is joining. And it keeps reporting its last assignment, which
    the leader of the group believes: two members own one partition, and the slower one rewinds the committed offset.
    """

    def __init__(self, consumer: KafkaConsumer) -> None:
        self.losses = 0
        self._coordinator = consumer._coordinator  # noqa: SLF001
        self._reset = self._coordinator.reset_generation
        self._coordinator.reset_generation = self._lose

    @property
    def is_stable(self) -> bool:
        """Tell whether it is a member now and no rebalance is running."""
        return bool(self._coordinator.stable())

    def _lose(self, *arguments: Any, **named: Any) -> None:
        self.losses += 1
        for assignor in self._coordinator._assignors.values():  # noqa: SLF001
            assignor.member_assignment = None
        self._reset(*arguments, **named)


def finish_joining(consumer: KafkaConsumer) -> None:
    """Let the next poll() finish a join that an earlier one has begun.

    A poll() that times out while it joins leaves the rest to the next one, which asks whether a join is needed. Where
    the cause was a change of the topic's partitions the answer is no by then: the assignment is never applied,
    heartbeats stay off, and the member owns partitions that it does not read.
    """
    coordinator = consumer._coordinator  # noqa: SLF001
    if coordinator._join_task is not None:  # noqa: SLF001
        coordinator.rejoin_needed = True


def release_parked(consumer: KafkaConsumer) -> None:
    """Let the fetcher return to records that it has set aside.

    It sets the fetched records of a paused partition aside, and returns to them only while its current run of records
    is None. A run that was read to its end stays there, so the resumed partition hangs.
    """
    fetcher = consumer._fetcher  # noqa: SLF001
    if not fetcher._next_partition_records:  # noqa: SLF001
        fetcher._next_partition_records = None  # noqa: SLF001
