"""Batches on their way to Elasticsearch: those that may go, and those that wait for their time."""

import heapq
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from random import random
from threading import Condition, get_ident
from time import monotonic

from indexer.event.document import Operation

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0  # so a store that comes back is found within five seconds, by each sender once


@dataclass(slots=True, eq=False)
class Batch:
    """Operations that travel in one bulk request; `why` is said while they wait."""

    operations: list[Operation]
    attempts: int = 0
    why: str = ""
    held: bool = False
    size: int = field(init=False)

    def __post_init__(self) -> None:
        """Add up the bytes once."""
        self.size = sum(operation.size for operation in self.operations)

    def again(self, operations: list[Operation], why: str, *, held: bool) -> "Batch":
        """Return what is left of this batch after an attempt."""
        return Batch(operations, self.attempts + 1, why, held)

    def halves(self) -> list["Batch"]:
        """Return the batch as two, without a pause: only smaller requests tell who was refused."""
        middle = len(self.operations) // 2
        parts = (self.operations[:middle], self.operations[middle:])
        return [Batch(part, self.attempts, self.why) for part in parts]


class Outbox:
    """A queue of batches for the senders. Waiting batches that are due travel together again."""

    def __init__(self, bulk_bytes: int) -> None:
        self._bulk_bytes = bulk_bytes
        self._ready: deque[Batch] = deque()
        self._waiting: list[tuple[float, int, Batch]] = []
        self._number = count()
        self._in_hand: dict[int, Batch] = {}  # by thread: a batch that waited is still late while it is tried again
        self._idle = 0
        self._closed = False
        self._changed = Condition()

    def put(self, *batches: Batch) -> None:
        """Let batches go as soon as a sender is free."""
        with self._changed:
            self._ready.extend(batches)
            self._changed.notify(len(batches))

    def put_later(self, batch: Batch) -> None:
        """Let a batch go again after a pause that doubles with its attempts, at random below that (full jitter)."""
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(batch.attempts, 10))
        with self._changed:
            heapq.heappush(self._waiting, (monotonic() + pause * random(), next(self._number), batch))  # noqa: S311
            self._changed.notify()

    def take(self) -> Batch | None:
        """Return the next batch to send, waiting for it; None once the outbox is closed."""
        with self._changed:
            self._in_hand.pop(get_ident(), None)
            self._idle += 1
            while not self._closed and not self._is_due() and not self._ready:
                self._changed.wait(self._waiting[0][0] - monotonic() if self._waiting else None)
            self._idle -= 1
            if self._closed:
                return None
            batch = self._merged() if self._is_due() else self._ready.popleft()
            self._in_hand[get_ident()] = batch
            return batch

    def has_idle_sender(self) -> bool:
        """Tell whether a batch put now would be sent at once."""
        with self._changed:
            return self._idle > len(self._ready)

    def reasons(self) -> list[str]:
        """Return why batches wait, each reason once with the number of logs, most first."""
        found: dict[str, int] = {}
        with self._changed:
            late = [batch for _, _, batch in self._waiting] + list(self._in_hand.values())
        for batch in late:
            if batch.why:
                found[batch.why] = found.get(batch.why, 0) + len(batch.operations)
        return [f"{number} logs wait: {why}" for why, number in sorted(found.items(), key=lambda one: -one[1])]

    def seconds_to_due(self) -> list[float]:
        """Return how long each waiting batch still waits; negative where its time has come."""
        now = monotonic()
        with self._changed:
            return [due - now for due, _, _ in self._waiting]

    def close(self) -> None:
        """Send the senders home."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _is_due(self) -> bool:
        return bool(self._waiting) and self._waiting[0][0] <= monotonic()

    def _merged(self) -> Batch:
        # Leftovers of a few logs each would otherwise become as many requests while the store is at its limit.
        _, _, batch = heapq.heappop(self._waiting)
        while self._is_due() and batch.size + self._waiting[0][2].size <= self._bulk_bytes:
            _, _, other = heapq.heappop(self._waiting)
            attempts = max(batch.attempts, other.attempts)
            batch = Batch(batch.operations + other.operations, attempts, batch.why, batch.held or other.held)
        return batch
