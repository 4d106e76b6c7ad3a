"""What the servers told the indexer, in the order it heard it: the record against which every commit is held."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import inf
from threading import Lock
from typing import NamedTuple

Placed = Mapping[int, Mapping[int, int]]  # partition → offset → number of the event


class Commit(NamedTuple):
    """An offset on its way to the broker: everything below it is said to be safe."""

    moment: int
    partition: int
    offset: int


class Journal:
    """The wires write into it from many threads; `moment` counts what they write."""

    def __init__(self) -> None:
        self.asked: list[Commit] = []  # commits as the indexer sent them
        self.taken: list[Commit] = []  # commits as the broker carried them out
        self.acknowledged: dict[int, int] = {}  # event → the moment it was first acknowledged
        self._moment = 0
        self._lock = Lock()

    def acknowledge(self, numbers: Iterable[int]) -> None:
        """Note events of which the indexer is about to hear that they are safe."""
        with self._lock:
            self._moment += 1
            for number in numbers:
                self.acknowledged.setdefault(number, self._moment)

    def ask(self, offsets: Mapping[int, int]) -> None:
        """Note a commit that the indexer asks for: partition → offset."""
        self._note(self.asked, offsets)

    def take(self, offsets: Mapping[int, int]) -> None:
        """Note a commit that the broker has carried out."""
        self._note(self.taken, offsets)

    def early(self, placed: Placed) -> list[Commit]:
        """Return the commits that were asked for before every record below them was acknowledged."""
        found = []
        for partition, numbers in placed.items():
            commits = sorted((one for one in self.asked if one.partition == partition), key=lambda one: one.offset)
            offsets = sorted(numbers, reverse=True)
            safe_from: float = 0
            for commit in commits:
                while offsets and offsets[-1] < commit.offset:
                    safe_from = max(safe_from, self.acknowledged.get(numbers[offsets.pop()], inf))
                if commit.moment < safe_from:
                    found.append(commit)
        return found

    def backward(self) -> list[Commit]:
        """Return the commits that took a partition back to an earlier offset."""
        reached: dict[int, int] = defaultdict(int)
        found = []
        for commit in self.taken:
            if commit.offset < reached[commit.partition]:
                found.append(commit)
            reached[commit.partition] = commit.offset
        return found

    def _note(self, commits: list[Commit], offsets: Mapping[int, int]) -> None:
        with self._lock:
            self._moment += 1
            commits += [Commit(self._moment, partition, offset) for partition, offset in offsets.items()]
