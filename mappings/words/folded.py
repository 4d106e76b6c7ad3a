"""A text as its words."""

import re
import unicodedata

from mappings.words.characters import INVISIBLE, INVISIBLE_BMP, RUNS, Characters
from mappings.words.terminal import without_terminal_codes

MAX_WORD = 120  # characters; what is longer is two words or more, so that a term of the index stays short
GAP = "\u00b7"

# The pattern of the tokenizer in logs.json: in a run each character is a word.
WORD = f"[{RUNS}]|[^ {RUNS}]+"
_WORD = re.compile(WORD)
_SINGLE = re.compile(f"[{RUNS}{GAP}]")
_GAP = re.compile(f"(?<=[{RUNS}]) (?=[{RUNS}])")
# Han, kana and Hangul stay as they are, and most characters that are not ASCII are of these.
_CHANGING = re.compile(
    r"[^\x00-\x7f\u3005\u3041-\u3096\u30a1-\u30fa\u30fc-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]+"
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_HALF_WIDTH = re.compile("[\uff65-\uff9f]+")  # kana, their marks behind them
_RARE = re.compile(f"[\uff65-\uff9f{INVISIBLE_BMP}]")
_CONTROLS = bytes([code for code in range(128) if re.match(f"[{INVISIBLE}]", chr(code))])
_ASCII = bytes([ord(chr(code).lower() if chr(code).isalnum() else " ") if code < 128 else code for code in range(256)])
_STEP = MAX_WORD // 2  # a longer word covers one of these places and this many characters behind it
_LONG_WORD = re.compile(rf"[^ {RUNS}]{{{MAX_WORD}}}(?=[^ {RUNS}])")
_characters = Characters()


def words_of(text: str) -> str:
    """Return the words of a text, folded, with a blank between two; "" where it has none.

    What is not visible takes no part. In scripts without blanks each character is a word, and a run of them is written
    as a run. GAP is a word between two such characters that do not touch, so a phrase of them is exactly a run.
    """
    words = " ".join(letters_of(without_terminal_codes(text)).split())
    if not words.isascii():
        words = _GAP.sub(f" {GAP} ", words)
    return _LONG_WORD.sub(r"\g<0> ", words) if _has_long_words(words) else words


def split(words: str) -> list[str]:
    """Return the words that `words_of` returned one by one, as the tokenizer of the index does."""
    return _WORD.findall(words)


def is_single(word: str) -> bool:
    """Tell whether a word is one character of a run, or the gap between two."""
    return bool(_SINGLE.fullmatch(word))


def letters_of(text: str) -> str:
    """Return a text folded, with blanks in place of all that is no part of a word."""
    if not text.isascii():
        text = _CHANGING.sub(_read_run, _normal(text))
    return text.encode().translate(_ASCII, _CONTROLS).decode()


def _read_run(match: re.Match[str]) -> str:
    run = match[0]  # most often one comma or quotation mark
    return _characters[ord(run)] if len(run) == 1 else run.translate(_characters)


def _normal(text: str) -> str:
    if _RARE.search(text):
        text = _INVISIBLE.sub("", text)
        text = _HALF_WIDTH.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _has_long_words(words: str) -> bool:
    return any(" " not in words[at : at + _STEP] for at in range(0, len(words) - _STEP, _STEP))
