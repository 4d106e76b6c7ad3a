"""Numbers of which a reader keeps less than is written. Pure.

Elasticsearch gives a document back as it came. Where it leaves the bodies out, it reads all numbers with a fraction or
an exponent as doubles.
"""

import re
from decimal import Decimal
from itertools import islice

import msgspec
import re2  # type: ignore[import-untyped]

# A number of which a reader may keep less than is written: many digits, or an exponent of three. Most JSON has none.
_MAY_BE_SUSPECT = re2.compile(rb"[0-9.]{17}|[0-9][eE][+-]?[0-9]{3}")
_SUSPECT = re.compile(
    rb"(?:^|[\[:,\s])(-?(?:"
    rb"(?=[0-9.]{17})[0-9]++(?=[.eE])(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
    rb"|[0-9]++(?:\.[0-9]++)?[eE][+-]?[0-9]{3,}+))"
)
_MOST_COMPARED = 100  # numbers; a field with more of them is taken for one that would be cut
_LONGEST_COMPARED = 1_000  # characters


def is_cut_by_a_double(json: bytes | msgspec.Raw) -> bool:
    """Tell whether JSON may have a number of which a double keeps less than is written, such as `1e400`.

    Such digits inside a text count too, and so does what is too much to compare. Integers are kept by every reader.
    """
    json = bytes(json)
    if not _MAY_BE_SUSPECT.search(json):
        return False
    found = (match[1] for match in _SUSPECT.finditer(json))
    return any(_is_cut(number) for number in islice(found, _MOST_COMPARED)) or next(found, None) is not None


def _is_cut(number: bytes) -> bool:
    read = float(number) if len(number) <= _LONGEST_COMPARED else 0.0
    # Another number than 0 that is read as 0 may have an exponent that Decimal cannot take.
    if read == 0 or read in (float("inf"), float("-inf")):
        return any(digit in b"123456789" for digit in number.lower().partition(b"e")[0])
    return Decimal(repr(read)) != Decimal(number.decode())
