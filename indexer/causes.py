"""What records wait for: an index that cannot be written, or the dead-letter topic; tried again after pauses."""

from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock
from time import monotonic

FIRST_BLOCK_SECONDS = 1.0
MAX_BLOCK_SECONDS = 5.0  # an index that can be written again is found within this time


@dataclass(slots=True)
class _Block:
    why: str
    attempts: int
    due: float


class Causes:
    """The causes that hold records up at present. Any thread may call it; nothing blocks or raises."""

    def __init__(self) -> None:
        self._blocks: dict[str, _Block] = {}
        self._lock = Lock()

    def block(self, cause: str, why: str) -> None:
        """Record that a cause was met, again or for the first time; the next attempt is due after a pause."""
        with self._lock:
            attempts = self._blocks[cause].attempts + 1 if cause in self._blocks else 0
            pause = min(MAX_BLOCK_SECONDS, FIRST_BLOCK_SECONDS * 2.0 ** min(attempts, 8))
            self._blocks[cause] = _Block(why, attempts, monotonic() + pause)

    def clear(self, causes: Collection[str]) -> None:
        """Record that these are gone."""
        if self._blocks:
            with self._lock:
                for cause in causes:
                    self._blocks.pop(cause, None)

    def blocks(self, cause: str) -> bool:
        """Tell whether records with this cause have to wait."""
        return cause in self._blocks

    def is_due(self, cause: str) -> bool:
        """Tell whether records with this cause may be tried."""
        block = self._blocks.get(cause)
        return block is None or monotonic() >= block.due

    def why(self, cause: str) -> str:
        """Return why records wait, in words for an operator; "" where the cause is gone."""
        block = self._blocks.get(cause)
        return block.why if block else ""
