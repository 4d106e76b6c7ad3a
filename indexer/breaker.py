"""Holds the dead letters back when there are too many of them: a bad deploy must not empty the topic into them.

Every record that ends as a log or is refused counts, in the order of its end. While it holds, refused records stay
under way: their offsets are not committed, so the mended program reads them again and none becomes a dead letter.
"""

from collections import deque
from threading import Lock

import structlog

log = structlog.get_logger()

WINDOW = 5_000  # records


class Breaker:
    """Open for good records always, for refused ones until their share of the last 5,000 records is too large.

    `ratio` is that share, 0 to 1: more than `ratio` times 5,000 refused records among the last 5,000 trip it, so a
    few at the very start do not. With a ratio of 1 it never holds. Safe to use from any thread.
    """

    def __init__(self, ratio: float) -> None:
        self._limit = ratio * WINDOW
        self._runs: deque[tuple[bool, int]] = deque()  # refused or not, how many in a row
        self._records = 0
        self._refused = 0
        self._is_tripped = False
        self._is_overruled = False
        self._lock = Lock()

    @property
    def trouble(self) -> str:
        """Say why dead letters are held, and how to let them go; "" while they are not."""
        if not self.holds():
            return ""
        return (
            f"dead letters are held: {self._refused} of the last {self._records} records were refused, more than"
            f" {self._limit:.0f}; mend the cause and restart, or let them go with SIGUSR1"
        )

    def stored(self, records: int) -> None:
        """Count records that are logs."""
        if records:
            self._count(refused=False, records=records)

    def refused(self) -> None:
        """Count a record that is to be a dead letter."""
        self._count(refused=True, records=1)

    def holds(self) -> bool:
        """Tell whether no dead letter may be written now."""
        return self._is_tripped and not self._is_overruled

    def overrule(self) -> None:
        """Let what is held go, by an operator's word, and what follows until the share has been small once more.

        Takes no lock and writes no line: it is called by a signal, in the middle of anything.
        """
        self._is_overruled = self._is_tripped

    def _count(self, *, refused: bool, records: int) -> None:
        with self._lock:
            self._add(refused, records)
            too_many = self._refused > self._limit
            trips = too_many and not self._is_tripped
            self._is_tripped = self._is_tripped or trips
            if self._is_overruled and not too_many:
                self._is_tripped = self._is_overruled = False
        if trips:
            log.critical("dead letters are held", refused=self._refused, of_the_last=self._records)

    def _add(self, refused: bool, records: int) -> None:
        if self._runs and self._runs[-1][0] is refused:
            self._runs[-1] = (refused, self._runs[-1][1] + records)
        else:
            self._runs.append((refused, records))
        self._records += records
        self._refused += records if refused else 0
        while self._records > WINDOW:
            self._drop(self._records - WINDOW)

    def _drop(self, too_many: int) -> None:
        refused, records = self._runs.popleft()
        dropped = min(records, too_many)
        if dropped < records:
            self._runs.appendleft((refused, records - dropped))
        self._records -= dropped
        self._refused -= dropped if refused else 0
