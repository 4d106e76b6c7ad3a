"""Values of columns as the types of our event. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from indexer.shapes.values import from_json, integral, milliseconds, number, text, texts
from mappings.instant import EPOCH, GO_ZERO_MS

Row = Mapping[str, Any]  # by the name of the column; a column that this version of the gateway lacks is missing
QUOTA_PER_UNIT = 500_000  # of one-api and new-api, by default
SECOND_MS = 1000


def time_ms(value: Any) -> int | None:
    """Return epoch milliseconds of a column with a time: a datetime, or SQLite's text; without a zone it is UTC."""
    if isinstance(value, str):
        value = _parsed_time(value)
    if not isinstance(value, datetime):
        return None
    moment = value if value.tzinfo else value.replace(tzinfo=UTC)
    found = round((moment - EPOCH).total_seconds() * 1000)
    return None if found <= GO_ZERO_MS else found


def _parsed_time(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written.strip())
    except ValueError:
        return None


def words(value: Any) -> str | None:
    """Return a text column; PostgreSQL pads `char(n)` with blanks."""
    return text(value.rstrip(" ") if isinstance(value, str) else value)


def integer(value: Any) -> int | None:
    """Return a whole number, also of a numeric column."""
    return (
        integral(int(value)) if isinstance(value, Decimal) and value == value.to_integral_value() else integral(value)
    )


def decimal(value: Any) -> float | None:
    """Return a number, also of a numeric column."""
    return number(float(value)) if isinstance(value, Decimal) else number(value)


def flag(value: Any) -> bool | None:
    """Return a boolean, which MySQL and SQLite keep as a number."""
    return None if value is None else bool(value)


def amount_of(quota: Any) -> float | None:
    """Return the cost of a quota, in the unit that the gateway shows as dollars."""
    found = decimal(quota)
    return None if found is None else found / QUOTA_PER_UNIT


def start_of(end_ms: int | None, duration_ms: Any) -> int | None:
    """Return the start of a call from its end and its duration."""
    lasted = milliseconds(duration_ms)
    return end_ms - lasted if end_ms is not None and lasted is not None and lasted > 0 else None


def strings(value: Any) -> dict[str, str]:
    """Return a JSON object in a text column as metadata."""
    found = from_json(value)
    return texts(found) if isinstance(found, Mapping) else {}


def sum_of(sent: int | None, received: int | None) -> int | None:
    """Return all tokens of a call, where the row has no sum of them."""
    return None if sent is None and received is None else (sent or 0) + (received or 0)


def integers(row: Row, names: Iterable[str]) -> dict[str, int | None]:
    """Return columns with whole numbers under their own names."""
    return {name: integer(row.get(name)) for name in names}


def decimals(row: Row, names: Iterable[str]) -> dict[str, float | None]:
    """Return columns with numbers under their own names."""
    return {name: decimal(row.get(name)) for name in names}
