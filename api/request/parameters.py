"""Every parameter of a search: its names, how its text is read, and how documentation and messages describe it."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from api.request import query_language
from api.request.address import check_network
from api.request.conditions import CONDITION_FIELDS, read_condition
from api.request.query_cost import check_repeats
from api.request.query_language import Words
from api.request.ranges import INT64, RANGE_FIELDS
from mappings.instant import GO_ZERO_MS, YEAR_10000_MS, parse_rfc3339

Field = Literal["created_at", "request_at", "id"]
CodeType = Literal["all", "success", "error"]

MAX_PER_PAGE = 100
FAR_PAGE = 10**15  # past the end of anything: larger page numbers mean the same
INT64_MAX = INT64.stop - 1
TIME_FORMATS = "epoch milliseconds, epoch seconds (at most 10 digits) or RFC 3339, in the years 1 to 9999"
_TRUE, _FALSE = frozenset({"true", "1", "t", "yes"}), frozenset({"false", "0", "f", "no"})


class Order(Struct, frozen=True):
    """The field that logs are sorted by, and whether the largest comes first."""

    field: Field = "created_at"
    descending: bool = True


class Parameter(NamedTuple):
    """One query parameter."""

    name: str
    read: Callable[[str], Any]  # raises ValueError
    description: str
    allowed: str = "any text"
    alias: str = ""
    schema: Mapping[str, Any] = {"type": "string"}
    repeated: bool = False  # every value that is given counts, not only the last one


def one_of(name: str, options: Collection[str], description: str, default: str = "") -> Parameter:
    """Return a parameter that takes one of several words."""

    def read(text: str) -> str:
        if text not in options:
            raise ValueError
        return text

    schema = {"type": "string", "enum": list(options), **({"default": default} if default else {})}
    return Parameter(name, read, description, "one of " + ", ".join(options), schema=schema)


def whole_number(name: str, allowed: range, description: str, default: int | None = None) -> Parameter:
    """Return a parameter that takes a whole number within a range."""

    def read(text: str) -> int:
        number = int64(text)
        if number not in allowed:
            raise ValueError
        return number

    bounds = {"minimum": allowed.start, "maximum": allowed.stop - 1}
    schema = {"type": "integer", **bounds, **({} if default is None else {"default": default})}
    return Parameter(
        name, read, description, f"a whole number from {allowed.start} to {allowed.stop - 1}", schema=schema
    )


def boolean(name: str, description: str, alias: str = "", *, default: bool = False) -> Parameter:
    """Return a parameter that is true or false."""

    def read(text: str) -> bool:
        if text.lower() not in _TRUE | _FALSE:
            raise ValueError
        return text.lower() in _TRUE

    return Parameter(name, read, description, "true or false", alias, {"type": "boolean", "default": default})


def _text(text: str) -> str:
    return text


def _query(text: str) -> Words | None:
    return check_repeats(query_language.parse(text)) if text.strip() else None


def _page(text: str) -> int:
    if not re.fullmatch(r"\s*\+?0*[1-9]\d*\s*", text, re.ASCII):
        raise ValueError
    digits = text.strip().lstrip("+0")
    return int(digits) if len(digits) < len(str(FAR_PAGE)) else FAR_PAGE


def int64(text: str) -> int:
    """Return a whole number of 64 bits; raise ValueError."""
    if not re.fullmatch(r"\s*[+-]?\d{1,30}\s*", text, re.ASCII) or int(text) not in INT64:
        raise ValueError
    return int(text)


def _epoch_ms(text: str) -> int:
    text = text.strip()
    if re.fullmatch(r"-?\d{1,30}", text, re.ASCII):
        moment = int(text) * (1000 if len(text.lstrip("-")) <= 10 else 1)
    else:
        # A `+` that was not percent-encoded arrives as a space.
        moment = parse_rfc3339(re.sub(r" (?=\d\d:\d\d$)", "+", text, flags=re.ASCII))
    if not GO_ZERO_MS <= moment < YEAR_10000_MS:
        raise ValueError
    return moment


def _timestamp(text: str) -> int:
    try:
        return _epoch_ms(text)
    except ValueError:  # the parser's own message says less
        raise ValueError(f"must be {TIME_FORMATS}") from None


def _code_type(text: str) -> str:
    if text not in ("all", "success", "error"):
        raise ValueError
    return text


def order(orders: Mapping[str, Order]) -> Parameter:
    """Return the parameter that takes one of these orders."""

    def read(text: str) -> Order:
        if text not in orders:
            raise ValueError
        return orders[text]

    return Parameter(
        "order",
        read,
        "The field and direction to sort by; logs without the field come last.",
        "one of " + ", ".join(orders),
        schema={"type": "string", "enum": list(orders), "default": "created_at-desc"},
    )


def include_detail(*, default: bool) -> Parameter:
    """Return the parameter that leaves the bodies out, or in."""
    description = "`false` leaves the two bodies out of `request_detail`."
    return boolean("include_detail", description, alias="with_body", default=default)


_CONDITION = "field:value, the field one of " + ", ".join(CONDITION_FIELDS)
_RANGES = ", ".join(f"`{field}`" for field in RANGE_FIELDS) + " also take ranges: `10..100`, `10..`, `..100`."
_CONDITIONS = {"type": "array", "items": {"type": "string"}}
_WHOLE = "a whole number of 64 bits"
_INTEGER = {"type": "integer", "format": "int64"}
_FIELDS: tuple[Field, ...] = ("created_at", "request_at", "id")
ORDERS: Mapping[str, Order] = {
    f"{field}-{direction}": Order(field, direction == "desc") for field in _FIELDS for direction in ("desc", "asc")
}

GROUP_PARAMETERS = (
    Parameter(
        "query",
        _query,
        'Full-text search: all words must match; `"two words"` is a phrase, `-word` excludes, `word*` is a prefix.',
        alias="keyword",
    ),
    Parameter(
        "page",
        _page,
        "The page number, from 1. Past the last page `logs` is empty.",
        "a whole number from 1",
        alias="p",
        schema={"type": "integer", "minimum": 1, "default": 1},
    ),
    whole_number("per_page", range(1, MAX_PER_PAGE + 1), "Logs per page.", 10),
    Parameter("model_name", _text, "The model, exactly."),
    Parameter("token_name", _text, "The token's name, exactly."),
    Parameter(
        "start_timestamp", _timestamp, f"Only logs with this or a later `created_at`: {TIME_FORMATS}.", TIME_FORMATS
    ),
    Parameter(
        "end_timestamp",
        _timestamp,
        f"Only logs with this or an earlier `created_at`: {TIME_FORMATS}.",
        TIME_FORMATS,
    ),
    Parameter(
        "code_type",
        _code_type,
        "`success` is code 200, `error` any other.",
        "all, success or error",
        schema={"type": "string", "enum": ["all", "success", "error"], "default": "all"},
    ),
    Parameter("channel", int64, "The channel, exactly; 0 finds logs without one.", _WHOLE, schema=_INTEGER),
    Parameter("code", int64, "The HTTP status, exactly; 0 finds logs without one.", _WHOLE, schema=_INTEGER),
    Parameter("token_id", int64, "The token's id, exactly; 0 finds logs without one.", _WHOLE, schema=_INTEGER),
    Parameter("request_id", _text, "The request's id, exactly."),
    Parameter("upstream_id", _text, "The id of the request at the upstream, exactly."),
    Parameter("user", _text, "The user, exactly."),
    Parameter("ip", check_network, "The client's address, or a network in CIDR notation."),
    Parameter("endpoint", _text, "The endpoint, exactly."),
    Parameter(
        "only",
        read_condition,
        "`field:value`, may be repeated: logs that have one of the values given for a field, for every field given. "
        + _RANGES,
        _CONDITION,
        schema=_CONDITIONS,
        repeated=True,
    ),
    Parameter(
        "exclude",
        read_condition,
        "`field:value`, may be repeated: logs that have none of these values. " + _RANGES,
        _CONDITION,
        schema=_CONDITIONS,
        repeated=True,
    ),
    order(ORDERS),
    include_detail(default=True),
    Parameter(
        "after",
        _text,
        "A cursor, instead of `page`: `start`, then the `after` of each answer; it is empty after the last page.",
    ),
    Parameter(
        "as_of",
        _text,
        "`now`, then the `as_of` of the answer: later pages do not shift when new logs arrive.",
    ),
    boolean("highlight", "`true` adds `highlights`: where each log matches `query`."),
)
PARAMETERS = (*GROUP_PARAMETERS, Parameter("group", _text, "The group, exactly."))
