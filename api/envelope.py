"""Elasticsearch's answer in, the bytes of the envelope out. Pure.

A log is spliced together from the bytes that the event came as: what is not documented is never parsed, so
that large numbers, `1.10` and any depth come back as they were.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct, inspect

from api.query import MENU, MENUS
from api.store.answers import Aggregation, Hit
from mappings.event import LogEvent, Price, RequestDetail, Usage
from mappings.index import OWN
from mappings.instant import format_rfc3339, instant_ms

Fields = dict[str, Raw]

BODIES = ("request_body", "response_body")
_NULL = Raw(b"null")
_NOTHING: Mapping[type, Raw] = {
    inspect.StrType: Raw(b'""'),
    inspect.IntType: Raw(b"0"),
    inspect.FloatType: Raw(b"0"),
    inspect.BoolType: Raw(b"false"),
    inspect.DictType: Raw(b"{}"),
}


class Page(Struct, frozen=True):
    """What a search found."""

    hits: Sequence[Hit]
    total: int
    menus: Mapping[str, Aggregation]
    besides: Mapping[str, Any] = {}  # what else was asked for


class _Own(Struct, frozen=True):
    """What the indexer put beside the event, as far as it is given back."""

    extra: str | None = None
    redacted: int = 0


def envelope(page: Page, message: str, *, with_bodies: bool) -> bytes:
    """Return the answer of a search that succeeded."""
    data = {
        "logs": [log(hit, with_bodies=with_bodies) for hit in page.hits],
        "total": page.total,
        **{name: _menu(page.menus[name]) for name in MENUS},
        **page.besides,
    }
    return success(data, message)


def success(data: Any, message: str) -> bytes:
    """Return the envelope around what any route answers."""
    return msgspec.json.encode({"data": data, "message": message, "success": True})


def log(hit: Hit, *, with_bodies: bool) -> dict[str, Any]:
    """Return one log as every route answers it."""
    return _log(hit.source, _OBJECTS if with_bodies else _OBJECTS_WITHOUT_BODIES)


def _log(source: Fields, objects: Mapping[str, Fields]) -> dict[str, Any]:
    """Return one log with every documented field; a field that is null is one that the event did not have."""
    own = _OWN.decode(source.pop(OWN, _NULL)) or _Own()
    extra = _FIELDS.decode(own.extra) or {} if own.extra else {}
    log: dict[str, Any] = _filled(_LOG, source | extra if extra else source)
    if own.redacted:
        log.setdefault("redacted", own.redacted)
    for name in _TIMES:
        log[name] = _time(log[name])
    for name, nothing in objects.items():
        given = _object(source[name]) if name in source else {}
        if name in extra:
            given.update(_object(extra[name]))
        log[name] = _filled(nothing, given)
    return log


def _object(value: Raw) -> Fields:
    try:
        return _FIELDS.decode(value) or {}
    except msgspec.ValidationError:  # another kind of value, which an older index may hold
        return {}


def _filled(nothing: Fields, given: Fields) -> Fields:
    filled = {**nothing, **given}
    if _NULL in given.values():
        filled.update({name: value for name, value in nothing.items() if filled[name] == _NULL})
    return filled


def _time(value: Raw) -> str:
    try:
        moment = instant_ms(_TIME.decode(value))
    except (ValueError, msgspec.ValidationError):  # what is no time was not indexed as one either
        return ""
    return "" if moment is None else format_rfc3339(moment)


def _menu(terms: Aggregation) -> list[int | float | str | None]:
    return [bucket.key for bucket in terms.buckets if bucket.key not in ("", 0)][:MENU]


def _nothing(struct: type[Struct]) -> Fields:
    """Return what every field of a declared object is where the event had none."""
    fields = msgspec.structs.fields(struct)
    return {field.name: _NOTHING.get(_kinds(field.type)[0], Raw(b"{}")) for field in fields}


def _kinds(declared: Any) -> list[type]:
    """Return the kinds of a field, the one of its empty value first."""
    kind = inspect.type_info(declared)
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return sorted({type(each) for each in kinds} - {inspect.NoneType}, key=lambda each: each.__name__)


_LOG = _nothing(LogEvent)
_OBJECTS: Mapping[str, Fields] = {
    "metadata": {},
    "price": _nothing(Price),
    "usage": _nothing(Usage),
    "request_detail": _nothing(RequestDetail),
}
_OBJECTS_WITHOUT_BODIES = {
    **_OBJECTS,
    "request_detail": {name: value for name, value in _OBJECTS["request_detail"].items() if name not in BODIES},
}
_TIMES = [
    field.name
    for field in msgspec.structs.fields(LogEvent)
    if {inspect.IntType, inspect.StrType} <= set(_kinds(field.type))
]
_OWN = msgspec.json.Decoder(_Own | None)
_FIELDS = msgspec.json.Decoder(dict[str, Raw] | None)
_TIME = msgspec.json.Decoder(int | str | None)
