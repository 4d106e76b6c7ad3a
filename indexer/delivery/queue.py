"""Batches on their way to Elasticsearch: those that are ready, and those that wait before they are sent again."""

import heapq
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from random import random
from threading import Condition, get_ident
from time import monotonic

from indexer.event.document import Operation

FIRST_PAUSE_SECONDS = 0.2
MAX_PAUSE_SECONDS = 5.0  # Elasticsearch is found again within five seconds, by each sender once


@dataclass(slots=True, eq=False)
class Batch:
    """Operations of one bulk request; `why` says what they wait for."""

    operations: list[Operation]
    attempts: int = 0
    why: str = ""
    size: int = field(init=False)

    def __post_init__(self) -> None:
        """Add up the bytes once."""
        self.size = sum(operation.size for operation in self.operations)

    def again(self, operations: list[Operation], why: str) -> "Batch":
        """Return what is left of this batch after an attempt."""
        return Batch(operations, self.attempts + 1, why)

    def halves(self) -> list["Batch"]:
        """Return the batch as two that are sent at once: smaller requests show which operation was refused."""
        middle = len(self.operations) // 2
        parts = (self.operations[:middle], self.operations[middle:])
        return [Batch(part, self.attempts, self.why) for part in parts]


class BatchQueue:
    """The queue between the batcher and the senders. Waiting batches whose time has come are merged.

    Any thread may call it. Only `take` blocks; nothing raises.
    """

    def __init__(self, bulk_bytes: int) -> None:
        self._bulk_bytes = bulk_bytes
        self._ready: deque[Batch] = deque()
        self._waiting: list[tuple[float, int, Batch]] = []  # a heap: due time, order, batch
        self._order = count()
        self._sending: dict[int, Batch] = {}  # by thread
        self._idle = 0
        self._closed = False
        self._changed = Condition()

    def put(self, *batches: Batch) -> None:
        """Add batches that any idle sender may take."""
        with self._changed:
            self._ready.extend(batches)
            self._changed.notify(len(batches))

    def put_later(self, batch: Batch) -> None:
        """Add a batch that is sent again after a pause, which doubles with each attempt (full jitter)."""
        pause = min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(batch.attempts, 10))
        with self._changed:
            heapq.heappush(self._waiting, (monotonic() + pause * random(), next(self._order), batch))  # noqa: S311
            self._changed.notify()

    def take(self) -> Batch | None:
        """Wait for the next batch and return it; None once the queue is closed."""
        with self._changed:
            self._sending.pop(get_ident(), None)
            self._idle += 1
            while not self._closed and not self._is_due() and not self._ready:
                self._changed.wait(self._waiting[0][0] - monotonic() if self._waiting else None)
            self._idle -= 1
            if self._closed:
                return None
            batch = self._merged() if self._is_due() else self._ready.popleft()
            self._sending[get_ident()] = batch
            return batch

    def has_idle_sender(self) -> bool:
        """Tell whether a batch that is added now would be sent at once."""
        with self._changed:
            return self._idle > len(self._ready)

    def reasons(self) -> list[str]:
        """Return why logs wait: each reason with the number of logs, most first."""
        found: dict[str, int] = {}
        with self._changed:
            # A batch that waited before still counts while it is sent again.
            late = [batch for _, _, batch in self._waiting] + list(self._sending.values())
        for batch in late:
            if batch.why:
                found[batch.why] = found.get(batch.why, 0) + len(batch.operations)
        return [f"{number} logs wait: {why}" for why, number in sorted(found.items(), key=lambda one: -one[1])]

    def close(self) -> None:
        """Wake all senders; take() then returns None."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _is_due(self) -> bool:
        return bool(self._waiting) and self._waiting[0][0] <= monotonic()

    def _merged(self) -> Batch:
        # Otherwise the remains of many batches, a few logs each, would be as many requests to an overloaded server.
        _, _, batch = heapq.heappop(self._waiting)
        while self._is_due() and batch.size + self._waiting[0][2].size <= self._bulk_bytes:
            _, _, other = heapq.heappop(self._waiting)
            batch = Batch(batch.operations + other.operations, max(batch.attempts, other.attempts), batch.why)
        return batch
