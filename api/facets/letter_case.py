"""Values that start with a prefix in any letter case, as Unicode folds it in full. Pure.

Elasticsearch knows the letter case of ASCII only, so the prefix becomes a pattern with all forms of each other letter.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from api.clauses import Body

LONGEST_PATTERN = 1000  # characters; index.max_regex_length
_RESERVED = re.compile(r'[.?+*|{}\[\]()"\\#@&<>~^-]')
_LONGEST_FOLDED = 3  # characters that one character may be folded to
_WITH_CASE = 0x20000  # no character behind has letter case


def starts_in_any_case(field: str, prefix: str) -> Body:
    """Match the values of a keyword that start with this, in any letter case and normal form.

    Raise ValueError where the pattern is longer than Elasticsearch allows.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", prefix).casefold())
    pattern = "".join(map(_any_of, _letters(folded))) + ".*"
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError
    return {"regexp": {field: {"value": pattern, "case_insensitive": True}}}


def _letters(folded: str) -> Iterator[list[str]]:
    """Yield the forms of each letter, or of letters that together are the folded form of one, such as `ss`."""
    at = 0
    while at < len(folded):
        sizes = range(_LONGEST_FOLDED, 1, -1)
        size = next((size for size in sizes if folded[at : at + size] in _FORMS), 1)
        letters, at = folded[at : at + size], at + size
        written = ["".join(each) for each in product(*[(letter, *_FORMS.get(letter, ())) for letter in letters])]
        whole = _FORMS.get(letters, ()) if size > 1 else ()
        yield [*written, *whole, *(_begun(letters) if at >= len(folded) else ())]


def _begun(letters: str) -> list[str]:
    """Return the characters that are folded to something that begins with these letters."""
    return [form for key, forms in _FORMS.items() if key.startswith(letters) for form in forms]


def _any_of(forms: list[str]) -> str:
    both = [one for form in forms for one in (form, unicodedata.normalize("NFD", form))]
    escaped = [_RESERVED.sub(r"\\\g<0>", form) for form in dict.fromkeys(both)]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _forms() -> dict[str, list[str]]:
    """Return the characters beyond ASCII that have letter case, by what they are folded to."""
    found = defaultdict(list)
    for character in map(chr, range(0x80, _WITH_CASE)):
        if (folded := unicodedata.normalize("NFC", character.casefold())) != character:
            found[folded].append(character)
    return dict(found)


_FORMS = _forms()
