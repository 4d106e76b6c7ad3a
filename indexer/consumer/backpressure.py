"""Which partitions are paused, so that the events in memory stay within the budget. Pure, but for `apply`."""

from collections.abc import Collection, Mapping

from kafka import KafkaConsumer, TopicPartition

STUCK_SECONDS = 5.0  # a partition whose oldest record is older than this gets less of the budget


def apply(consumer: KafkaConsumer, wanted: Collection[TopicPartition]) -> None:
    """Pause these partitions and resume all others.

    Called in every round of a loop: newly assigned partitions are not paused.
    """
    paused = consumer.paused()
    if to_pause := set(wanted) - paused:
        consumer.pause(*to_pause)
    if to_resume := paused - set(wanted):
        consumer.resume(*to_resume)


def to_pause(
    assigned: Collection[TopicPartition],
    in_flight: Mapping[TopicPartition, tuple[int, float]],
    paused: Collection[TopicPartition],
    budget: int,
    total: int,
) -> set[TopicPartition]:
    """Return the partitions to pause, from their bytes in flight and the age in seconds of their oldest record.

    `total` also counts what is in flight of revoked partitions. One partition may use a quarter of the budget, until it
    is stuck or half of the budget is used; then the other half is divided among all, so that any number of stuck
    partitions leaves the others room to go on. A paused partition resumes at half of its limit.
    """
    if total >= budget:
        return set(assigned)
    share = budget / (2 * max(len(assigned), 1))

    def is_over(partition: TopicPartition) -> bool:
        size, age = in_flight.get(partition, (0, 0.0))
        limit = share if age > STUCK_SECONDS or total >= budget / 2 else max(budget / 4, share)
        return size >= limit * (0.5 if partition in paused else 1)

    return {partition for partition in assigned if is_over(partition)}
