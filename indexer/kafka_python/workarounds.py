"""Faults of kafka-python 3.0.12 that would stop an indexer sooner or later, and what keeps it going.

What goes round them needs the library's inside, so the release is pinned exactly in pyproject.toml. Drop a function
when a release has mended its fault: tests/test_kafka_3_0_12.py tells.
"""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, LeaderNotAvailableError
from kafka.net.compat import KafkaNetClient

GIVE_UP_SECONDS = 2.0


def connected(**options: Any) -> KafkaConsumer:
    """Return a consumer; raise KafkaError where no broker answers.

    The library leaves the thread and the connections of one that could not be made. While Kafka is away one is tried
    every few seconds: within half an hour the process would have no file descriptor left to reach it with.
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
    """End a producer with all that it has under way.

    close() first waits for these records, and gives up before it ends the thread that sends them: it would go on.
    """
    producer._sender.force_close()  # noqa: SLF001
    producer._sender.join(GIVE_UP_SECONDS)  # noqa: SLF001
    with suppress(KafkaError):
        producer.close(timeout=0)


def ends_of(consumer: KafkaConsumer, partitions: Collection[TopicPartition], timeout_ms: int) -> dict[Any, int]:
    """Return where partitions end, those without a leader left out; raise KafkaError where brokers do not answer.

    The library raises KeyError for all of them where one has no leader.
    """
    leader = consumer._manager.cluster.leader_for_partition  # noqa: SLF001
    led = [partition for partition in partitions if leader(partition) not in (None, -1)]
    try:
        return dict(consumer.end_offsets(led, timeout_ms=timeout_ms)) if led else {}
    except KeyError:  # lost it meanwhile
        raise LeaderNotAvailableError from None


class Membership:
    """Knows how often the group has forgotten this member, with which all its partitions are somebody else's.

    The library notices that too, and tells a listener, but not while it joins already. And it goes on claiming the
    last assignment, which the leader of the group believes: two members then own one partition, and the slower one
    takes the committed offset back.
    """

    def __init__(self, consumer: KafkaConsumer) -> None:
        self.losses = 0
        self._coordinator = consumer._coordinator  # noqa: SLF001
        self._reset = self._coordinator.reset_generation
        self._coordinator.reset_generation = self._lose

    @property
    def is_stable(self) -> bool:
        """Tell whether it is a member now, and no rebalance is under way."""
        return bool(self._coordinator.stable())

    def _lose(self, *arguments: Any, **named: Any) -> None:
        self.losses += 1
        for assignor in self._coordinator._assignors.values():  # noqa: SLF001
            assignor.member_assignment = None
        self._reset(*arguments, **named)


def finish_joining(consumer: KafkaConsumer) -> None:
    """Let the next poll() see a join through that an earlier one left under way.

    A poll() whose time runs out while the group is joined leaves the rest to the next one, which asks whether a join
    is needed. When the reason was a change of the topic's partitions the answer is no by then: the assignment is
    never taken up, heartbeats stay off, and the member owns partitions that it does not read.
    """
    coordinator = consumer._coordinator  # noqa: SLF001
    if coordinator._join_task is not None:  # noqa: SLF001
        coordinator.rejoin_needed = True


def take_up_parked(consumer: KafkaConsumer) -> None:
    """Let the fetcher see that its hands are free.

    It parks the fetched records of a paused partition and takes them up again only while its current run of records
    is None. A run that was read to its end stays there, and the resumed partition then stands still.
    """
    fetcher = consumer._fetcher  # noqa: SLF001
    if not fetcher._next_partition_records:  # noqa: SLF001
        fetcher._next_partition_records = None  # noqa: SLF001
