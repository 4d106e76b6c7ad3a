"""How much one key may ask for: requests a second, and requests at one time."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from api.errors import ApiError

BURST_S = 5  # a key that was silent may ask for this many seconds' worth at once


class _Account:
    """What one key has used."""

    def __init__(self, left: float, now_s: float) -> None:
        self.left = left  # requests that it may send at once
        self.counted_s = now_s
        self.under_way = 0


class Limits:
    """The accounts of the keys in use; only keys that are known get one."""

    def __init__(self, per_second: float, at_one_time: int, clock: Callable[[], float] = monotonic) -> None:
        """Take the limits, 0 meaning none."""
        self._per_second = per_second
        self._most = max(per_second * BURST_S, 1.0)
        self._at_one_time = at_one_time
        self._clock = clock
        self._accounts: dict[bytes, _Account] = {}

    @contextmanager
    def taken(self, key: bytes) -> Iterator[None]:
        """Count one request against a key while it runs; raise `ApiError` 429 where it is one too many."""
        account = self._accounts.setdefault(key, _Account(self._most, self._clock()))
        if self._at_one_time and account.under_way >= self._at_one_time:
            raise ApiError(429, f"this key has {self._at_one_time} requests under way, which is all it may have")
        if self._per_second:
            self._pay(account)
        account.under_way += 1
        try:
            yield
        finally:
            account.under_way -= 1

    def _pay(self, account: _Account) -> None:
        now_s = self._clock()
        account.left = min(account.left + (now_s - account.counted_s) * self._per_second, self._most)
        account.counted_s = now_s
        if account.left < 1:
            wait_s = math.ceil((1 - account.left) / self._per_second)
            message = f"this key may send {self._per_second:g} requests a second: try again in {wait_s} s"
            raise ApiError(429, message, retry_after_s=wait_s)
        account.left -= 1
