"""The query language: the text of `query` in, the words to search for out (docs/query-language.md). Pure.

Words are separated by white space. `"two words"` is a phrase, `-word` is excluded, `word*` is a prefix. Any text is a
legal query: an operator that has no meaning where it is written counts as punctuation.
"""

import re
import unicodedata
from typing import NamedTuple

from mappings.text import CJK

MAX_CHARACTERS = 4096
MAX_WORDS = 100
MAX_PARTS = 1024  # each is a Lucene term in each of the three text fields
LONG_TEXT = 64  # characters; longer texts may have many parts
FIRST_PARTS = 16  # few logs hold so many parts side by side by accident
MAX_TOKEN = 255  # characters; the standard tokenizer splits longer ones

# The standard tokenizer makes tokens of emoji too, and Roman numerals are letters to it.
SYMBOLS = "©®‼⁉™\u2139\u2160-\u2188↔-↙↩↪⌚⌛⌨⎈⏏⏩-⏳⏸-⏺Ⓜ▪▫▶◀◻-◾\u2600-\u27bf⤴⤵⬅-⬇⬛⬜⭐⭕〰〽㊗㊙\U0001f000-\U0001fffd"
# `cjk_width` joins a half-width voiced sound mark to the character before it: `ｶﾞ` is one character.
_VOICED = re.compile("[\uff9e\uff9f]")
_LONE = re.compile(f"(?<![{CJK}])[{CJK}](?![{CJK}])")
_PART = re.compile(rf"[{CJK}{SYMBOLS}]|(?:(?![{CJK}{SYMBOLS}_\uff9e\uff9f])\w)+")
_IS_CJK = re.compile(f"[{CJK}]")
# A certain boundary between two parts: ASCII punctuation, or the place between two CJK characters.
_BORDER = re.compile(f"[\\x00-/:-@\\[-`{{-\\x7f]+|(?<=[{CJK}])(?=[{CJK}])")
_WORD = re.compile(r'(?P<minus>-(?!-))?(?:"(?P<phrase>[^"]*)"(?P<rest>\S*)|(?P<plain>\S+))')


class Word(NamedTuple):
    """One word or phrase to search for."""

    text: str  # as written, without operators
    parts: int
    excluded: bool = False
    prefix: bool = False  # the last part is a prefix


class Words(NamedTuple):
    """A parsed query."""

    wanted: tuple[Word, ...]
    excluded: tuple[Word, ...]
    ignored: tuple[str, ...]  # words without searchable characters
    whole: str  # the whole query as one exact value, for names with spaces; "" where a single word is the same


def parse(text: str) -> Words:
    """Return the words of a query; raise ValueError that names the bound and the number found past a bound."""
    _check(len(text), MAX_CHARACTERS, "characters")
    found = [_word(match) for match in _WORD.finditer(text)]
    _check(len(found), MAX_WORDS, "words")
    _check(sum(word.parts for word in found), MAX_PARTS, "parts")
    wanted = tuple(word for word in found if word.parts and not word.excluded)
    excluded = tuple(word for word in found if word.parts and word.excluded)
    ignored = tuple(word.text for word in found if not word.parts)
    plain = len(found) == 1 and wanted and wanted[0].text == text.strip()
    return Words(wanted, excluded, ignored, "" if plain else text.strip())


def is_in_runs(text: str) -> bool:
    """Tell whether the text holds more than single CJK characters; the analyzer `log_words` drops those."""
    return bool(_PART.search(_LONE.sub(" ", text)))


def has_lone_characters(text: str) -> bool:
    """Tell whether a CJK character has no CJK neighbour, as in `第3章`: only `log_characters` keeps it."""
    return bool(_LONE.search(text) or _VOICED.search(text))


def split_prefix(text: str) -> tuple[str, str]:
    """Return the text before the last part, and the last part folded as the index folds it."""
    start = len(text)
    while start and _is_letter(text[start - 1]):
        start -= 1
    start += max(len(text) - start - 1, 0) // MAX_TOKEN * MAX_TOKEN
    return text[:start], "".join(_fold(character) for character in text[start:])


def first_parts(text: str) -> str:
    """Return the first parts of a text that has many; "" for any other."""
    ends = list(_BORDER.finditer(text)) if len(text) > LONG_TEXT else []
    return text[: ends[FIRST_PARTS].start()] if len(ends) > 2 * FIRST_PARTS else ""


def count_parts(text: str) -> int:
    """Return how many parts the analyzer finds in a text; each CJK character is one."""
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
    # Combining marks belong to the letter before them, as vowels do in Hindi and Thai.
    return unicodedata.category(character)[0] in "LMN" and not _IS_CJK.match(character)


def _fold(character: str) -> str:
    if "\uff01" <= character <= "\uff5e":  # full-width forms
        character = chr(ord(character) - 0xFEE0)
    lower = character.lower()
    return lower if len(lower) == 1 else character  # Lucene's `lowercase` maps one character to one


def _check(found: int, bound: int, things: str) -> None:
    if found > bound:
        raise ValueError(f"has {found} {things}, at most {bound} are allowed: shorten it")
