"""Which partitions are held back, so that memory is bounded and one poisoned partition does not stop the others."""

import pytest
from kafka import TopicPartition

from indexer.consume import held_back

A, B, C, D = (TopicPartition("t", number) for number in range(4))
ALL = (A, B, C, D)


@pytest.mark.parametrize(
    ("under_way", "paused", "expected"),
    [
        ({}, (), set()),
        ({A: (24, 1), B: (24, 1)}, (), set()),
        ({A: (25, 1), B: (24, 1)}, (), {A}),  # a quarter of the budget each
        ({A: (13, 1), B: (24, 1)}, (A,), {A}),  # goes on at half of it
        ({A: (12, 1), B: (24, 1)}, (A,), set()),
        ({A: (13, 6), B: (12, 6)}, (), {A}),  # stuck: an eighth each, half of the budget together
        ({A: (24, 1), B: (24, 1), C: (24, 1), D: (28, 1)}, (), set(ALL)),  # the whole budget
        ({A: (12, 1), B: (12, 1), C: (12, 1), D: (14, 1)}, ALL, set(ALL)),
        ({A: (12, 1), B: (12, 1), C: (12, 1), D: (12, 1)}, ALL, set()),
    ],
)
def test_partitions_are_held_back_by_what_they_have_under_way(
    under_way: dict[TopicPartition, tuple[int, float]],
    paused: tuple[TopicPartition, ...],
    expected: set[TopicPartition],
) -> None:
    assert held_back(ALL, under_way, paused, budget=100) == expected


def test_a_partition_that_is_alone_may_use_the_whole_budget() -> None:
    assert held_back([A], {A: (99, 1)}, (), budget=100) == set()
    assert held_back([A], {A: (100, 1)}, (), budget=100) == {A}


def test_a_single_partition_that_is_stuck_keeps_half_of_the_budget() -> None:
    assert held_back([A], {A: (50, 6)}, (), budget=100) == {A}


def test_nothing_is_held_back_where_nothing_is_assigned() -> None:
    assert held_back([], {}, (), budget=100) == set()


def test_what_was_taken_away_and_is_still_under_way_counts_for_the_budget() -> None:
    assert held_back([A], {A: (1, 1)}, (), budget=100, total=100) == {A}
