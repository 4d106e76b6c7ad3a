"""What a query may cost Elasticsearch inside one log. Pure.

Elasticsearch checks the time of a search after some thousands of logs, never inside one of them. A phrase reads all
places of each of its parts in a log, once for each time that the part occurs in the phrase: a thousand equal words over
a body of one megabyte that is full of that word take seconds. So it is bounded how often a part may be read.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from api.request.query_language import Word, Words, first_of_many
from api.request.version_2 import count_parts, first_parts, has_lone_characters, phrase_parts, split_prefix
from mappings.version_2.text import readable
from mappings.words.folded import MAX_WORD, is_single
from mappings.words.repeats import PIECE_LENGTH, PIECES

MAX_REPEATS = 8  # of a word in the phrases of a query, its second spellings included
# Of a single character in scripts without blanks. Prose repeats 的 and the places of commas more often than any word,
# and a log of the same size has fewer of them.
MAX_SINGLE_REPEATS = 24
MAX_PART_SHOWN = 30  # characters of a part that a message repeats
PREFIX_COST = 3  # phrases; the intervals that check a prefix cost two (docs/guarantees.md)
_PREFIX = "*"  # stands for all phrases that end in a prefix: each reads all words with that prefix
# With one prefix, times as often as the most frequent word of a log: each of its pieces may have so many others.
WORDS_OF_PREFIX = PIECES * PIECE_LENGTH // 2


class Reads(NamedTuple):
    """How often the phrases of a query read words in a log."""

    words: int  # all of its words together
    most: int  # one of them


NO_READS = Reads(0, 0)


def reads_of(query: Words) -> Reads:
    """Return how often the phrases of a query read words in a log; zero where it has no phrases."""
    counted = Counter(part for word in _different(query) for part in _parts_read(word))
    prefixes = counted.pop(_PREFIX, 0)
    return Reads(counted.total() + prefixes * WORDS_OF_PREFIX, max(counted.values(), default=0) + prefixes)


def check_repeats(words: Words) -> Words:
    """Return the words; raise ValueError where a part occurs in their phrases too often.

    A log is in an index of one version: what the other versions are sent does not read it.
    """
    for parts_read, single_repeats in ((_parts_read, MAX_SINGLE_REPEATS), (_parts_read_in_version_2, MAX_REPEATS)):
        _check(words, parts_read, single_repeats)
    return words


def _check(words: Words, parts_read: Callable[[Word], Iterator[str]], single_repeats: int) -> None:
    counted = Counter(part for word in _different(words) for part in parts_read(word))
    for part, times in counted.most_common():
        most = single_repeats if is_single(part) else MAX_REPEATS
        if times > most and len(part) < MAX_WORD:  # no log is full of words that long
            raise ValueError(
                f"reads {part[:MAX_PART_SHOWN]!r} {times} times in its phrases (a word with punctuation or escapes is "
                f"a phrase too), at most {most} are allowed: search for a part of the text in which it is rarer"
            )


def _different(words: Words) -> Iterable[Word]:
    return dict.fromkeys((*words.wanted, *words.excluded))


def _parts_read(word: Word) -> Iterator[str]:
    """Yield the parts of the phrases that search for a word, as `api.words.clauses` makes them."""
    for parts in filter(None, (word.parts, word.unescaped)):
        if not word.prefix:
            yield from _side_by_side(parts)
        elif len(parts) > 1:
            yield from [*_side_by_side(parts[:-1]), *parts[:-1] * (PREFIX_COST - 1), _PREFIX]


def _side_by_side(parts: tuple[str, ...]) -> Iterator[str]:
    if len(parts) > 1:
        yield from (*first_of_many(parts), *parts)


def _parts_read_in_version_2(word: Word) -> Iterator[str]:
    """Yield the parts of the phrases that search for a word, as `api.words.version_2` makes them for each text."""
    if word.prefix:
        before, _ = split_prefix(word.text)
        parts = list(_parts_of_phrase(before))
        yield from parts * PREFIX_COST
        yield from [_PREFIX] if parts or count_parts(before) else []
        return
    for text in dict.fromkeys((word.text, readable(word.text))):
        for phrase in filter(None, (first_parts(text), text)):
            yield from _parts_of_phrase(phrase)


def _parts_of_phrase(text: str) -> Iterator[str]:
    folded = _folded(text)
    pairs = phrase_parts(folded, in_pairs=True)
    if len(pairs) > 1:
        yield from pairs
    if has_lone_characters(folded):
        yield from phrase_parts(folded, in_pairs=False)


def _folded(text: str) -> str:
    """Return a text in which all spellings that the index may take for the same are the same."""
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return unicodedata.normalize("NFKC", visible).casefold()
