"""Fair shares of what runs at one time: no key takes all of it, whatever it asks for.

A slot is held for as long as the work takes. So a share is one of the time of the servers, not of a number of requests:
a key with slow searches gets as much of it as one with fast searches.
"""

from collections import Counter
from functools import partial

from api.edge.admission import Slot, Slots
from api.edge.key import Key
from api.errors import ApiError


class Shares:
    """The slots of one kind, and how many of them each key has.

    A key gets one more while it has less than a part of what is free: with a share of one half, not more than are free.
    So the first key gets half of the slots at most, the next half of the rest, and somebody new finds one.
    """

    def __init__(self, slots: Slots, share: float, name: str) -> None:
        """Take the share that one key may have while nobody else has any; 1 is no limit."""
        self._slots = slots
        self._share = share
        self._name = name  # what a slot is for, for messages
        self._held: Counter[bytes] = Counter()

    def check(self, key: Key) -> None:
        """Raise `ApiError` 503 where no slot is free, 429 where the key has its share."""
        self._slots.check()
        held = self._held[key.digest] if key.digest else 0
        if held and held * (1 - self._share) >= self._slots.free * self._share:
            raise ApiError(429, f"this key has its share of the {self._name}, {held} at one time: wait for one to end")

    def take(self, key: Key) -> Slot:
        """Return a slot; raise `ApiError` 503 or 429 as `check` does."""
        self.check(key)
        slot = self._slots.take()
        self._held[key.digest] += 1
        return Slot(partial(self._give_back, key.digest, slot))

    def _give_back(self, key: bytes, slot: Slot) -> None:
        slot.release()
        self._held[key] -= 1
        if not self._held[key]:
            del self._held[key]
