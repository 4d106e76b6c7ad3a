"""Tells an operator when many records are rejected, as after a bad deploy of a producer or of the indexer.

Nothing is held back for it. Every rejected record is in the dead-letter topic as it came, and `redrive` sends them back
when the cause is fixed. Holding them would let any producer stop the commits of everyone.
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


class Alarm:
    """Is raised while the share of rejected records among the last 5,000 is too large.

    `ratio` is that share, 0 to 1: more than `ratio` times 5,000 rejected records among the last 5,000 raise it, so a
    few at the very start do not. With a ratio of 1 it is never raised. Any thread may call it; nothing blocks or
    raises.
    """

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio
        self._shares: dict[Stage, Share] = {"by the indexer": Share(), "by Elasticsearch": Share()}
        self._is_raised = False
        self._lock = Lock()

    @property
    def notice(self) -> str:
        """Return what an operator should look at; "" while the alarm is not raised."""
        if not self._is_raised:
            return ""
        return (
            f"many records were rejected: {self._counts()}; look at their reasons in the dead-letter topic"
            " (python -m indexer redrive --dry-run)"
        )

    def count(self, stage: Stage, records: int, rejected: int) -> None:
        """Count a run of records and how many of them were rejected."""
        if not records:
            return
        with self._lock:
            self._shares[stage].add(records, rejected)
            was_raised = self._is_raised
            self._is_raised = any(self._is_too_large(share) for share in self._shares.values())
        if self._is_raised and not was_raised:
            _log.critical("many records were rejected", counts=self._counts())

    def _is_too_large(self, share: Share) -> bool:
        return share.rejected > self._ratio * max(share.records, WINDOW)

    def _counts(self) -> str:
        shares = [(stage, share) for stage, share in self._shares.items() if share.rejected]
        return ", ".join(f"{share.rejected} of the last {share.records} {stage}" for stage, share in shares)
