"""Operations on their way to Elasticsearch. A batch is formed when a sender is free, so it grows while all are busy."""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from random import random
from threading import Condition, get_ident
from time import monotonic

from indexer.delivery.pace import Pace
from indexer.event.document import Operation

FIRST_PAUSE_SECONDS = 0.2
MAX_PAUSE_SECONDS = 5.0  # Elasticsearch is found again within this time, by each sender once
MAX_OPERATIONS = 5_000  # of one bulk request, however small they are


@dataclass(slots=True, eq=False)
class Batch:
    """Operations of one bulk request; `why` says what they waited for."""

    operations: Sequence[Operation]
    attempts: int = 0
    why: str = ""
    size: int = field(init=False)

    def __post_init__(self) -> None:
        """Add up the bytes once."""
        self.size = sum(operation.size for operation in self.operations)

    def again(self, operations: Sequence[Operation], why: str) -> "Batch":
        """Return what is left of this batch after an attempt."""
        return Batch(operations, self.attempts + 1, why)

    def halves(self) -> list["Batch"]:
        """Return the batch as two that are sent at once: smaller requests show which operation was refused."""
        middle = len(self.operations) // 2
        parts = (self.operations[:middle], self.operations[middle:])
        return [Batch(part, self.attempts, self.why) for part in parts]


class SendQueue:
    """Operations that are ready, and batches that wait before they are sent again.

    Any thread may call it. Only `take` blocks; nothing raises.
    """

    def __init__(self, pace: Pace, linger_seconds: float) -> None:
        self._pace = pace
        self._linger_seconds = linger_seconds
        self._ready: deque[Operation] = deque()
        self._ready_bytes = 0
        self._ready_since = 0.0
        self._is_caught_up = False
        self._halves: deque[Batch] = deque()
        self._later: list[tuple[float, int, Batch]] = []  # a heap: due time, order, batch
        self._order = count()
        self._sending: dict[int, Batch] = {}  # by thread
        self._closed = False
        self._changed = Condition()

    def put(self, operations: Sequence[Operation]) -> None:
        """Add operations that are sent with the next batches."""
        if not operations:
            return
        with self._changed:
            if not self._ready:
                self._ready_since = monotonic()
            self._ready.extend(operations)
            self._ready_bytes += sum(operation.size for operation in operations)
            self._changed.notify()

    def put_halves(self, batch: Batch) -> None:
        """Add a batch as two that are sent at once, each as a request of its own."""
        with self._changed:
            self._halves.extend(batch.halves())
            self._changed.notify(2)

    def put_later(self, batch: Batch) -> None:
        """Add a batch that is sent again after a pause, which doubles with each attempt (full jitter)."""
        pause = min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(batch.attempts, 10))
        with self._changed:
            heapq.heappush(self._later, (monotonic() + pause * random(), next(self._order), batch))  # noqa: S311
            self._changed.notify()

    def caught_up(self, is_caught_up: bool) -> None:
        """Say whether the topic was read to its end: then operations do not wait for a fuller batch."""
        if is_caught_up != self._is_caught_up:
            with self._changed:
                self._is_caught_up = is_caught_up
                self._changed.notify()

    def take(self) -> Batch | None:
        """Wait for the next batch and return it; None once the queue is closed. The batch before it has ended."""
        with self._changed:
            self._sending.pop(get_ident(), None)
            self._changed.notify()
            while not self._closed:
                if batch := self._next():
                    self._sending[get_ident()] = batch
                    return batch
                self._changed.wait(self._seconds_to_wait())
            return None

    def flush(self) -> None:
        """Send what is ready without waiting for a fuller batch."""
        with self._changed:
            self._ready_since = -self._linger_seconds
            self._changed.notify_all()

    def reasons(self) -> list[str]:
        """Return why logs wait: each reason with the number of logs, most first."""
        found: dict[str, int] = {}
        with self._changed:
            # A batch that waited before still counts while it is sent again.
            late = [batch for _, _, batch in self._later] + list(self._sending.values())
        for batch in late:
            if batch.why:
                found[batch.why] = found.get(batch.why, 0) + len(batch.operations)
        return [f"{number} logs wait: {why}" for why, number in sorted(found.items(), key=lambda one: -one[1])]

    def close(self) -> None:
        """Wake all senders; take() then returns None."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _next(self) -> Batch | None:
        now = monotonic()
        if len(self._sending) >= self._pace.requests or now < self._pace.resume_at:
            return None
        if self._halves:
            return self._halves.popleft()
        if self._later and self._later[0][0] <= now:
            return self._due(now)
        return self._filled(now) if self._is_ready(now) else None

    def _is_ready(self, now: float) -> bool:
        is_full = self._ready_bytes >= self._pace.bulk_bytes or len(self._ready) >= MAX_OPERATIONS
        waited = now - self._ready_since >= self._linger_seconds
        return bool(self._ready) and (is_full or waited or self._is_caught_up)

    def _filled(self, now: float) -> Batch:
        """Return a batch of the operations that are ready, as large as the pace allows."""
        part = _part(list(islice(self._ready, MAX_OPERATIONS)), self._pace.bulk_bytes)
        batch = Batch([self._ready.popleft() for _ in range(part)])
        self._ready_bytes -= batch.size
        self._ready_since = now
        return batch

    def _due(self, now: float) -> Batch:
        """Return a batch whose time has come: merged with others, or a part of it where the pace allows no more.

        Otherwise the remains of many batches, a few logs each, would be as many requests to an overloaded server.
        """
        _, _, batch = heapq.heappop(self._later)
        while self._later and self._later[0][0] <= now and batch.size + self._later[0][2].size <= self._pace.bulk_bytes:
            _, _, other = heapq.heappop(self._later)
            operations = [*batch.operations, *other.operations]
            batch = Batch(operations, max(batch.attempts, other.attempts), batch.why)
        part = _part(batch.operations, self._pace.bulk_bytes)
        if rest := batch.operations[part:]:
            heapq.heappush(self._later, (now, next(self._order), Batch(rest, batch.attempts, batch.why)))
        return Batch(batch.operations[:part], batch.attempts, batch.why)

    def _seconds_to_wait(self) -> float | None:
        """Return how long until a batch may be due by the clock; None where only an event can make one due."""
        if len(self._sending) >= self._pace.requests:
            return None
        due = [0.0] if self._halves else []
        due += [self._later[0][0]] if self._later else []
        due += [self._ready_since + self._linger_seconds] if self._ready else []
        if not due:
            return None
        return max(min(due), self._pace.resume_at) - monotonic()


def _part(operations: Sequence[Operation], most_bytes: int) -> int:
    """Return how many operations fit into so many bytes; at least one."""
    size = 0
    for number, operation in enumerate(operations):
        size += operation.size
        if size > most_bytes and number:
            return number
    return len(operations)
