"""Holds dead letters while too many records are rejected: a bad deploy must not empty the topic into them.

While it holds, rejected records stay in flight: their offsets are not committed, so the fixed build reads them again
and none becomes a dead letter.
"""

from collections import deque
from threading import Lock

import structlog

from indexer.dead_letters.rejection import Stage

_log = structlog.get_logger()

WINDOW = 5_000  # records


class Share:
    """How many of the last 5,000 records were rejected; of somewhat more records, because runs are counted whole."""

    def __init__(self) -> None:
        self.records = 0
        self.rejected = 0
        self._runs: deque[tuple[int, int]] = deque()  # records, rejected of them

    def add(self, records: int, rejected: int) -> None:
        """Count a run of records, and forget the runs before the last 5,000 records."""
        self._runs.append((records, rejected))
        self.records += records
        self.rejected += rejected
        while self.records - self._runs[0][0] >= WINDOW:
            old_records, old_rejected = self._runs.popleft()
            self.records -= old_records
            self.rejected -= old_rejected


class Breaker:
    """Holds rejected records while their share of the last 5,000 records is too large; good records always pass.

    `ratio` is that share, 0 to 1: more than `ratio` times 5,000 rejected records among the last 5,000 trip it, so a few
    at the very start do not. With a ratio of 1 it never holds. Any thread may call it; nothing blocks or raises.
    """

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio
        self._shares: dict[Stage, Share] = {"by the indexer": Share(), "by Elasticsearch": Share()}
        self._is_tripped = False
        self._is_overruled = False
        self._lock = Lock()

    @property
    def problem(self) -> str:
        """Return why dead letters are held, and how to release them; "" while they are not."""
        if not self.holds():
            return ""
        return (
            f"dead letters are held: too many records were rejected, {self._counts()};"
            " fix the cause and restart, or release them with SIGUSR1"
        )

    def count(self, stage: Stage, records: int, rejected: int) -> None:
        """Count a run of records and how many of them were rejected, before these become dead letters."""
        if not records:
            return
        with self._lock:
            self._shares[stage].add(records, rejected)
            too_many = any(self._is_too_large(share) for share in self._shares.values())
            trips = too_many and not self._is_tripped
            self._is_tripped = self._is_tripped or trips
            if self._is_overruled and not too_many:
                self._is_tripped = self._is_overruled = False
        if trips:
            _log.critical("dead letters are held", counts=self._counts())

    def holds(self) -> bool:
        """Tell whether no dead letter may be written now."""
        return self._is_tripped and not self._is_overruled

    def overrule(self) -> None:
        """Release what is held, and what follows until the share was small once more.

        A signal handler calls it at any point, so it takes no lock and logs nothing.
        """
        self._is_overruled = self._is_tripped

    def _is_too_large(self, share: Share) -> bool:
        return share.rejected > self._ratio * max(share.records, WINDOW)

    def _counts(self) -> str:
        shares = [(stage, share) for stage, share in self._shares.items() if share.rejected]
        return ", ".join(f"{share.rejected} of the last {share.records} {stage}" for stage, share in shares)
