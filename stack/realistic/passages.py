"""Texts of the realistic corpus, in the pieces of a few characters in which a model says them; built once."""

import json
import re
from collections.abc import Sequence
from functools import cache
from itertools import product
from random import Random
from typing import NamedTuple

from stack.realistic import phrases

SENTENCES = 1200  # of each language
# As tokens are: a short word with its blank, the part of a long one, two ideographs, some blanks.
_PIECE = re.compile(r"\s?[A-Za-z]{1,7}|\s?\d{1,3}|[\u3040-\u30ff\u4e00-\u9fff]{1,2}|\n\s*|.", re.DOTALL)


class Passage(NamedTuple):
    """A sentence or a piece of code."""

    plain: str
    escaped: str  # for a JSON string
    pieces: Sequence[str]  # of a stream, each escaped


class Passages(NamedTuple):
    """The passages of a language, and whether its clients send it as ASCII."""

    passages: Sequence[Passage]
    is_ascii: bool = False

    def some(self, random: Random, number: int) -> Sequence[Passage]:
        """Return so many passages in a row, from a random place on."""
        start = int(random.random() * (len(self.passages) - number))
        return self.passages[start : start + number]


@cache
def english() -> Passages:
    """Return English sentences."""
    return Passages(_passages(phrases.ENGLISH_PARTS, " "))


@cache
def chinese() -> Passages:
    """Return Chinese sentences."""
    return Passages(_passages(phrases.CHINESE_PARTS, ""))


@cache
def escaped_chinese() -> Passages:
    """Return the same, for clients that send it as ASCII."""
    return Passages(chinese().passages, is_ascii=True)


@cache
def japanese() -> Passages:
    """Return Japanese sentences."""
    return Passages(_passages(phrases.JAPANESE_PARTS, ""))


@cache
def code() -> Passages:
    """Return functions and comments in several programming languages."""
    mixed = [
        passage for pair in zip(_passages(phrases.CODE_PARTS, ""), english().passages, strict=False) for passage in pair
    ]
    return Passages(mixed * (1 + SENTENCES // len(mixed)))


def quoted(text: str) -> str:
    """Return a text as the inside of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def pieces(text: str) -> list[str]:
    """Return the pieces of a text, each as the inside of a JSON string."""
    return [quoted(piece) for piece in _PIECE.findall(text)]


def _passages(parts: Sequence[Sequence[str]], separator: str) -> list[Passage]:
    combinations = ["".join(combination) for combination in product(*_with_blanks(parts, separator))]
    Random(len(combinations)).shuffle(combinations)  # noqa: S311  # test data, the same in each process
    wanted = combinations * (1 + SENTENCES // len(combinations))
    return [Passage(text, quoted(text + separator), pieces(text + separator)) for text in wanted[:SENTENCES]]


def _with_blanks(parts: Sequence[Sequence[str]], separator: str) -> list[list[str]]:
    """Return the parts with a blank behind each that another word follows."""
    last = len(parts) - 2  # the end of a sentence begins with its own punctuation
    return [[text + separator if place < last else text for text in part] for place, part in enumerate(parts)]
