"""Ranges of numbers in `only` and `exclude`, such as `10000..`, `..0.5` or `1..100`: text in, ends out. Pure."""

import math
import re

from msgspec import Struct

INT64 = range(-(2**63), 2**63)
COUNTS = ("total_tokens", "input_tokens", "output_tokens", "retry_times")
MEASUREMENTS = ("ttfb_milliseconds", "duration_milliseconds")  # which a log may lack: not every call was measured
RANGE_FIELDS = ("used_amount", *COUNTS, *MEASUREMENTS)
_ENDS = "both ends included"
_ALLOWED_WHOLE = f"must be a whole number of 64 bits, or a range: 10..100, 10.. or ..100, {_ENDS}"
_ALLOWED_AMOUNT = f"must be a number that a double holds, or a range: 0.01..0.5, 0.01.. or ..5e-1, {_ENDS}"
_REVERSED = f"must be a range from the smaller to the larger number, {_ENDS}"
_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+ -]?[0-9]+)?")  # a `+` not percent-encoded arrives as a space


class NumberRange(Struct, frozen=True):
    """A field and the numbers that it may have, both ends included; None where an end is open."""

    field: str
    low: float | None
    high: float | None

    def has(self, number: float) -> bool:
        """Tell whether a number is in it."""
        return (self.low is None or self.low <= number) and (self.high is None or number <= self.high)


def read_range(field: str, text: str) -> NumberRange:
    """Return a range, or one number as a range; raise ValueError that says what is allowed."""
    low, dots, high = text.partition("..")
    try:
        found = NumberRange(field, _end(field, low), _end(field, high if dots else low))
    except ValueError:
        raise ValueError(_allowed(field)) from None
    if found.low is None and found.high is None:
        raise ValueError(_allowed(field))
    if found.low is not None and found.high is not None and found.low > found.high:
        raise ValueError(_REVERSED)
    return found


def written_int64(text: str) -> int:
    """Return a number of 64 bits that is written as JSON writes it; raise ValueError."""
    if not re.fullmatch(r"0|-?[1-9][0-9]{0,18}", text) or int(text) not in INT64:
        raise ValueError
    return int(text)


def _end(field: str, text: str) -> float | None:
    if not text:
        return None
    return _amount(text) if field == "used_amount" else written_int64(text)


def _amount(text: str) -> float:
    number = float(text.replace(" ", "+")) if _AMOUNT.fullmatch(text) else math.inf
    # Too small for a double would be 0: another number than the one that is written.
    if math.isinf(number) or (not number and re.search("[1-9]", re.split("[eE]", text)[0])):
        raise ValueError
    return number


def _allowed(field: str) -> str:
    return _ALLOWED_AMOUNT if field == "used_amount" else _ALLOWED_WHOLE
