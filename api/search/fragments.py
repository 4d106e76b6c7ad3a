"""Where a text says the words of a query, as fragments of it. Pure.

Elasticsearch knows the words of a log, not its texts, so the texts are read again as the indexer has read them. All of
a text is read fast, in segments; places are looked up only in the segments with a match.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from html import escape
from itertools import accumulate

from mappings.words.folded import split, words_of
from mappings.words.places import WordPlace, places

FRAGMENTS = 3  # of a text
FRAGMENT_SIZE = 150  # characters
MAX_MATCHES = 20  # looked at, of each word
_BEFORE = 50  # characters of a fragment before its first match, at most
_BLANK_WITHIN = 20  # characters in which a fragment moves to the next blank
# At a blank where there is one: a word that is cut is not found.
_SEGMENT = re.compile(r"(?s:.{1000}[^ \n]{0,200}[ \n]?|.+)")

Match = tuple[int, int]


class SearchedText:
    """A text and its words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._segments = [match.span() for match in _SEGMENT.finditer(text)]
        words = [" ".join(split(words_of(text[start:end]))) for start, end in self._segments]
        self._words = f" {' '.join(filter(None, words))} "
        # Before each segment, and at the end.
        self._counts = [0, *accumulate(one.count(" ") + 1 if one else 0 for one in words)]
        self._places: dict[int, list[WordPlace]] = {}  # segment → words in it

    def matches(self, phrase: str) -> Iterator[Match]:
        """Yield where a phrase is: words with a blank before each, and behind the last if it is no prefix."""
        length = phrase.strip().count(" ")
        at, number, counted = -1, 0, 0
        for _ in range(MAX_MATCHES):
            at = self._words.find(phrase, at + 1)
            if at < 0:
                return
            number, counted = number + self._words.count(" ", counted, at), at
            yield self._place(number).start, self._place(number + length).end

    def _place(self, number: int) -> WordPlace:
        segment = bisect_right(self._counts, number) - 1
        if segment not in self._places:
            start, end = self._segments[segment]
            found = places(self.text[start:end])
            self._places[segment] = [WordPlace(word, start + first, start + last) for word, first, last in found]
        return self._places[segment][number - self._counts[segment]]


def fragments(text: str, phrases: Sequence[str]) -> list[str]:
    """Return the first fragments with matches, as HTML: the text is escaped, matches are in `<em>`."""
    read = SearchedText(text)
    matches = _apart(sorted(span for phrase in phrases for span in read.matches(phrase)))
    found: list[str] = []
    while matches and len(found) < FRAGMENTS:
        window = _window(text, matches[0])
        inside = [match for match in matches if match[1] <= window[1]]
        found.append(_marked(text, window, inside))
        matches = matches[len(inside) :]
    return found


def _apart(matches: Sequence[Match]) -> list[Match]:
    """Return matches that do not overlap."""
    found: list[Match] = []
    for start, end in matches:
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _window(text: str, match: Match) -> Match:
    start, end = max(match[0] - _BEFORE, 0), match[0]
    if start and (blank := text.find(" ", start, min(start + _BLANK_WITHIN, match[0]))) >= 0:
        start = blank + 1
    end = max(start + FRAGMENT_SIZE, match[1])
    if end < len(text) and (blank := text.rfind(" ", max(end - _BLANK_WITHIN, match[1]), end)) >= 0:
        end = blank
    return start, min(end, len(text))


def _marked(text: str, window: Match, matches: Sequence[Match]) -> str:
    parts, done = [], window[0]
    for start, end in matches:
        parts += [escape(text[done:start]), "<em>", escape(text[start:end]), "</em>"]
        done = end
    return "".join([*parts, escape(text[done : window[1]])])
