"""Up to which moment everything is finished, from the ends that a partition had."""

from kafka import TopicPartition

from indexer.consumer.lag import End
from indexer.consumer.progress import MOST_ENDS, Completion, PartitionProgress

P0, P1 = TopicPartition("t", 0), TopicPartition("t", 1)


def at(end: int) -> End:
    return End(end, end)


def test_what_was_there_at_a_moment_is_finished_when_its_end_is() -> None:
    progress = Completion()
    progress.note(1_000, {P0: at(10)}, {P0: 4})
    progress.note(2_000, {P0: at(20)}, {P0: 12})

    assert progress.partitions == (PartitionProgress(P0, waiting=8, complete_to=1_000, checked_at=2_000),)


def test_a_partition_to_which_nothing_is_written_stays_complete() -> None:
    progress = Completion()
    for second in range(5):
        progress.note(second * 1000, {P0: at(10), P1: at(0)}, {P0: 10})

    assert [one.complete_to for one in progress.partitions] == [4_000, 4_000]


def test_records_behind_an_open_transaction_are_not_in_the_index() -> None:
    progress = Completion()
    progress.note(1_000, {P0: at(10)}, {P0: 10})
    progress.note(2_000, {P0: End(10, 12)}, {P0: 10})

    assert progress.partitions == (PartitionProgress(P0, waiting=2, complete_to=1_000, checked_at=2_000),)


def test_nothing_is_said_of_a_partition_before_something_is_known_of_it() -> None:
    progress = Completion()
    progress.note(1_000, {P0: at(10), P1: at(10)}, {P1: 7})

    assert progress.partitions == (PartitionProgress(P1, waiting=3, complete_to=None, checked_at=1_000),)


def test_a_partition_that_was_away_begins_anew() -> None:
    progress = Completion()
    progress.note(1_000, {P0: at(10)}, {P0: 10})
    progress.note(2_000, {}, {})
    progress.note(3_000, {P0: at(30)}, {P0: 20})

    assert progress.partitions[0].complete_to is None


def test_hours_of_lag_take_little_memory_and_lose_no_more_than_their_share_of_precision() -> None:
    progress = Completion()
    hours, end = 20_000, 1_000_000
    for second in range(hours):
        progress.note(second * 1000, {P0: at(second + 1)}, {P0: 0})
    assert len(progress._ends[P0].seen) <= MOST_ENDS
    progress.note(hours * 1000, {P0: at(end)}, {P0: 10_000})

    complete_to = progress.partitions[0].complete_to
    assert complete_to is not None
    assert 9_000_000 < complete_to < 10_000_000
