"""Recall and precision of the redaction on a labelled set.

A secret counts as found only where exactly it is taken out: neither a part of it, nor a word beside it. Everything else
that is taken out is wrong.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from indexer.redaction.redact import Redaction
from tests.redaction.dresses import DRESSES, ascii_only, compact, event, like_go
from tests.redaction.placeholders import filled

FOLDER = Path(__file__).parent
# Around each secret. No encoder of JSON writes these characters in another way.
_MARKS = re.compile(rb"@\[|\]@")
SEED = 20_261_127


class Labelled(NamedTuple):
    """An event, and the places of the secrets in it."""

    name: str
    value: bytes
    secrets: frozenset[tuple[int, int]]


@dataclass
class Score:
    """What was found in a set."""

    right: int = 0  # secrets that were taken out exactly
    labelled: int = 0
    found: int = 0
    events: int = 0
    wrong: Counter[str] = field(default_factory=Counter)  # of events in which anything is not as labelled

    def add(self, one: Labelled, found: Iterable[tuple[int, int]]) -> None:
        """Count what was found in an event."""
        places = set(found)
        self.events += 1
        self.right += len(places & one.secrets)
        self.labelled += len(one.secrets)
        self.found += len(places)
        if places != one.secrets:
            self.wrong[one.name] += 1

    @property
    def recall(self) -> float:
        """Return the share of the secrets that was taken out."""
        return self.right / self.labelled if self.labelled else 1.0

    @property
    def precision(self) -> float:
        """Return the share of what was taken out that is a secret."""
        return self.right / self.found if self.found else 1.0


def score(sets: Iterable[Labelled], redaction: Redaction) -> Score:
    """Return the score of a redaction on labelled events."""
    total = Score()
    for one in sets:
        total.add(one, [(secret.start, secret.end) for secret in redaction.find(one.value)])
    return total


def texts(name: str) -> Iterator[Labelled]:
    """Yield each text of a file in every dress, with other random values in each."""
    for number, line in enumerate(_lines(name)):
        for dress, dressed in DRESSES.items():
            random = Random(f"{SEED} {name} {number} {dress}")
            yield _labelled(f"{name}:{number + 1} ({dress})", dressed(filled(line["text"], random)))


def events(name: str) -> Iterator[Labelled]:
    """Yield each event of a file as it is, as ASCII, and as Go writes it."""
    for number, line in enumerate(_lines(name)):
        for encode in (compact, ascii_only, like_go):
            random = Random(f"{SEED} {name} {number} {encode.__name__}")
            fields = json.loads(filled(json.dumps(line, ensure_ascii=False), random), strict=False)
            yield _labelled(f"{name}:{number + 1} ({encode.__name__})", event(encode, **fields))


def _lines(name: str) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


def _labelled(name: str, marked: bytes) -> Labelled:
    """Return an event without its marks, and the places between them."""
    places, taken = [], 0
    for match in _MARKS.finditer(marked):
        places.append(match.start() - taken)
        taken += len(match[0])
    secrets = frozenset(zip(places[::2], places[1::2], strict=True))
    return Labelled(name, _MARKS.sub(b"", marked), secrets)
