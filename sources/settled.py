"""How far a table may be read: rows below an id may still be missing, because their transactions commit late. Pure.

A gateway takes an id when it inserts and commits afterwards, so a row with a lower id may appear after one with a
higher id was read. An id is settled when one at least as high was seen some seconds ago. No clock of the gateway or of
the database takes part.
"""

from collections import deque

MAX_SEEN = 1_000  # more are merged, which only makes rows wait longer


class SettledIds:
    """The highest ids that were seen, and when. Times are seconds of any clock that does not go back."""

    def __init__(self, lag_seconds: float) -> None:
        self._lag_seconds = lag_seconds
        self._seen: deque[tuple[float, int]] = deque()
        self._settled = 0

    def saw(self, highest: int, now: float) -> int:
        """Add the highest id of the table now; return the highest settled one."""
        self._settle(now)
        if highest > max(self._settled, self._seen[-1][1] if self._seen else 0):
            if len(self._seen) >= MAX_SEEN:
                self._seen.pop()
            self._seen.append((now, highest))
            self._settle(now)
        return self._settled

    def _settle(self, now: float) -> None:
        while self._seen and now - self._seen[0][0] >= self._lag_seconds:
            self._settled = self._seen.popleft()[1]
