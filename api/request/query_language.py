"""The query language: the text of `query` in, the words to search for out (contract, section 3).

Words are separated by white space. `"two words"` is a phrase, `-word` is excluded, `word*` is a beginning.
Anything is legal: a sign that means nothing where it stands is punctuation.
"""

import re
import unicodedata
from typing import NamedTuple

from mappings.text import CJK

MAX_CHARACTERS = 4096
MAX_WORDS = 100
MAX_PARTS = 1024  # one Lucene term each, in each of the three text fields
LONG = 64  # characters: a text that may have many parts
SOME = 16  # parts that few logs have side by side by accident
MAX_TOKEN = 255  # characters: the standard tokenizer cuts longer ones

# Emoji are words for Lucene too, and Roman numerals are letters.
SYMBOLS = "©®‼⁉™\u2139\u2160-\u2188↔-↙↩↪⌚⌛⌨⎈⏏⏩-⏳⏸-⏺Ⓜ▪▫▶◀◻-◾\u2600-\u27bf⤴⤵⬅-⬇⬛⬜⭐⭕〰〽㊗㊙\U0001f000-\U0001fffd"
# A half-width voiced mark melts into the character before it: `ｶﾞ` looks like two and is one.
_VOICED = re.compile("[\uff9e\uff9f]")
_LONE = re.compile(f"(?<![{CJK}])[{CJK}](?![{CJK}])")
_PART = re.compile(rf"[{CJK}{SYMBOLS}]|(?:(?![{CJK}{SYMBOLS}_\uff9e\uff9f])\w)+")
_IS_CJK = re.compile(f"[{CJK}]")
# Where one part certainly ends and the next begins: at ASCII punctuation, and between two CJK characters.
_BORDER = re.compile(f"[\\x00-/:-@\\[-`{{-\\x7f]+|(?<=[{CJK}])(?=[{CJK}])")
_WORD = re.compile(r'(?P<minus>-(?!-))?(?:"(?P<phrase>[^"]*)"(?P<rest>\S*)|(?P<plain>\S+))')


class Word(NamedTuple):
    """One word, or one phrase, to search for."""

    text: str  # as written, without the signs
    parts: int
    excluded: bool = False
    prefix: bool = False  # the last part is only a beginning


class Words(NamedTuple):
    """A whole query."""

    wanted: tuple[Word, ...]
    excluded: tuple[Word, ...]
    left_out: tuple[str, ...]  # words with nothing in them to search for
    whole: str  # the query as one value, for names with blanks in them; "" where a word says the same


def parse(text: str) -> Words:
    """Return the words of a query. Raise ValueError, with the bound and the number found, past a bound."""
    _check(len(text), MAX_CHARACTERS, "characters")
    found = [_word(match) for match in _WORD.finditer(text)]
    _check(len(found), MAX_WORDS, "words")
    _check(sum(word.parts for word in found), MAX_PARTS, "parts")
    wanted = tuple(word for word in found if word.parts and not word.excluded)
    excluded = tuple(word for word in found if word.parts and word.excluded)
    left_out = tuple(word.text for word in found if not word.parts)
    plain = len(found) == 1 and wanted and wanted[0].text == text.strip()
    return Words(wanted, excluded, left_out, "" if plain else text.strip())


def is_in_runs(text: str) -> bool:
    """Tell whether the text has anything but single CJK characters: analyzer `log_words` sees only that."""
    return bool(_PART.search(_LONE.sub(" ", text)))


def has_lone_characters(text: str) -> bool:
    """Tell whether a CJK character stands alone, as in `第3章`: only analyzer `log_characters` sees it."""
    return bool(_LONE.search(text) or _VOICED.search(text))


def split_prefix(text: str) -> tuple[str, str]:
    """Return what stands before the last part, and the last part folded as the index folds it."""
    start = len(text)
    while start and _is_letter(text[start - 1]):
        start -= 1
    start += max(len(text) - start - 1, 0) // MAX_TOKEN * MAX_TOKEN
    return text[:start], "".join(_fold(character) for character in text[start:])


def beginning(text: str) -> str:
    """Return the first parts of a text of many, "" of any other."""
    ends = list(_BORDER.finditer(text)) if len(text) > LONG else []
    return text[: ends[SOME].start()] if len(ends) > 2 * SOME else ""


def count_parts(text: str) -> int:
    """Return how many parts the analyzer finds in a text, a CJK character being one."""
    return len(_PART.findall(text))


def _word(match: re.Match[str]) -> Word:
    excluded = match["minus"] is not None
    if match["plain"] is None:
        rest = match["rest"].rstrip("*")
        text = match["phrase"] + ('"' + rest if rest else "")
        starred = match["rest"].endswith("*")
    else:
        text = match["plain"].rstrip("*")
        starred = match["plain"].endswith("*")
    parts = count_parts(text)
    if not parts:
        return Word(match[0], 0, excluded)
    return Word(text, parts, excluded, starred and _is_letter(text[-1]))


def _is_letter(character: str) -> bool:
    # Marks belong to the letter before them, as the vowels of Hindi and Thai.
    return unicodedata.category(character)[0] in "LMN" and not _IS_CJK.match(character)


def _fold(character: str) -> str:
    if "\uff01" <= character <= "\uff5e":  # full-width forms
        character = chr(ord(character) - 0xFEE0)
    lower = character.lower()
    return lower if len(lower) == 1 else character  # Lucene folds one character to one


def _check(found: int, bound: int, things: str) -> None:
    if found > bound:
        raise ValueError(f"has {found} {things}, at most {bound} are searched for: shorten it")
