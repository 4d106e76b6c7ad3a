"""Two faults of kafka-python 3.0.12 that would stop a consumer for ever, and what keeps it going.

Both were found by the tests, and both need the library's inside, so the release is pinned exactly in
pyproject.toml. Drop this file when a release has mended them: tests/test_kafka_3_0_12.py fails without it.
"""

from kafka import KafkaConsumer


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
