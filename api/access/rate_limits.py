"""Limits of each key: requests per second, and concurrent requests."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from api.errors import ApiError

BURST_S = 5  # an idle key saves up this many seconds' worth of requests


class _Usage:
    """What one key has used."""

    def __init__(self, left: float, now_s: float) -> None:
        self.left = left  # requests that it may send at once
        self.counted_s = now_s
        self.running = 0


class RateLimits:
    """The usage of the keys; only known keys have one."""

    def __init__(self, per_second: float, concurrency: int, clock: Callable[[], float] = monotonic) -> None:
        """Take the limits; 0 means no limit."""
        self._per_second = per_second
        self._burst = max(per_second * BURST_S, 1.0)
        self._concurrency = concurrency
        self._clock = clock
        self._usages: dict[bytes, _Usage] = {}

    @contextmanager
    def taken(self, key: bytes) -> Iterator[None]:
        """Count one request against a key while it runs; raise `ApiError` 429 past a limit."""
        usage = self._usages.setdefault(key, _Usage(self._burst, self._clock()))
        if self._concurrency and usage.running >= self._concurrency:
            raise ApiError(429, f"this key may have {self._concurrency} concurrent requests: wait for one to end")
        if self._per_second:
            self._spend(usage)
        usage.running += 1
        try:
            yield
        finally:
            usage.running -= 1

    def _spend(self, usage: _Usage) -> None:
        now_s = self._clock()
        usage.left = min(usage.left + (now_s - usage.counted_s) * self._per_second, self._burst)
        usage.counted_s = now_s
        if usage.left < 1:
            wait_s = math.ceil((1 - usage.left) / self._per_second)
            message = f"this key may send {self._per_second:g} requests per second: try again in {wait_s} s"
            raise ApiError(429, message, retry_after_s=wait_s)
        usage.left -= 1
