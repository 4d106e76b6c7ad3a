"""How many requests are answered at one time: one more is refused at once, before anything is done for it.

Most are refused by the connection itself (api/wire.py), the others by the layer around the app (api/edge.py).

A process answers only so many requests a second. What it took in beyond that would wait, and with it everything
else, until nobody wants the answers any more; refusing costs a hundredth of answering.
"""

from starlette.types import Scope

GUARDED = "/api/"  # whether the process lives is always answered
FULL = "too many searches at one time: try again in a moment"


class Place:
    """A request's place; given back once, by whoever is first to know that it is done."""

    def __init__(self, gate: "Gate") -> None:
        self._gate: Gate | None = gate

    def leave(self) -> None:
        """Make room for another. An answer that goes on for ever leaves when it begins."""
        if self._gate:
            self._gate.free += 1
        self._gate = None


class Gate:
    """The places for requests."""

    def __init__(self, places: int) -> None:
        self.free = places

    def refuses(self, path: str) -> bool:
        """Tell whether a request for this path is one too many."""
        return not self.free and path.startswith(GUARDED)

    def enter(self, scope: Scope) -> Place | None:
        """Return a place for a request, None where all are taken."""
        if self.refuses(scope["path"]):
            return None
        if not scope["path"].startswith(GUARDED):
            return Place(Gate(0))
        self.free -= 1
        place = Place(self)
        scope.setdefault("state", {})["place"] = place
        return place
