"""How large bulk requests are, and how many run at one time: fewer and smaller while Elasticsearch is overloaded.

A request that times out is not over: Elasticsearch goes on with it. Sending the same again at the same pace adds to the
load, and no answer ever arrives in time. So a 429 halves both, a timeout leaves one request of a quarter of the size,
and each run of good answers raises them a little (additive increase, multiplicative decrease).
"""

from threading import Lock
from time import monotonic

MIN_BYTES = 20_000
GOOD_ANSWERS = 8  # until the pace is raised
MAX_TIMEOUT_PAUSE_SECONDS = 10.0
GROWTH = 1.5


class Pace:
    """The current limits of bulk requests. Any thread may call it; nothing blocks or raises."""

    def __init__(self, max_bytes: int, max_requests: int) -> None:
        self.bulk_bytes = max_bytes
        self.requests = max_requests
        self.resume_at = 0.0  # monotonic; no request starts before it
        self._max_bytes = max_bytes
        self._max_requests = max_requests
        self._good = 0
        self._timeouts = 0
        self._lock = Lock()

    def overloaded(self, *, timed_out: bool) -> None:
        """Lower the pace after a 429 or a timeout; after a timeout also pause, longer each time."""
        with self._lock:
            self._good = 0
            smaller = self.bulk_bytes // (4 if timed_out else 2)
            self.bulk_bytes = max(min(MIN_BYTES, self._max_bytes), smaller)
            self.requests = 1 if timed_out else max(1, self.requests // 2)
            if timed_out:
                self._timeouts += 1
                self.resume_at = monotonic() + min(MAX_TIMEOUT_PAUSE_SECONDS, 0.5 * 2.0**self._timeouts)

    def succeeded(self) -> None:
        """Raise the pace after a run of good answers."""
        with self._lock:
            self._timeouts = 0
            self._good += 1
            if self._good >= GOOD_ANSWERS:
                self._good = 0
                self.bulk_bytes = min(self._max_bytes, int(self.bulk_bytes * GROWTH))
                self.requests = min(self._max_requests, self.requests + 1)
