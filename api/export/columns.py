"""The columns of an export as CSV: a log in, its cells out. Pure."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

import msgspec

from api.request.timezone import in_zone
from mappings.event import LogEvent, Price, RequestDetail, Usage
from mappings.instant import parse_rfc3339

Row = Callable[[Mapping[str, Any]], list[Any]]

OTHER = "other"  # fields that are not documented, as one text of JSON
BODIES = ("request_detail.request_body", "request_detail.response_body")
OBJECTS = {"price": Price, "usage": Usage, "request_detail": RequestDetail}
TIMES = ("created_at", "request_at", "retry_at")
# A spreadsheet takes what begins so for a formula, the full-width forms too.
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001
_GUARDED = frozenset({str, bool})
_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(list[Any]).decode
_DOCUMENTED = frozenset(LogEvent.__struct_fields__)


def _names() -> tuple[str, ...]:
    flat = [name for name in LogEvent.__struct_fields__ if name not in OBJECTS]
    inner = [f"{name}.{field}" for name, struct in OBJECTS.items() for field in struct.__struct_fields__]
    return (*flat, *(name for name in inner if name not in BODIES), *BODIES, OTHER)


COLUMNS = _names()


def roots(columns: tuple[str, ...]) -> list[str]:
    """Return the fields that Elasticsearch is to give for these columns; none means all."""
    return [] if OTHER in columns else [*dict.fromkeys(columns), "gateway_logs.extra"]


def row(columns: tuple[str, ...], zone: str) -> Row:
    """Return what makes the cells of a log."""
    getters = tuple(_getter(column, zone) for column in columns)

    def cells(log: Mapping[str, Any]) -> list[Any]:
        # All values at once: one by one, reading them would take longer than all the rest.
        values = _decode(_encode([get(log) for get in getters]))
        return [_guarded(value) if type(value) in _GUARDED else value for value in values]

    return cells


def _getter(column: str, zone: str) -> Callable[[Mapping[str, Any]], Any]:
    if column == OTHER:
        return _other
    if column == "metadata":
        return lambda log: _encode(log["metadata"]).decode()
    if column in TIMES and zone != "UTC":
        return lambda log: _moved(log[column], zone)
    name, _, field = column.partition(".")
    return (lambda log: log[name][field]) if field else itemgetter(name)


def _guarded(value: str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if value[:1] in FORMULA else value


def _moved(moment: str, zone: str) -> str:
    return in_zone(parse_rfc3339(moment), zone) if moment else ""


def _other(log: Mapping[str, Any]) -> str:
    beyond = {name: value for name, value in log.items() if name not in _DOCUMENTED}
    return _encode(beyond).decode() if beyond else ""
