"""The parts of a text as the analyzers of indices of version 2 find them. Pure."""

import re
import unicodedata

from mappings.version_2.text import CJK

_LONG_TEXT = 64  # characters; longer texts may have many parts
_FIRST_PARTS = 16  # few logs hold so many parts side by side by accident
_MAX_TOKEN = 255  # characters; the standard tokenizer splits longer ones

# The standard tokenizer makes tokens of emoji too, and Roman numerals are letters to it.
_EMOJI = "©®‼⁉™\u2139\u2160-\u2188↔-↙↩↪⌚⌛⌨⎈⏏⏩-⏳⏸-⏺Ⓜ▪▫▶◀◻-◾\u2600-\u27bf⤴⤵⬅-⬇⬛⬜⭐⭕〰〽㊗㊙\U0001f000-\U0001fffd"
# `cjk_width` joins a half-width voiced sound mark to the character before it: `ｶﾞ` is one character.
_VOICED = re.compile("[\uff9e\uff9f]")
_LONE = re.compile(f"(?<![{CJK}])[{CJK}](?![{CJK}])")
_PART = re.compile(rf"[{CJK}{_EMOJI}]|(?:(?![{CJK}{_EMOJI}_\uff9e\uff9f])\w)+")
_IS_CJK = re.compile(f"[{CJK}]")
# A certain boundary between two parts: ASCII punctuation, or the place between two CJK characters.
_BORDER = re.compile(f"[\\x00-/:-@\\[-`{{-\\x7f]+|(?<=[{CJK}])(?=[{CJK}])")


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
    start += max(len(text) - start - 1, 0) // _MAX_TOKEN * _MAX_TOKEN
    return text[:start], "".join(_fold(character) for character in text[start:])


def first_parts(text: str) -> str:
    """Return the first parts of a text that has many; "" for any other."""
    ends = list(_BORDER.finditer(text)) if len(text) > _LONG_TEXT else []
    return text[: ends[_FIRST_PARTS].start()] if len(ends) > 2 * _FIRST_PARTS else ""


def count_parts(text: str) -> int:
    """Return how many parts the analyzer finds in a text; each CJK character is one."""
    return len(_PART.findall(text))


def phrase_parts(text: str, *, in_pairs: bool) -> list[str]:
    """Return the parts of a text as a phrase reads them; CJK runs as their pairs, or character by character."""
    found = list(_PART.finditer(text))
    if not in_pairs:
        return [match[0] for match in found]
    return [text[match.start() : match.end() + _reaches(text, match)] for match in found if not _ends_run(text, match)]


def _reaches(text: str, match: re.Match[str]) -> int:
    """Return 1 where a part is a CJK character with another one behind it."""
    return int(bool(_IS_CJK.match(match[0]) and _IS_CJK.match(text, match.end())))


def _ends_run(text: str, match: re.Match[str]) -> bool:
    """Tell whether a part is the last CJK character of a run: it is in the pair before."""
    is_cjk = _IS_CJK.match(match[0]) and match.start() and _IS_CJK.match(text, match.start() - 1)
    return bool(is_cjk) and not _reaches(text, match)


def _is_letter(character: str) -> bool:
    # Combining marks belong to the letter before them, as vowels do in Hindi and Thai.
    return unicodedata.category(character)[0] in "LMN" and not _IS_CJK.match(character)


def _fold(character: str) -> str:
    if "\uff01" <= character <= "\uff5e":  # full-width forms
        character = chr(ord(character) - 0xFEE0)
    lower = character.lower()
    return lower if len(lower) == 1 else character  # Lucene's `lowercase` maps one character to one
