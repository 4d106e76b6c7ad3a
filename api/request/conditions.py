"""`only` and `exclude`: several values or ranges of a field, and what a field must not have. Pure.

A condition is written `field:value`, as in `model:gpt-4o`. Without a value, `model:` means the logs that have none.
Fields that are counts, amounts or durations take ranges too: `used_amount:0.01..0.5`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from api.request.address import check_network
from api.request.ranges import MEASUREMENTS, RANGE_FIELDS, NumberRange, read_range, written_int64

MAX_CONDITIONS = 100  # of each parameter
_TEXTS = ("group", "model", "token_name", "user", "endpoint", "ip", "request_id")
_NUMBERS = ("channel", "code", "token_id")
CONDITION_FIELDS = (*_TEXTS, *_NUMBERS, *RANGE_FIELDS)


class FieldValue(Struct, frozen=True):
    """A field and one of its values; "" and 0 mean that a log has none."""

    field: str
    value: str | int


FieldCondition = FieldValue | NumberRange


def read_condition(text: str) -> FieldCondition:
    """Return a condition; raise ValueError."""
    field, colon, value = text.partition(":")
    if not colon or field not in CONDITION_FIELDS:
        raise ValueError
    if field in RANGE_FIELDS:
        return _number_condition(field, value)
    if field == "ip":
        check_network(value)
    return FieldValue(field, value if field in _TEXTS else written_int64(value or "0"))


def check_number(conditions: Sequence[FieldCondition]) -> None:
    """Raise ValueError where there are too many."""
    if len(conditions) > MAX_CONDITIONS:
        raise ValueError(f"is given {len(conditions)} times, at most {MAX_CONDITIONS} are allowed")


def without_field(given: Mapping[str, Sequence[FieldCondition]], field: str) -> dict[str, Any]:
    """Return the conditions of each parameter that are about other fields."""
    return {name: tuple(one for one in conditions if one.field != field) for name, conditions in given.items()}


def _number_condition(field: str, text: str) -> FieldCondition:
    """Return a range. Counts and amounts that a log has none of are 0; a measurement is missing."""
    if field in MEASUREMENTS and (not text or (field, text) == ("ttfb_milliseconds", "0")):
        return FieldValue(field, 0)
    return read_range(field, text or "0")
