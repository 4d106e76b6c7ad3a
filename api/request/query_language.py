"""The query language: the text of `query` in, the words to search for out (docs/query-language.md). Pure.

Words are separated by white space. `"two words"` is a phrase, `-word` is excluded, `word*` is a prefix. Any text is a
legal query: an operator that has no meaning where it is written counts as punctuation.
"""

import re
from typing import NamedTuple

from mappings.body_text.escapes import unescaped_line
from mappings.words.folded import split, words_of

MAX_CHARACTERS = 4096
MAX_WORDS = 100
MAX_PARTS = 1024  # each is a Lucene term
MANY_PARTS = 32
FIRST_PARTS = 16  # few logs hold so many parts side by side by accident

# The operators as phones, word processors and the input methods of Chinese and Japanese write them. A phrase ends with
# a quotation mark of the kind that it began with.
_MINUS, _STAR = "-\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "*\u2217\ufe61\uff0a"
_QUOTES = (  # opening, closing
    ('"\uff02', '"\uff02'),
    ("\u201c-\u201f\u301d", "\u201c-\u201f\u301e\u301f"),
    ("\u00ab\u00bb", "\u00ab\u00bb"),
    ("\u300c\uff62", "\u300d\uff63"),
    ("\u300e", "\u300f"),
)
_PHRASES = tuple(f"phrase_{number}" for number in range(len(_QUOTES)))
_PHRASE = "|".join(
    f"[{begin}](?P<{name}>[^{end}]*)[{end}]" for name, (begin, end) in zip(_PHRASES, _QUOTES, strict=True)
)
_WORD = re.compile(rf"(?P<minus>[{_MINUS}](?![{_MINUS}]))?(?:(?:{_PHRASE})(?P<rest>\S*)|(?P<plain>\S+))")


class Word(NamedTuple):
    """One word or phrase to search for."""

    text: str  # as written, without operators
    parts: tuple[str, ...]  # side by side, folded as the index has them
    excluded: bool = False
    prefix: bool = False  # the last part is a prefix
    unescaped: tuple[str, ...] = ()  # the parts if the text has escapes of JSON; () if it has none


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
    _check(sum(len(word.parts) for word in found), MAX_PARTS, "parts")
    wanted = tuple(word for word in found if word.parts and not word.excluded)
    excluded = tuple(word for word in found if word.parts and word.excluded)
    ignored = tuple(word.text for word in found if not word.parts)
    plain = len(found) == 1 and wanted and wanted[0].text == text.strip()
    return Words(wanted, excluded, ignored, "" if plain else text.strip())


def first_of_many(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first parts of a phrase that has many, which rule out most logs; () for any other."""
    return parts[:FIRST_PARTS] if len(parts) > MANY_PARTS else ()


def _word(match: re.Match[str]) -> Word:
    excluded = match["minus"] is not None
    phrase = next((name for name in _PHRASES if match[name] is not None), "plain")
    last = match["plain"] if phrase == "plain" else match["rest"]
    kept = last.rstrip(_STAR)
    # What stands behind the closing quotation mark is part of the text, and so is the mark.
    text = match.string[match.start(phrase) : match.start("rest") + len(kept)] if phrase != "plain" and kept else ""
    text = text or (kept if phrase == "plain" else match[phrase])
    parts = _parts(text)
    if not parts:
        return Word(match[0], (), excluded)
    prefix = last != kept and _may_go_on(text, parts)
    unescaped = _parts(unescaped_line(text)) if "\\" in text else parts
    return Word(text, parts, excluded, prefix, unescaped if unescaped != parts else ())


def _may_go_on(text: str, parts: tuple[str, ...]) -> bool:
    """Tell whether a letter behind the text would belong to its last part."""
    return len(_parts(text + "a")) == len(parts)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(split(words_of(text)))


def _check(found: int, bound: int, things: str) -> None:
    if found > bound:
        raise ValueError(f"has {found} {things}, at most {bound} are allowed: shorten it")
