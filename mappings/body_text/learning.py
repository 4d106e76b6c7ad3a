"""The patterns of a stream's lines, learnt from the chunks that were parsed."""

from mappings.body_text.assembly import Assembly
from mappings.body_text.leaves import OF_NO_USE, Leaf
from mappings.body_text.patterns import LinePattern, line_pattern

_MOST_PATTERNS = 8  # that are tried on a line
_MOST_TRIALS = 200  # patterns that are made of one stream
_MOST_SHAPES = 64

_Shape = tuple[str, ...]  # the paths of a chunk


class LearntPatterns:
    """Puts lines into the assembly without parsing them, if they are written like one before."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._patterns: list[LinePattern] = []  # the last one used first
        self._trials = 0
        self._shapes: dict[_Shape, tuple[list[Leaf], set[str]]] = {}  # the last such chunk, and the paths that change

    def take(self, text: str, at: int, event: str) -> int:
        """Take the line at this place if it has a pattern, and those behind it; return where the next line begins."""
        for number, pattern in enumerate(self._patterns):
            end = pattern.take(text, at, event)
            if end > at:
                if number:
                    self._patterns.insert(0, self._patterns.pop(number))
                return end
        return at

    def learn(self, line: str, event: str, leaves: list[Leaf], end: int) -> None:
        """Make a pattern of a line that was parsed and ends here, if something in it changes from chunk to chunk."""
        if self._trials >= _MOST_TRIALS:
            return
        changing = self._changing(leaves)
        sinks = [(leaf[1], self._assembly.sink(leaf)) for leaf in leaves if leaf[0] in changing]
        if sinks and (pattern := line_pattern(line, event, sinks, end)):
            self._trials += 1
            self._patterns.insert(0, pattern)
            del self._patterns[_MOST_PATTERNS:]

    def _changing(self, leaves: list[Leaf]) -> set[str]:
        shape = tuple([leaf[0] for leaf in leaves])
        if len(self._shapes) > _MOST_SHAPES:
            self._shapes.clear()
        before, changing = self._shapes.get(shape, (leaves, set()))
        changing |= {leaf[0] for leaf in leaves if self._assembly.is_piece(leaf)}
        changing |= {new[0] for old, new in zip(before, leaves, strict=True) if _has_changed(old[2], new[2])}
        self._shapes[shape] = (leaves, changing)
        return changing


def _has_changed(old: object, new: object) -> bool:
    # What is left out may change at any time. Only strings and numbers can be holes of a pattern.
    if new is OF_NO_USE:
        return True
    return old != new and all(isinstance(value, (str, int)) and not isinstance(value, bool) for value in (old, new))
