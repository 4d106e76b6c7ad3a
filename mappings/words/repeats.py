"""About how often the most frequent word of a text occurs: what a phrase may have to read of it. Pure.

To count all words takes a sixth of the time of decoding. Some pieces of the text are enough: where a word takes a
twentieth of the text, they tell its number to within a factor of two.
"""

from collections import Counter
from collections.abc import Sequence
from random import Random

from mappings.words.folded import MAX_WORD, split

SHORTEST_TEXT = 1_000  # characters; what a shorter text costs a search is bounded by its length
PIECES = 32
PIECE_LENGTH = 40  # characters, and the words that it cuts


def repeats(texts: Sequence[str]) -> int:
    """Return about how often the most frequent word of these texts occurs; 0 where they are short."""
    length = sum(map(len, texts))
    if length < SHORTEST_TEXT:
        return 0
    text = " ".join(texts)
    # Nobody can write a text whose repeated words are between the pieces: the hash has a secret of the process.
    starts = Random(hash(text)).choices(range(len(text) - PIECE_LENGTH), k=PIECES)  # noqa: S311
    pieces = [_piece(text, start) for start in starts]
    words = Counter(word for piece in pieces for word in _words(piece))
    return max(words.values()) * length // sum(len(piece) + 1 for piece in pieces)


def _piece(text: str, start: int) -> str:
    """Return the piece of a text that begins here, with the whole of its first and last word."""
    end = start + PIECE_LENGTH
    begin = text.rfind(" ", max(start - MAX_WORD, 0), start + 1) + 1
    stop = text.find(" ", end, end + MAX_WORD)
    return text[begin or start : stop if stop >= 0 else end]


def _words(piece: str) -> list[str]:
    return piece.split() if piece.isascii() else split(piece)
