"""Fields that Elasticsearch does not accept, or would not give back as they came: stored as text beside the log. Pure.

It accepts no name that it reads as a path, and cuts some numbers (cut_numbers.py).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from indexer.event.cut_numbers import is_cut_by_a_double
from indexer.event.limits import check_fields
from mappings.event import FILTERED, LogEvent, Price, RequestDetail, Usage
from mappings.index import OWN

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ROOT = frozenset(LogEvent.__struct_fields__)
_NESTED = {
    "price": frozenset(Price.__struct_fields__),
    "usage": frozenset(Usage.__struct_fields__),
    "request_detail": frozenset(RequestDetail.__struct_fields__),
}
_LONGEST_METADATA_KEY = 8000  # characters: a flattened key and value must fit into one term of 32,766 bytes


def odd_metadata(event: LogEvent) -> dict[str, Any]:
    """Return the metadata whose keys are too long for a term of a flattened field, or hold its separator."""
    odd = [key for key in event.metadata or () if len(key) > _LONGEST_METADATA_KEY or "\0" in key]
    return {"metadata": {key: event.metadata[key] for key in odd}} if event.metadata and odd else {}


def odd_fields(value: bytes, event: LogEvent) -> dict[str, Any]:
    """Return the fields whose names Elasticsearch reads as a path or refuses: "", "a.b", "_id", our own key.

    Also those that are not declared and have a number of which it would keep less. They are stored as one text beside
    the log, and the API puts them back. Only names at the root and in the mapped objects are read as paths; below an
    unknown key any name is accepted. Raise TooMuchError where there are too many.
    """
    fields = _fields.decode(value)
    check_fields(fields, "")
    found: dict[str, Any] = {name: fields[name] for name in (*_odd(fields, _ROOT), *_not_filtered(fields))}
    for name, declared in _NESTED.items():
        if getattr(event, name) is not None:
            inner = _fields.decode(fields[name])
            check_fields(inner, name)
            if odd := _odd(inner, declared):
                found[name] = {key: inner[key] for key in odd}
    return found


def _not_filtered(fields: Mapping[str, msgspec.Raw]) -> Iterable[str]:
    # A keyword takes no object, and no array that is nested.
    return (name for name in FILTERED if bytes(fields.get(name, b"")).lstrip()[:1] in (b"{", b"["))


def _odd(fields: Mapping[str, msgspec.Raw], declared: frozenset[str]) -> tuple[str, ...]:
    kept = declared.union(FILTERED)
    return tuple(name for name in fields if _is_odd(name) or (name not in kept and is_cut_by_a_double(fields[name])))


def _is_odd(name: str) -> bool:
    return "." in name or name[:1] == "_" or not name.strip() or name == OWN


def rewritten_event(value: bytes, times: Mapping[str, int | None], extra: Mapping[str, Any]) -> bytes:
    """Return the event with these fields rewritten and without its odd fields; everything else stays as it was."""
    fields = _fields.decode(value)
    kept: dict[str, Any] = {name: raw for name, raw in fields.items() if name not in extra or name in _ROOT}
    for name in extra.keys() & _ROOT:
        inner = _fields.decode(fields[name])
        kept[name] = {key: raw for key, raw in inner.items() if key not in extra[name]}
    return msgspec.json.encode({**kept, **times})
