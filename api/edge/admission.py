"""How many requests run at one time: further requests get a 503 before anything is done for them.

A process answers only so many requests a second. Any more would wait, and everything else with them, until nobody wants
the answers any more; a refusal costs a hundredth of an answer. The connection refuses most of them (protocol.py), the
middleware the rest.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from api.errors import ApiError

LIMITED_PATHS = "/api/"  # health checks and metrics are always answered
TOO_MANY_REQUESTS = "too many requests at the moment: try again in a moment"


class Slots:
    """How many of one kind may run at one time."""

    def __init__(self, limit: int, message: str) -> None:
        self.free = limit
        self._message = message

    def check(self) -> None:
        """Raise `ApiError` 503 where no slot is free."""
        if self.free <= 0:
            raise ApiError(503, self._message)

    def take(self) -> "Slot":
        """Return a slot; raise `ApiError` 503 where none is free."""
        self.check()
        self.free -= 1
        return Slot(self._give_back)

    def _give_back(self) -> None:
        self.free += 1


class Slot:
    """A slot in use; released once, however often it is asked for."""

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back: Callable[[], None] | None = give_back

    def release(self) -> None:
        """Make the slot free."""
        give_back, self._give_back = self._give_back, None
        if give_back:
            give_back()

    def __enter__(self) -> Self:
        """Use the slot for a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release it."""
        self.release()


def request_slots(limit: int) -> Slots:
    """Return the slots for requests of the limited paths."""
    return Slots(limit, TOO_MANY_REQUESTS)


def is_limited(path: str) -> bool:
    """Tell whether a request for this path needs a slot."""
    return path.startswith(LIMITED_PATHS)
