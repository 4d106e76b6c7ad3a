"""`only` and `exclude`: several values of a field, and values that a field must not have. Pure.

A condition is written `field:value`, as in `model:gpt-4o`. Without a value, `model:` means the logs that have none.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from api.request.address import check_network

MAX_CONDITIONS = 100  # of each parameter
_TEXTS = ("group", "model", "token_name", "user", "endpoint", "ip", "request_id")
_NUMBERS = ("channel", "code", "token_id")
CONDITION_FIELDS = (*_TEXTS, *_NUMBERS)
_INT64 = range(-(2**63), 2**63)


class FieldValue(Struct, frozen=True):
    """A field and one of its values; "" and 0 mean that a log has none."""

    field: str
    value: str | int


def read_condition(text: str) -> FieldValue:
    """Return a condition; raise ValueError."""
    field, colon, value = text.partition(":")
    if not colon or field not in CONDITION_FIELDS:
        raise ValueError
    if field == "ip":
        check_network(value)
    return FieldValue(field, value if field in _TEXTS else _number(value))


def check_number(conditions: Sequence[FieldValue]) -> None:
    """Raise ValueError where there are too many."""
    if len(conditions) > MAX_CONDITIONS:
        raise ValueError(f"is given {len(conditions)} times, at most {MAX_CONDITIONS} are allowed")


def without_field(given: Mapping[str, Sequence[FieldValue]], field: str) -> dict[str, Any]:
    """Return the conditions of each parameter that are about other fields."""
    return {name: tuple(one for one in conditions if one.field != field) for name, conditions in given.items()}


def _number(text: str) -> int:
    number = int(text) if text and text.lstrip("-").isdecimal() and text.isascii() and len(text) < 21 else 0
    if (text and text != str(number)) or number not in _INT64:
        raise ValueError
    return number
