"""Redacts secrets that callers paste into prompts and gateways into errors, before anything is stored. Pure.

Otherwise anyone who may read logs would have the keys of those who caused them. The whole event is searched, also
metadata and fields that are not declared. `[redacted RULE]` stands in place of a secret, every other byte stays as it
came, and the log says how many there were.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from indexer.redaction.secret_rules import RULES, Rule
from indexer.redaction.secret_shapes import compiled
from indexer.redaction.unescaped import whole_escapes, without_escapes, without_fillers

# Identity and filters depend on these: two groups with keys for names must not become one.
_KEPT = compiled(r'"(?:group|model|request_id)"\s*:\s*"((?:[^"\\]|\\.)*)"')
_END_OF_NAME = re.compile(rb'(?:[^"\\]|\\.){0,200}"\s{0,20}:')
# A dash, an underscore or a letter as an escape, in a name or in the beginning of a key. No known program writes it.
_ESCAPED_LETTER = r"\\u00(?:2[dD]|5[fF]|[46][1-9a-fA-F]|[57][0-9aA])"
_HAS_ESCAPED_LETTER = compiled(_ESCAPED_LETTER).search


class Secret(NamedTuple):
    """A secret in an event."""

    start: int  # the place of its first byte
    end: int  # the place behind its last byte
    rule: str


class Redaction:
    """The rules that are on, and one search for the marks of all of them."""

    def __init__(self, rules: Collection[Rule] = RULES) -> None:
        # Few events have a mark: one search for all of them costs what one search for each rule would cost.
        marks = [_ESCAPED_LETTER, *(shape.mark for rule in rules for shape in rule.shapes)]
        self._suspects = compiled("|".join(marks)).search if rules else _nothing
        self._searches = [_Search(rule) for rule in rules]

    def redact(self, value: bytes) -> tuple[bytes, Counter[str]]:
        """Return the JSON of an event with its secrets redacted, and how many each rule found.

        The same bytes are returned where nothing was found.
        """
        secrets = self.find(value)
        return (_without(value, secrets) if secrets else value), Counter(secret.rule for secret in secrets)

    def redact_text(self, text: str) -> str:
        """Return a text with its secrets redacted: one that is made from an event, such as what a stream says."""
        value = b"\n" + text.encode()  # a key begins behind something
        secrets = self._find(value)
        return _without(value, secrets)[1:].decode() if secrets else text

    def find(self, value: bytes) -> list[Secret]:
        """Return the secrets in the JSON of an event, in order; none of them overlaps another."""
        found = self._find(value)
        return _not_kept(value, found) if found else []

    def _find(self, value: bytes) -> list[Secret]:
        if not self._suspects(value):
            return []
        text = without_escapes(value)
        found = self._found(text)
        if _HAS_ESCAPED_LETTER(value):
            short, places = without_fillers(text)
            found += [Secret(places[start], places[end - 1] + 1, rule) for start, end, rule in self._found(short)]
        return _merged(Secret(*whole_escapes(text, start, end), rule) for start, end, rule in found)

    def _found(self, text: bytes) -> list[Secret]:
        return [secret for search in self._searches for secret in search.find(text)]


class _Search:
    """One search for all shapes of a rule."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._pattern = compiled("|".join(shape.pattern for shape in rule.shapes))

    def find(self, text: bytes) -> Iterator[Secret]:
        """Yield the secrets in a text without escapes."""
        for match in self._pattern.finditer(text):
            value = match.lastindex  # two groups for each shape
            begin = match.start(value)
            shape = self._rule.shapes[value // 2 - 1]
            for start, end in shape.secrets(match[value - 1], match[value]):
                yield Secret(begin + start, begin + end, self._rule.name)


def _nothing(_value: bytes) -> None:
    return None


def _merged(found: Iterable[Secret]) -> list[Secret]:
    """Return secrets in order, those that overlap as one, with the rule of the first that was searched for."""
    merged: list[Secret] = []
    for secret in sorted(found, key=lambda one: one.start):
        if merged and secret.start < merged[-1].end:
            merged[-1] = merged[-1]._replace(end=max(merged[-1].end, secret.end))
        else:
            merged.append(secret)
    return merged


def _not_kept(value: bytes, secrets: list[Secret]) -> list[Secret]:
    """Return the secrets that are not in a field that has to stay."""
    kept = [match.span(1) for match in _KEPT.finditer(value)]
    starts = [start for start, _ in kept]
    before = [(secret, bisect(starts, secret.start)) for secret in secrets]  # how many begin before it
    return [secret for secret, number in before if not number or kept[number - 1][1] <= secret.start]


def _without(value: bytes, secrets: Iterable[Secret]) -> bytes:
    """Return the event with its secrets replaced."""
    parts: list[bytes] = []
    names, reached = 0, 0
    for secret in secrets:
        is_name = _END_OF_NAME.match(value, secret.end) is not None
        names += is_name
        parts += (value[reached : secret.start], _replacement(secret.rule, names if is_name else 1))
        reached = secret.end
    return b"".join((*parts, value[reached:]))


def _replacement(rule: str, number: int) -> bytes:
    # Two names in one object must not become the same: Elasticsearch refuses that.
    return f"[redacted {rule}]".encode() if number == 1 else f"[redacted {rule} {number}]".encode()
