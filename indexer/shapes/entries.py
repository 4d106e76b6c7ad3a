"""The logs of one record: an object, or an array of objects. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from indexer.shapes.values import as_json, present

MAX_LOGS = 10_000  # of one record: APISIX sends up to 1,000, a collector 8,192 by default

Entry = Mapping[str, Any]


class ShapeError(Exception):
    """A record that is not of the shape. The text says why, without content of the record."""


class Events(NamedTuple):
    """The events of one record, each as JSON, and the number of its entries that are no calls of a model."""

    events: Sequence[bytes]
    passed_over: int = 0


NOT_JSON = "the value is not JSON"
TOO_DEEP = "the value is nested too deeply"
TOO_MANY = f"more than {MAX_LOGS} logs in one record"
SHAPE_WORDS = frozenset({NOT_JSON, TOO_DEEP, TOO_MANY})


def each(event_of: Callable[[Entry], Mapping[str, Any]]) -> Callable[[bytes], Events]:
    """Return the shape of a source whose record is one entry, or an array of entries; each is one event."""

    def events(value: bytes) -> Events:
        found = read_json(value)
        entries = found if isinstance(found, list) else [found]
        return Events([encoded(event_of(entry) if isinstance(entry, Mapping) else entry) for entry in bounded(entries)])

    return events


def bounded(entries: Sequence[Any]) -> Sequence[Any]:
    """Return the entries of a record; raise ShapeError where they are too many."""
    if len(entries) > MAX_LOGS:
        raise ShapeError(TOO_MANY)
    return entries


def encoded(event: Any) -> bytes:
    """Return an event as JSON, without its empty fields."""
    return as_json(present(event) if isinstance(event, Mapping) else event)


def read_json(value: bytes) -> Any:
    """Return what a record says; raise ShapeError where it is not JSON.

    Gateways cut bodies at a number of bytes, in the middle of a character, and write NaN: the rest is still a log.
    """
    try:
        return msgspec.json.decode(value)
    except RecursionError:
        raise ShapeError(TOO_DEEP) from None
    except ValueError:
        return _repaired(value)


def _repaired(value: bytes) -> Any:
    try:
        return json.loads(bytes(value).decode(errors="replace"), parse_constant=lambda _: None)
    except RecursionError:
        raise ShapeError(TOO_DEEP) from None
    except ValueError:
        raise ShapeError(NOT_JSON) from None
