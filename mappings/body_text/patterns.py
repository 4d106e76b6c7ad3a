"""Chunks that are written alike: most of a stream differ from the one before in a few characters.

A pattern is the text of a line with holes. What is before the first hole decides how JSON reads it, and so on from hole
to hole: a line that fits has the same names and values elsewhere. It costs a tenth of parsing the line.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

Sink = Callable[[str], object]  # takes what is written between the quotes of a string, or a number

_STRING = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"')
_NUMBER = re.compile(r"(-?\d[-+.\deE]*+)")
_DIGITS = re.compile(r"(?:-?\d[-+.\deE]*+)?")
_INSIDE = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+')
_BLANK = re.compile(r"\s*+")
_LONGEST_GAP = 200  # characters


class Hole(NamedTuple):
    """One value that changes."""

    value: re.Pattern[str]  # what is written in it
    after: str  # what is written behind it, up to the next hole or the next line
    sink: Sink


class LinePattern:
    """The text of a line with holes, and what stands between two such lines."""

    __slots__ = ("_again", "_before", "_end", "_event", "_holes", "_sinks")

    def __init__(self, event: str, before: str, holes: Sequence[Hole], end: int = 0) -> None:
        self._event = event
        self._before = before
        self._holes = holes
        self._sinks = [hole.sink for hole in holes]
        self._end = end  # of the last line that had the pattern
        self._again = ""  # from there to the first hole of the next, where that is known

    def take(self, text: str, at: int, event: str) -> int:
        """Give the values of the line at this place, and of those behind it that are alike, to their sinks.

        Return where the next line begins, or this place if the line has another pattern.
        """
        if not text.startswith(self._before, at) or event != self._event:
            return at
        if 0 <= at - self._end < _LONGEST_GAP:
            self._look_between(text[self._end : at])
        is_piece = len(self._holes) == 1 and self._holes[0].value is _INSIDE
        take = self._take_pieces if is_piece else self._take_lines
        end = take(text, at + len(self._before))
        if not end:
            return at
        self._end = end
        return end

    def _look_between(self, gap: str) -> None:
        # Blank lines and the name of the same event: nothing is lost where they are passed over.
        if gap.strip("\n") in ("", f"event: {self._event}", f"event:{self._event}"):
            self._again = gap + self._before

    def _take_pieces(self, text: str, at: int) -> int:
        """Take lines with one hole for a string, from the hole on; return their end, or 0 if there is none.

        The same as `_take_lines` in half the time: most chunks of most streams are such lines.
        """
        [(value, after, sink)] = self._holes
        end = 0
        while True:
            quote = text.find('"', at)
            if quote <= at or text[quote - 1] == "\\":
                quote = _end(value, text, at)
            if not text.startswith(after, quote):
                return end
            sink(text[at:quote])
            end = quote + len(after)
            if not self._again or not text.startswith(self._again, end):
                return end
            at = end + len(self._again)

    def _take_lines(self, text: str, at: int) -> int:
        """Take lines from their first hole on; return their end, or 0 if there is none."""
        end = 0
        while at:
            found: list[str] = []
            for value, after, _ in self._holes:
                to = text.find('"', at) if value is _INSIDE else -1
                if to <= at or text[to - 1] == "\\":
                    to = _end(value, text, at)
                if not text.startswith(after, to):
                    return end
                found.append(text[at:to])
                at = to + len(after)
            for sink, one in zip(self._sinks, found, strict=True):
                sink(one)
            end = at
            at = end + len(self._again) if self._again and text.startswith(self._again, end) else 0
        return end


def line_pattern(line: str, event: str, changing: Sequence[tuple[str, Sink]], end: int = 0) -> LinePattern | None:
    """Return the pattern of a line that ends here and whose values with these names change, in their order.

    None if nothing changes, or where a name is there more than once.
    """
    starts = [_value(line, name) for name, _ in changing]
    found = [match for match in starts if match]
    if not found or len(found) < len(starts) or any(a.end() > b.start() for a, b in pairwise(found)):
        return None
    text = line + "\n"
    ends = [match.start(1) for match in found[1:]] + [len(text)]
    holes = [
        Hole(_INSIDE if match.re is _STRING else _DIGITS, text[match.end(1) : end], sink)
        for match, end, (_, sink) in zip(found, ends, changing, strict=True)
    ]
    return LinePattern(event, line[: found[0].start(1)], holes, end)


def _end(value: re.Pattern[str], text: str, at: int) -> int:
    match = value.match(text, at)
    return match.end() if match else at


def _value(line: str, name: str) -> re.Match[str] | None:
    key = f'"{name}":'
    at = line.find(key)
    if at < 0 or line.find(key, at + 1) >= 0:
        return None
    start = at + len(key)
    if blank := _BLANK.match(line, start):
        start = blank.end()
    return _STRING.match(line, start) or _NUMBER.match(line, start)
