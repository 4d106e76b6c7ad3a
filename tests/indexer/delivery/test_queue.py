"""Batches are formed when a sender is free, wait their time, are merged and divided, and say why they wait."""

from collections.abc import Iterator
from threading import Thread
from time import monotonic
from unittest.mock import patch

import pytest
from kafka import TopicPartition

from indexer.delivery.pace import Pace
from indexer.delivery.queue import MAX_OPERATIONS, Batch, SendQueue
from indexer.event.document import Operation
from indexer.event.origin import Origin
from indexer.offsets import Span
from tests.support.waiting import wait_until

ORIGIN = Origin("t", 0, 0, 0)
SPAN = Span(TopicPartition("t", 0), 1, 1, 1)
FOR_EVER = 3600.0


def operations(number: int, size: int = 10) -> list[Operation]:
    return [Operation(None, ORIGIN, SPAN, "t", b"a", b"v" * 8, b"z", 10, size) for _ in range(number)]


@pytest.fixture(autouse=True)
def no_pause() -> Iterator[None]:
    with patch("indexer.delivery.queue.random", return_value=0.0):
        yield


def queue_of(bulk_bytes: int = 1000, requests: int = 4, linger_seconds: float = 0) -> SendQueue:
    return SendQueue(Pace(bulk_bytes, requests), linger_seconds)


def taken(queue: SendQueue) -> Batch:
    batch = queue.take()
    assert batch
    return batch


def test_what_comes_while_no_sender_is_free_becomes_one_batch() -> None:
    queue = queue_of()
    for _ in range(7):
        queue.put(operations(3))

    assert len(taken(queue).operations) == 21


def test_a_batch_is_as_large_as_the_pace_allows_and_holds_at_least_one() -> None:
    queue = queue_of(bulk_bytes=35)
    queue.put(operations(5))
    queue.put(operations(1, size=500))

    assert [len(taken(queue).operations) for _ in range(3)] == [3, 2, 1]


def test_a_batch_has_no_more_operations_than_the_bound() -> None:
    queue = queue_of(bulk_bytes=10**9)
    queue.put(operations(MAX_OPERATIONS + 1))

    assert [len(taken(queue).operations) for _ in range(2)] == [MAX_OPERATIONS, 1]


def test_few_operations_wait_for_more_until_the_topic_was_read_to_its_end() -> None:
    queue, found = queue_of(linger_seconds=FOR_EVER), list[Batch | None]()
    queue.put(operations(2))
    sender = Thread(target=lambda: found.append(queue.take()))
    sender.start()
    queue.put(operations(2))
    assert found == []
    queue.caught_up(True)
    sender.join()

    assert [len(batch.operations) for batch in found if batch] == [4]


def test_no_more_requests_run_than_the_pace_allows() -> None:
    pace, found = Pace(10, 1), list[Batch | None]()
    queue = SendQueue(pace, 0)
    queue.put(operations(2))
    taken(queue)
    other = Thread(target=lambda: found.append(queue.take()))
    other.start()
    other.join(0.05)
    assert found == []
    pace.requests = 2
    queue.flush()
    other.join()

    assert len(found) == 1


def test_after_a_timeout_nothing_starts_before_the_pause_is_over() -> None:
    pace = Pace(1000, 4)
    queue = SendQueue(pace, 0)
    queue.put(operations(1))
    pace.overloaded(timed_out=True)
    taken(queue)

    assert monotonic() >= pace.resume_at


def test_batches_that_waited_are_sent_together_up_to_the_size_of_a_request() -> None:
    queue = queue_of(bulk_bytes=35)
    for _ in range(5):
        queue.put_later(Batch(operations(1), why="held"))

    assert [len(taken(queue).operations) for _ in range(2)] == [3, 2]


def test_a_batch_that_is_larger_than_the_pace_allows_now_is_sent_in_parts() -> None:
    queue = queue_of(bulk_bytes=35)
    queue.put_later(Batch(operations(7), attempts=3, why="timed out"))
    parts = [taken(queue) for _ in range(3)]

    assert [(len(part.operations), part.attempts, part.why) for part in parts] == [
        (3, 3, "timed out"),
        (3, 3, "timed out"),
        (1, 3, "timed out"),
    ]


def test_halves_are_sent_at_once_and_apart() -> None:
    queue = queue_of()
    queue.put_halves(Batch(operations(5)))

    assert [len(taken(queue).operations) for _ in range(2)] == [2, 3]


def test_the_pause_grows_with_the_attempts_and_ends_at_five_seconds() -> None:
    queue = queue_of()
    with patch("indexer.delivery.queue.random", return_value=1.0):
        for attempts in (0, 1, 30):
            queue.put_later(Batch(operations(1), attempts=attempts))
    pauses = sorted(due - monotonic() for due, _, _ in queue._later)

    assert pauses == pytest.approx([0.2, 0.4, 5.0], abs=0.1)


def test_the_reasons_are_said_while_a_batch_waits_and_while_it_is_sent_again() -> None:
    queue = queue_of()
    queue.put_later(Batch(operations(3), why="closed"))
    waiting = queue.reasons()
    taken(queue)

    assert waiting == queue.reasons() == ["3 logs wait: closed"]


def test_senders_end_when_the_queue_is_closed() -> None:
    queue = queue_of()
    senders = [Thread(target=queue.take) for _ in range(3)]
    for sender in senders:
        sender.start()
    queue.close()

    wait_until(lambda: not any(sender.is_alive() for sender in senders))
