"""Batches wait their time, travel together again, and say why."""

from time import monotonic

from kafka import TopicPartition

from indexer.delivery.queue import Batch, BatchQueue
from indexer.event.document import Operation
from indexer.offsets import Span
from tests.support.waiting import wait_until

SPAN = Span(TopicPartition("t", 0), 1, 1, 1)


def batch(number: int = 1, **fields: object) -> Batch:
    operations = [Operation(None, SPAN, "t", b"a", b"v" * 8, b"z", 10, 10) for _ in range(number)]
    return Batch(operations, **fields)  # type: ignore[arg-type]


def test_batches_leave_in_their_order() -> None:
    queue = BatchQueue(1000)
    first, second = batch(), batch()
    queue.put(first, second)

    assert [queue.take(), queue.take()] == [first, second]


def test_batches_that_waited_travel_together_up_to_the_size_of_a_request() -> None:
    queue = BatchQueue(bulk_bytes=35)
    for _ in range(5):
        queue.put_later(batch(why="held", attempts=-9))
    wait_until(lambda: all(due <= monotonic() for due, _, _ in queue._waiting))

    sizes = [taken.size for taken in (queue.take(), queue.take()) if taken]

    assert sizes == [30, 20]


def test_the_pause_grows_with_the_attempts_and_ends_at_five_seconds() -> None:
    queue = BatchQueue(1000)
    for attempts in range(200):
        queue.put_later(batch(attempts=attempts))

    pauses = [due - monotonic() for due, _, _ in queue._waiting]
    assert min(pauses) < 0.2
    assert 2 < max(pauses) <= 5


def test_the_reasons_are_said_while_a_batch_waits_and_while_it_is_tried_again() -> None:
    queue = BatchQueue(1000)
    queue.put_later(batch(3, why="the index is closed", attempts=-9))
    assert queue.reasons() == ["3 logs wait: the index is closed"]
    queue.take()

    assert queue.reasons() == ["3 logs wait: the index is closed"]


def test_a_batch_is_halved_without_losing_an_operation() -> None:
    whole = batch(5)
    halves = whole.halves()

    assert [operation for half in halves for operation in half.operations] == whole.operations


def test_a_closed_queue_sends_the_senders_home() -> None:
    queue = BatchQueue(1000)
    queue.put(batch())
    queue.close()

    assert queue.take() is None
