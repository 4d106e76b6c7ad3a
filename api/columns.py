"""The columns of an export as CSV: a log in, its cells out. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Raw

from api.zone import in_zone
from mappings.event import LogEvent, Price, RequestDetail, Usage
from mappings.instant import parse_rfc3339

Cell = Callable[[Mapping[str, Any]], str]

OTHER = "other"  # fields that are not documented, as one text of JSON
BODIES = ("request_detail.request_body", "request_detail.response_body")
OBJECTS = {"price": Price, "usage": Usage, "request_detail": RequestDetail}
TIMES = ("created_at", "request_at", "retry_at")
# A spreadsheet takes what begins so for a formula, the full-width forms too.
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001
_DOCUMENTED = frozenset(LogEvent.__struct_fields__)


def _names() -> tuple[str, ...]:
    flat = [name for name in LogEvent.__struct_fields__ if name not in OBJECTS]
    inner = [f"{name}.{field}" for name, struct in OBJECTS.items() for field in struct.__struct_fields__]
    return (*flat, *(name for name in inner if name not in BODIES), *BODIES, OTHER)


COLUMNS = _names()


def roots(columns: tuple[str, ...]) -> list[str]:
    """Return the fields that Elasticsearch is to give for these columns; none means all."""
    return [] if OTHER in columns else [*dict.fromkeys(columns), "gateway_logs.extra"]


def cells(columns: tuple[str, ...], zone: str) -> tuple[Cell, ...]:
    """Return how each cell of a row is made."""
    return tuple(_cell(column, zone) for column in columns)


def _cell(column: str, zone: str) -> Cell:
    if column == OTHER:
        return _other
    if column in TIMES:
        return (lambda log: log[column]) if zone == "UTC" else (lambda log: _moved(log[column], zone))
    name, _, field = column.partition(".")
    if field:
        return lambda log: _text(log[name][field])
    return (
        (lambda log: msgspec.json.encode(log[column]).decode())
        if column == "metadata"
        else (lambda log: _text(log[column]))
    )


def _text(raw: Raw) -> str:
    """Return a value as it was sent, a text without its quotes and guarded."""
    written = bytes(raw)
    if written[:1] != b'"':
        return written.decode()
    text: str = msgspec.json.decode(written)
    return f"'{text}" if text[:1] in FORMULA else text


def _moved(moment: str, zone: str) -> str:
    return in_zone(parse_rfc3339(moment), zone) if moment else ""


def _other(log: Mapping[str, Any]) -> str:
    beyond = {name: value for name, value in log.items() if name not in _DOCUMENTED}
    return msgspec.json.encode(beyond).decode() if beyond else ""
