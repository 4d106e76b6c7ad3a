"""Whether a value is a secret or a word: a name, a reference in code, a placeholder, a number. Pure.

Machines make keys and tokens: upper case, lower case and digits are mixed in them as in no word. A value is cut into
pieces at its punctuation, and the pieces that look like no word are counted.
"""

import re
from base64 import b64decode
from binascii import Error

RANDOM = 8  # characters in random pieces, of a value that stands where a secret is expected
LONGEST_WORD = 24  # letters
LONGEST_NUMBERED_WORD = 17  # characters, of a word with digits
LONGEST_JOINED_WORDS = 40  # characters
SHORT_JOINED_WORDS = 16  # in shorter ones any share may be capitals
MOST_CAPITALS = 0.3
SHORTEST_PARAMETER = 8  # a shorter value may be a count or a flag
SHORTEST_NUMBERED = 12
FEWEST_CHARACTERS = 5  # different ones: `xxxxxxxx` is no secret

_SEPARATORS = re.compile(rb"[^A-Za-z0-9]+")
# `Model`, `v2`, `qwen3`, `gpt4o`, `235b`, `RFC6750`, and a word with a date.
_WORD = re.compile(rb"[A-Z]?[a-z]*\d{0,8}[a-z]*|[A-Z]+\d{0,8}[a-z]?")
# `openaiApiKey`, `getAPIKey2`, `s3AccessKey`
_JOINED_WORDS = re.compile(rb"[a-z]*\d{0,2}(?:[A-Z]{1,4}[a-z]{2,})*[A-Z]{0,3}\d{0,4}")
_NUMBERED = re.compile(rb"[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*")
_UUID = re.compile(rb"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUMBER = re.compile(rb"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_PLACEHOLDER = re.compile(rb"(?i)your|example|placeholder|change.?me|undefined|redacted|here$|xxx|\.\.")
_PAGING = re.compile("(?:page|next|continuation|sync|cursor|skip|max|total)_?token$")
_TEMPLATE = re.compile(rb"[$%<{*].*|.*\{.*")


def randomness(value: bytes) -> int:
    """Return how many characters of a value are in pieces that look random."""
    return sum(len(piece) for piece in _SEPARATORS.split(value) if _is_random(piece))


def is_token(value: bytes) -> bool:
    """Tell whether the value of a field or a variable is a key or token; a number without quotes never is."""
    if _NUMBER.fullmatch(value):
        return False
    return randomness(value) >= RANDOM or is_uuid(value) or _is_numbered(value)


def is_uuid(value: bytes) -> bool:
    """Tell whether a value is a UUID: a key in the place of one, an id anywhere else."""
    return bool(_UUID.fullmatch(value))


def is_header_token(value: bytes) -> bool:
    """Tell the same of a header that holds nothing but a secret: words with a number are one too."""
    is_made_up = len(value) >= SHORTEST_PARAMETER and _digits(value) > 0 and not _PLACEHOLDER.search(value)
    return is_token(value) or (is_made_up and not _NUMBER.fullmatch(value))


def is_login(value: bytes) -> bool:
    """Tell whether a value is `user:password` in base64."""
    try:
        login = b64decode(value + b"=" * (-len(value) % 4), validate=True).decode()
    except (Error, ValueError):
        return False
    return ":" in login and login.isprintable()


def is_password(value: bytes) -> bool:
    """Tell whether what stands before the `@` of a URL is a password and not a template."""
    return not _TEMPLATE.fullmatch(value) and len(set(value)) > 1


def is_written_out(value: bytes) -> bool:
    """Tell whether the value of a parameter that always holds a secret is one, and not a word that describes it."""
    if len(value) < SHORTEST_PARAMETER or len(set(value)) < FEWEST_CHARACTERS:
        return False
    if randomness(value) >= RANDOM:
        return True
    return len(_SEPARATORS.split(value)) == 1 and not _PLACEHOLDER.search(value)


def is_of_a_page(name: str) -> bool:
    """Tell whether a name in lower case, such as `next_page_token`, is that of a place in a list."""
    return bool(_PAGING.search(name))


def _is_random(piece: bytes) -> bool:
    if piece.isdigit() or len(set(piece)) < min(len(piece), FEWEST_CHARACTERS):
        return False
    if _WORD.fullmatch(piece):
        return len(piece) > (LONGEST_WORD if piece.isalpha() else LONGEST_NUMBERED_WORD)
    return not _are_joined_words(piece)


def _are_joined_words(piece: bytes) -> bool:
    if len(piece) > LONGEST_JOINED_WORDS or not _JOINED_WORDS.fullmatch(piece):
        return False
    capitals = sum(65 <= character <= 90 for character in piece)
    return len(piece) < SHORT_JOINED_WORDS or capitals < MOST_CAPITALS * len(piece)


def _is_numbered(value: bytes) -> bool:
    """Tell whether a value is one piece with a few digits, such as `abcdef123456`."""
    return len(value) >= SHORTEST_NUMBERED and _digits(value) >= 3 and bool(_NUMBERED.fullmatch(value))


def _digits(value: bytes) -> int:
    return sum(48 <= character <= 57 for character in value)
