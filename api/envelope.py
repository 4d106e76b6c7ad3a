"""The answers of Elasticsearch in, the bytes of the envelope out. Pure.

A log is assembled from the bytes that the event was sent with. Fields that are not documented are never parsed, so
large numbers, `1.10` and any depth come back as they were sent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct, inspect

from api.query import MENU_SIZE, MENUS
from api.store.answers import Aggregation, Hit
from mappings.event import LogEvent, Price, RequestDetail, Usage
from mappings.index import OWN
from mappings.instant import Times, format_rfc3339, instant_ms

Fields = Mapping[str, Raw]

DETAIL_BODIES = ("request_body", "response_body")  # of request_detail
# Of request_detail: where one log is answered, panels of the reference gateway read these beside its own fields.
DETAIL_AT_THE_TOP = ("log_id", *DETAIL_BODIES, "request_body_truncated", "response_body_truncated")
_NULL = Raw(b"null")
# What a documented field is where the event had none, by its type; of a union the first that is listed here.
_EMPTY: Mapping[type, Raw] = {
    inspect.BoolType: Raw(b"false"),
    inspect.DictType: Raw(b"{}"),
    inspect.FloatType: Raw(b"0.0"),
    inspect.IntType: Raw(b"0"),
    inspect.StrType: Raw(b'""'),
}


class LogFormat(Struct, frozen=True):
    """How logs are written."""

    with_bodies: bool = True
    times: Times = "rfc3339"  # of the three times of a log; "epoch_ms": integers, 0 for none


class SearchResult(Struct, frozen=True):
    """What a search found; its hits have no documents until these are read."""

    hits: Sequence[Hit]
    total: int
    menus: Mapping[str, Aggregation]
    extras: Mapping[str, Any] = {}  # keys of the answer that are there only on request


class _Own(Struct, frozen=True):
    """What the indexer stored beside the event and the API gives back."""

    extra: str | None = None
    redacted: int = 0


def search_answer(result: SearchResult, message: str, form: LogFormat) -> bytes:
    """Return the answer of a search that succeeded, in one piece."""
    return b"".join([SEARCH_BEGIN, *log_pieces(result.hits, form), *end_pieces(result, message)])


SEARCH_BEGIN = b'{"data":{"logs":['


def log_pieces(hits: Iterable[Hit], form: LogFormat, first: int = 0) -> Iterator[bytes]:
    """Yield the logs of a search in its answer; `first` is the number of those before them."""
    for number, hit in enumerate(hits, start=first):
        yield (b"," if number else b"") + msgspec.json.encode(log(hit, form))


def end_pieces(result: SearchResult, message: str) -> Iterator[bytes]:
    """Yield what comes behind the logs in the answer of a search; a menu, which may be large, is a piece of its own."""
    yield b'],"total":%d' % result.total
    for name in MENUS:
        yield b',"%b":' % name.encode()
        yield msgspec.json.encode(_menu(result.menus[name]))
    rest = success(result.extras, message).removeprefix(b'{"data":{')
    yield b"," + rest if result.extras else rest


def menu_characters(result: SearchResult) -> int:
    """Return the length of all values of the menus."""
    return sum(len(str(bucket.key)) for menu in result.menus.values() for bucket in menu.buckets)


def success(data: Any, *messages: str) -> bytes:
    """Return the envelope around the data of any route; its message is what there is to say."""
    return msgspec.json.encode({"data": data, "message": "; ".join(filter(None, messages)), "success": True})


def log(hit: Hit, form: LogFormat) -> dict[str, Any]:
    """Return one log as every route answers it: every documented field, and what else the event carried.

    A field that is null is one that the event did not have.
    """
    source = dict(hit.source)
    own = _OWN.decode(source.pop(OWN, _NULL)) or _Own()
    extra = _FIELDS.decode(own.extra) or {} if own.extra else {}
    filled: dict[str, Any] = _filled(_LOG, {**source, **extra} if extra else source)
    if own.redacted:
        filled.setdefault("redacted", own.redacted)
    for name in _TIME_FIELDS:
        filled[name] = _time(filled[name], form.times)
    _with_points(filled, _FLOATS)
    for name, empty in (_OBJECTS if form.with_bodies else _OBJECTS_WITHOUT_BODIES).items():
        given = fields_of(source[name]) if name in source else {}
        if name in extra:
            given.update(fields_of(extra[name]))
        if name == "request_detail" and not form.with_bodies:  # they may have been read for their highlights
            given = {field: value for field, value in given.items() if field not in DETAIL_BODIES}
        filled[name] = _filled(empty, given)
    filled["metadata"] = _without_nulls(filled["metadata"])
    _with_points(filled["price"], _PRICES)
    return filled


def detailed_log(hit: Hit, form: LogFormat) -> dict[str, Any]:
    """Return one log as `log` does, and beside its fields those of `request_detail` that panels read there."""
    whole = log(hit, form)
    detail = whole["request_detail"]
    for name in DETAIL_AT_THE_TOP:
        whole.pop(name, None)  # where the event had a field of this name
        if name in detail:
            whole[name] = detail[name]
    if whole["log_id"] == _EMPTY[inspect.IntType]:
        whole["log_id"] = whole["id"]
    return whole


def fields_of(value: Raw) -> dict[str, Raw]:
    """Return the fields of a stored object, as they were sent; none where it is no object."""
    try:
        return _FIELDS.decode(value) or {}
    except msgspec.ValidationError:  # a value of another type, in an index of an older mapping
        return {}


def _filled(empty: Fields, given: Fields) -> dict[str, Raw]:
    filled = {**empty, **given}
    if _NULL in given.values():
        filled.update({name: value for name, value in empty.items() if filled[name] == _NULL})
    return filled


def _without_nulls(metadata: Fields) -> Fields:
    """Return metadata with an empty text for each null: clients read a map of texts."""
    if _NULL not in metadata.values():
        return metadata
    return {name: _EMPTY[inspect.StrType] if value == _NULL else value for name, value in metadata.items()}


def _with_points(fields: dict[str, Any], names: Iterable[str]) -> None:
    """Write these numbers with a decimal point: many programs take the type of a column from how it is written."""
    for name in names:
        written = bytes(fields[name])
        if b"." not in written:
            fields[name] = Raw(with_point(written.decode()).encode())


def with_point(number: str) -> str:
    """Return a number as JSON or Python writes it with a decimal point: `0` as `0.0`, `1e-07` as `1.0e-07`."""
    if "." in number:
        return number
    digits, exponent, power = number.lower().partition("e")
    return f"{digits}.0{exponent}{power}"


def float_json(value: float) -> Raw:
    """Return a number as JSON, always with a decimal point."""
    return Raw(with_point(repr(float(value))).encode())


def _time(value: Raw, times: Times) -> str | int:
    try:
        moment = instant_ms(_TIME.decode(value))
    except (ValueError, msgspec.ValidationError):  # not a time, and not indexed as one
        moment = None
    if times == "epoch_ms":
        return moment or 0
    return "" if moment is None else format_rfc3339(moment)


def _menu(terms: Aggregation) -> list[int | float | str | None]:
    return [bucket.key for bucket in terms.buckets if bucket.key not in ("", 0)][:MENU_SIZE]


def _empty_fields(struct: type[Struct]) -> dict[str, Raw]:
    """Return every field of a declared object as it is where the event had none."""
    return {field.name: _empty_value(field.type) for field in msgspec.structs.fields(struct)}


def _empty_value(declared: Any) -> Raw:
    kinds = _kinds(declared)
    return next((empty for kind, empty in _EMPTY.items() if kind in kinds), Raw(b"{}"))


def _float_fields(struct: type[Struct]) -> list[str]:
    return [field.name for field in msgspec.structs.fields(struct) if inspect.FloatType in _kinds(field.type)]


def _kinds(declared: Any) -> set[type]:
    """Return the types that a field may have."""
    kind = inspect.type_info(declared)
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return {type(each) for each in kinds}


_LOG = _empty_fields(LogEvent)
_OBJECTS: Mapping[str, Fields] = {
    "metadata": {},
    "price": _empty_fields(Price),
    "usage": _empty_fields(Usage),
    "request_detail": _empty_fields(RequestDetail),
}
_OBJECTS_WITHOUT_BODIES = {
    **_OBJECTS,
    "request_detail": {name: empty for name, empty in _OBJECTS["request_detail"].items() if name not in DETAIL_BODIES},
}
_TIME_FIELDS = [
    field.name for field in msgspec.structs.fields(LogEvent) if {inspect.IntType, inspect.StrType} <= _kinds(field.type)
]
_FLOATS, _PRICES = _float_fields(LogEvent), _float_fields(Price)
_OWN = msgspec.json.Decoder(_Own | None)
_FIELDS = msgspec.json.Decoder(dict[str, Raw] | None)
_TIME = msgspec.json.Decoder(int | str | None)
