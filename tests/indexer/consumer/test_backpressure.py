"""Which partitions are paused, so that memory is bounded and one poisoned partition does not stop the others."""

import pytest
from kafka import TopicPartition

from indexer.consumer.backpressure import to_pause

A, B, C, D = (TopicPartition("t", number) for number in range(4))
ALL = (A, B, C, D)


@pytest.mark.parametrize(
    ("in_flight", "paused", "expected"),
    [
        ({}, (), set()),
        ({A: (24, 1), B: (24, 1)}, (), set()),
        ({A: (25, 1), B: (24, 1)}, (), {A}),  # a quarter of the budget each
        ({A: (13, 1), B: (24, 1)}, (A,), {A}),  # goes on at half of it
        ({A: (12, 1), B: (24, 1)}, (A,), set()),
        ({A: (13, 6), B: (12, 1)}, (), {A}),  # stuck: its share of half of the budget
        ({A: (24, 1), B: (14, 1), C: (12, 1)}, (), {A, B}),  # half of the budget taken: a share each
        ({A: (24, 9), B: (24, 9), C: (24, 9), D: (5, 1)}, (), {A, B, C}),  # three are poisoned, the fourth goes on
        ({A: (25, 9), B: (25, 9), C: (25, 9), D: (25, 1)}, (), set(ALL)),  # the whole budget
    ],
)
def test_partitions_are_paused_by_what_they_have_in_flight(
    in_flight: dict[TopicPartition, tuple[int, float]],
    paused: tuple[TopicPartition, ...],
    expected: set[TopicPartition],
) -> None:
    total = sum(size for size, _ in in_flight.values())

    assert to_pause(ALL, in_flight, paused, 100, total) == expected


def test_what_is_in_flight_of_partitions_that_were_taken_away_counts_too() -> None:
    assert to_pause(ALL, {}, (), 100, total=100) == set(ALL)


def test_a_partition_that_is_alone_may_use_half_of_the_budget() -> None:
    assert to_pause([A], {A: (49, 1)}, (), 100, 49) == set()
    assert to_pause([A], {A: (50, 1)}, (), 100, 50) == {A}


def test_of_fifty_partitions_those_that_are_not_poisoned_go_on() -> None:
    many = [TopicPartition("t", number) for number in range(50)]
    poisoned = dict.fromkeys(many[:4], (1000, 100.0))

    assert to_pause(many, poisoned, many, 4000, 3999) == set(many[:4])


def test_nothing_is_paused_where_nothing_is_assigned() -> None:
    assert to_pause([], {}, (), 100, 0) == set()
