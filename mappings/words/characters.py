"""What becomes of a character that is not ASCII, by its Unicode properties.

- Letter case is folded in full. Compatibility forms are what they stand for: full-width letters, ligatures, radicals.
- Accents on letters of Latin, Greek, Hebrew and Arabic are left out. In other scripts a mark makes another letter.
- Characters of scripts without blanks between words are a word each, and so are emoji.
- Anything else than letters, marks and numbers separates words.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import cache

# Default_Ignorable_Code_Point, and what else is not visible: controls, but for white space, and skin tones.
INVISIBLE_BMP = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
INVISIBLE = (
    INVISIBLE_BMP
    + "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001f3fb-\U0001f3ff"
    "\U000e0000-\U000e0fff"
)
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u2388\u23cf\u23e9-\u23f3"
    "\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c"
    "\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f1ff\U0001f201-\U0001fffd"
)
# Characters of scripts without blanks, each of which is a word, also beside others. logs.json has the same ranges.
RUNS = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u3096\u3099\u309a\u309d\u309e\u30a1-\u30fa"
    "\u30fc-\u30fe\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    "\U00020000-\U0003ffff"
)
# First words of the names of characters in scripts that are written without blanks.
_WITHOUT_BLANKS = (
    "CJK",
    "KANGXI",
    "IDEOGRAPHIC",
    "VERTICAL",
    "HANGZHOU",
    "HIRAGANA",
    "KATAKANA",
    "HENTAIGANA",
    "COMBINING KATAKANA",
    "HANGUL",
    "BOPOMOFO",
    "YI",
    "NUSHU",
    "TANGUT",
    "KHITAN",
    "THAI",
    "LAO",
    "KHMER",
    "MYANMAR",
    "TIBETAN",
    "TAI",
    "NEW TAI",
    "AHOM",
    "JAVANESE",
    "BALINESE",
)
_IDEOGRAPHS = range(0x20000, 0x40000)  # two planes, also what later versions of Unicode add there
_ACCENTED = ("LATIN", "GREEK", "HEBREW", "ARABIC")
_ACCENTS = ("COMBINING", "HEBREW", "ARABIC", "SYRIAC")
# Letters that have no decomposition and are often written without their stroke.
_STROKES = str.maketrans(
    {"đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t", "æ": "ae", "œ": "oe", "ё": "е"}  # noqa: RUF001
)
_TATWEEL = "\u0640"  # stretches an Arabic word
_TWO_PLANES = 0x20000  # characters; so many are not too many to remember
_INVISIBLE_TAGS = range(0xE0000, 0xE1000)
_RANGE = re.compile("(.)(?:-(.))?", re.DOTALL)


class Characters(dict[int, str]):
    """A table for `str.translate`, which is filled with the characters that occur."""

    def __missing__(self, code: int) -> str:
        """Return what becomes of a character."""
        if code >= _TWO_PLANES:
            return _read_far(code)
        self[code] = found = read(chr(code))
        return found


def _read_far(code: int) -> str:
    if code in _IDEOGRAPHS:
        return chr(code)
    return "" if code in _INVISIBLE_TAGS else " "


def read(character: str) -> str:
    """Return what becomes of one character: letters, a word between blanks, a blank, or nothing."""
    if is_in(character, INVISIBLE) or character == _TATWEEL:
        return ""
    if is_in(character, _EMOJI):
        return f" {character} "
    category = unicodedata.category(character)
    plain = "".join(map(_read_plain, _plain(character)))
    is_apart = (category[0] == "S" or category == "No") and not is_in(plain[:1], RUNS)  # `word¹` is a word
    return f" {plain} " if plain and is_apart else plain


def is_in(character: str, ranges: str) -> bool:
    """Tell whether a character is in ranges that are written as in a pattern, in ascending order."""
    starts, ends = _parsed(ranges)
    place = bisect_right(starts, character)
    return place > 0 and character <= ends[place - 1]


def _plain(character: str) -> str:
    """Return a character folded, without compatibility forms and accents."""
    name = unicodedata.name(character, "")
    if name.startswith("HANGUL LETTER"):  # by itself, unlike the jamo that it is compatible with
        return character
    if name.startswith("HALFWIDTH HANGUL"):
        return chr(int(unicodedata.decomposition(character).split()[1], 16))
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    if unicodedata.name(folded[:1], "").startswith(_ACCENTED):
        folded = "".join([one for one in folded if not _is_accent(one)])
    return unicodedata.normalize("NFC", folded).translate(_STROKES)


def _read_plain(character: str) -> str:
    if character.isascii() or is_in(character, INVISIBLE):
        return character if character.isalnum() else " "
    if _is_word(character):
        return character if is_in(character, RUNS) else f" {character} "
    if _is_accent(character):
        return ""
    return character if unicodedata.category(character)[0] in "LMN" else " "


def _is_word(character: str) -> bool:
    category, name = unicodedata.category(character), unicodedata.name(character, "")
    if ord(character) in _IDEOGRAPHS:
        return True
    is_radical = category == "So" and name.startswith(("CJK RADICAL", "KANGXI"))
    return is_radical or (category[0] in "LMN" and name.startswith(_WITHOUT_BLANKS))


def _is_accent(character: str) -> bool:
    if unicodedata.category(character)[0] != "M":
        return False
    name = unicodedata.name(character, "")
    return name.startswith(_ACCENTS) and not name.startswith(_WITHOUT_BLANKS)


@cache
def _parsed(ranges: str) -> tuple[list[str], list[str]]:
    """Return the first and the last characters of the ranges."""
    found = _RANGE.findall(ranges)
    return [first for first, _ in found], [last or first for first, last in found]
