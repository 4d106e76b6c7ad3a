"""Holds the dead letters back when there are too many of them: a bad deploy must not empty the topic into them.

While it holds, refused records stay under way: their offsets are not committed, so the mended program reads them
again and none becomes a dead letter.
"""

from collections import deque
from threading import Lock
from typing import Literal

import structlog

log = structlog.get_logger()

WINDOW = 5_000  # records

# Who refuses. Each has its own count: thousands of records are read ahead of those that Elasticsearch answers, so
# what one of them refuses must not be held against what the other has let pass.
Stage = Literal["by the indexer", "by Elasticsearch"]


class Share:
    """How many of the last 5,000 records were refused; somewhat more of them, for runs are counted whole."""

    def __init__(self) -> None:
        self.records = 0
        self.refused = 0
        self._runs: deque[tuple[int, int]] = deque()  # records, refused of them

    def add(self, records: int, refused: int) -> None:
        """Count a run of records, and forget those before the last 5,000."""
        self._runs.append((records, refused))
        self.records += records
        self.refused += refused
        while self.records - self._runs[0][0] >= WINDOW:
            old_records, old_refused = self._runs.popleft()
            self.records -= old_records
            self.refused -= old_refused


class Breaker:
    """Open for good records always, for refused ones until their share of the last 5,000 records is too large.

    `ratio` is that share, 0 to 1: more than `ratio` times 5,000 refused records among the last 5,000 trip it, so a
    few at the very start do not. With a ratio of 1 it never holds. Safe to use from any thread.
    """

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio
        self._shares: dict[Stage, Share] = {"by the indexer": Share(), "by Elasticsearch": Share()}
        self._is_tripped = False
        self._is_overruled = False
        self._lock = Lock()

    @property
    def trouble(self) -> str:
        """Say why dead letters are held, and how to let them go; "" while they are not."""
        if not self.holds():
            return ""
        return (
            f"dead letters are held: too many records were refused, {self._counts()};"
            " mend the cause and restart, or let them go with SIGUSR1"
        )

    def count(self, stage: Stage, records: int, refused: int) -> None:
        """Count a run of records, and how many of them were refused; before these become dead letters."""
        if not records:
            return
        with self._lock:
            self._shares[stage].add(records, refused)
            too_many = any(self._is_too_large(share) for share in self._shares.values())
            trips = too_many and not self._is_tripped
            self._is_tripped = self._is_tripped or trips
            if self._is_overruled and not too_many:
                self._is_tripped = self._is_overruled = False
        if trips:
            log.critical("dead letters are held", counts=self._counts())

    def holds(self) -> bool:
        """Tell whether no dead letter may be written now."""
        return self._is_tripped and not self._is_overruled

    def overrule(self) -> None:
        """Let what is held go, by an operator's word, and what follows until the share has been small once more.

        Takes no lock and writes no line: it is called by a signal, in the middle of anything.
        """
        self._is_overruled = self._is_tripped

    def _is_too_large(self, share: Share) -> bool:
        return share.refused > self._ratio * max(share.records, WINDOW)

    def _counts(self) -> str:
        shares = [(stage, share) for stage, share in self._shares.items() if share.refused]
        return ", ".join(f"{share.refused} of the last {share.records} {stage}" for stage, share in shares)
