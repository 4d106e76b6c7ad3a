"""The words of a text with their places in it, for highlights. Slower than `folded`, so only for short texts."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from mappings.words.characters import RUNS, is_in
from mappings.words.folded import GAP, MAX_WORD, letters_of
from mappings.words.terminal import TERMINAL_CODE, read_terminal_code

_PLAIN = re.compile(r"[\t-\r\x1c-~]+")
# Behind the character that they belong to: conjoining jamo, and the marks of half-width kana.
_FOLLOWING = re.compile("[\u1160-\u11ff\uff9e\uff9f]")

Piece = tuple[int, int, str]  # start, end, and what becomes of it: letters and blanks


class WordPlace(NamedTuple):
    """A word, folded, and where it is written."""

    word: str
    start: int
    end: int  # behind its last character


def places(text: str) -> list[WordPlace]:
    """Return the words of a text in order, the same as `words_of`; a GAP is where nothing touches."""
    found: list[WordPlace] = []
    word, start, end, is_apart = "", 0, 0, True
    for letter, begun, ended in _letters(text):
        is_run = not letter.isascii() and is_in(letter, RUNS)
        if word and (letter == " " or is_run or is_in(word, RUNS) or len(word) == MAX_WORD):
            found.append(WordPlace(word, start, end))
            word = ""
        if is_run and is_apart and found and is_in(found[-1].word, RUNS):
            found.append(WordPlace(GAP, end, begun))
        is_apart = letter == " "
        if letter != " ":
            start, end, word = (start if word else begun), ended, word + letter
    return [*found, WordPlace(word, start, end)] if word else found


def _letters(text: str) -> Iterator[tuple[str, int, int]]:
    for start, end, letters in _pieces(text):
        is_one_for_one = len(letters) == end - start
        for number, letter in enumerate(letters):
            yield (letter, start + number, start + number + 1) if is_one_for_one else (letter, start, end)


def _pieces(text: str) -> Iterator[Piece]:
    at = 0
    while at < len(text):
        code = TERMINAL_CODE.match(text, at)
        end = code.end() if code else _end(text, at)
        yield at, end, read_terminal_code(code) if code else letters_of(text[at:end])
        at = end


def _end(text: str, start: int) -> int:
    """Return where a character ends, with the marks behind it, or a run of plain ones."""
    plain = _PLAIN.match(text, start)
    end = plain.end() if plain else start + 1
    if end == len(text) or not _follows(text[end]):
        return end
    if end - start > 1:
        return end - 1  # the last of the run has a mark
    while end < len(text) and _follows(text[end]):
        end += 1
    return end


def _follows(character: str) -> bool:
    if _FOLLOWING.match(character) or unicodedata.category(character)[0] == "M":
        return True
    return not letters_of(character) and character not in "\x1b\x9b"
