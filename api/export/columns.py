"""The columns of CSV: a log in, its cells out. Pure."""

import re
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

import msgspec

from api.envelope import with_point
from api.request.timezone import in_zone
from mappings.event import LogEvent, Price, RequestDetail, Usage
from mappings.instant import parse_rfc3339

Cells = Callable[[Mapping[str, Any]], list[Any]]

OTHER = "other"  # the fields that are not documented, as JSON
BODY_COLUMNS = ("request_detail.request_body", "request_detail.response_body")
OBJECTS = {"price": Price, "usage": Usage, "request_detail": RequestDetail}
TIME_COLUMNS = ("created_at", "request_at", "retry_at")
# A spreadsheet runs a cell with one of these first characters as a formula; the last four are full-width forms.
_STARTS = "=+-@＝＋－＠"  # noqa: RUF001
FORMULA_STARTS = frozenset(f"{_STARTS}\t\r\n")
# One that reads the file with tabs or semicolons between cells takes quotation marks inside a line as text, so a cell
# begins after each of these, and a row after each line break.
_INNER_START = re.compile(rf'[;\t\r\n]"*(?=[{re.escape(_STARTS)}])')
_REWRITTEN = frozenset({str, bool, float})
_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(list[Any]).decode
_DOCUMENTED = frozenset(LogEvent.__struct_fields__)


def _names() -> tuple[str, ...]:
    flat = [name for name in LogEvent.__struct_fields__ if name not in OBJECTS]
    inner = [f"{name}.{field}" for name, struct in OBJECTS.items() for field in struct.__struct_fields__]
    return (*flat, *(name for name in inner if name not in BODY_COLUMNS), *BODY_COLUMNS, OTHER)


COLUMNS = _names()


def source_fields(columns: tuple[str, ...]) -> list[str]:
    """Return the `_source` includes that these columns need; an empty list means all fields."""
    return [] if OTHER in columns else [*dict.fromkeys(columns), "gateway_logs.extra"]


def cells_of(columns: tuple[str, ...], zone: str) -> Cells:
    """Return a function from a log to its cells."""
    getters = tuple(_getter(column, zone) for column in columns)

    def cells(log: Mapping[str, Any]) -> list[Any]:
        # All values in one call: decoding them one by one takes longer than everything else.
        values = _decode(_encode([get(log) for get in getters]))
        return [_written(value) if type(value) in _REWRITTEN else value for value in values]

    return cells


def _getter(column: str, zone: str) -> Callable[[Mapping[str, Any]], Any]:
    if column == OTHER:
        return _other
    if column == "metadata":
        return lambda log: _encode(log["metadata"]).decode()
    if column in TIME_COLUMNS and zone != "UTC":
        return lambda log: _in_zone(log[column], zone)
    name, _, field = column.partition(".")
    return (lambda log: log[name][field]) if field else itemgetter(name)


def _written(value: str | bool | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _guarded(value) if isinstance(value, str) else with_point(repr(value))


def _guarded(value: str) -> str:
    value = _INNER_START.sub(_guarded_start, value)
    return f"'{value}" if value[:1] in FORMULA_STARTS else value


def _guarded_start(found: re.Match[str]) -> str:
    return f"{found[0][0]}'{found[0][1:]}"


def _in_zone(moment: str, zone: str) -> str:
    return in_zone(parse_rfc3339(moment), zone) if moment else ""


def _other(log: Mapping[str, Any]) -> str:
    other = {name: value for name, value in log.items() if name not in _DOCUMENTED}
    return _encode(other).decode() if other else ""
