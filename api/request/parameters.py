"""Every parameter of a search: its names, how its text is read, and what documentation and messages say about it."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from api.request import query_language
from api.request.query_language import Words
from mappings.instant import GO_ZERO_MS, YEAR_10000_MS, parse_rfc3339

Field = Literal["created_at", "request_at", "id"]
CodeType = Literal["all", "success", "error"]

MAX_PER_PAGE = 100
FAR_PAGE = 10**15  # past the end of anything: larger page numbers mean the same
INT64 = range(-(2**63), 2**63)
TIMES = "epoch milliseconds, epoch seconds (at most 10 digits) or RFC 3339, in the years 1 to 9999"
_TRUE, _FALSE = frozenset({"true", "1", "t", "yes"}), frozenset({"false", "0", "f", "no"})


class Order(Struct, frozen=True):
    """The field that logs are sorted by, and whether the largest comes first."""

    field: Field = "created_at"
    descending: bool = True


class Rule(NamedTuple):
    """One parameter: its names, how it is read, and what the documentation and the messages say about it."""

    name: str
    read: Callable[[str], Any]  # raises ValueError
    description: str
    allowed: str = "any text"
    alias: str = ""
    schema: Mapping[str, Any] = {"type": "string"}


def one_of(name: str, options: Collection[str], description: str, default: str = "") -> Rule:
    """Return the rule of a parameter that takes one of some words."""

    def read(text: str) -> str:
        if text not in options:
            raise ValueError
        return text

    schema = {"type": "string", "enum": list(options), **({"default": default} if default else {})}
    return Rule(name, read, description, "one of " + ", ".join(options), schema=schema)


def whole_number(name: str, allowed: range, description: str, default: int | None = None) -> Rule:
    """Return the rule of a parameter that takes a whole number of a range."""

    def read(text: str) -> int:
        number = int64(text)
        if number not in allowed:
            raise ValueError
        return number

    bounds = {"minimum": allowed.start, "maximum": allowed.stop - 1}
    schema = {"type": "integer", **bounds, **({} if default is None else {"default": default})}
    return Rule(name, read, description, f"a whole number from {allowed.start} to {allowed.stop - 1}", schema=schema)


def boolean(name: str, description: str, alias: str = "", *, default: bool = False) -> Rule:
    """Return the rule of a parameter that is on or off."""

    def read(text: str) -> bool:
        if text.lower() not in _TRUE | _FALSE:
            raise ValueError
        return text.lower() in _TRUE

    return Rule(name, read, description, "true or false", alias, {"type": "boolean", "default": default})


def _text(text: str) -> str:
    return text


def _query(text: str) -> Words | None:
    return query_language.parse(text) if text.strip() else None


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


def _timestamp(text: str) -> int:
    """Return epoch ms."""
    text = text.strip()
    if re.fullmatch(r"-?\d{1,30}", text, re.ASCII):
        moment = int(text) * (1000 if len(text.lstrip("-")) <= 10 else 1)
    else:
        # A `+` that was not percent-encoded arrives as a blank.
        moment = parse_rfc3339(re.sub(r" (?=\d\d:\d\d$)", "+", text, flags=re.ASCII))
    if not GO_ZERO_MS <= moment < YEAR_10000_MS:
        raise ValueError
    return moment


def _moment(text: str) -> int:
    try:
        return _timestamp(text)
    except ValueError:  # its own sentence says less than ours
        raise ValueError(f"must be {TIMES}") from None


def _code_type(text: str) -> str:
    if text not in ("all", "success", "error"):
        raise ValueError
    return text


def _order(text: str) -> Order:
    if text not in ORDERS:
        raise ValueError
    return ORDERS[text]


_WHOLE = "a whole number of 64 bits"
_INTEGER = {"type": "integer", "format": "int64"}
_FIELDS: tuple[Field, ...] = ("created_at", "request_at", "id")
ORDERS: Mapping[str, Order] = {
    f"{field}-{direction}": Order(field, direction == "desc") for field in _FIELDS for direction in ("desc", "asc")
}

GROUP_RULES = (
    Rule(
        "query",
        _query,
        'Full-text search: words that must all be found, `"two words"` a phrase, `-word` excluded, '
        "`word*` a beginning.",
        alias="keyword",
    ),
    Rule(
        "page",
        _page,
        "The page, from 1. Every page up to the last opens; past it `logs` is empty.",
        "a whole number from 1",
        alias="p",
        schema={"type": "integer", "minimum": 1, "default": 1},
    ),
    whole_number("per_page", range(1, MAX_PER_PAGE + 1), "Logs on a page.", 10),
    Rule("model_name", _text, "The model, exactly."),
    Rule("token_name", _text, "The token's name, exactly."),
    Rule("start_timestamp", _moment, f"Logs of this `created_at` or later: {TIMES}.", TIMES),
    Rule("end_timestamp", _moment, f"Logs of this `created_at` or earlier: {TIMES}.", TIMES),
    Rule(
        "code_type",
        _code_type,
        "`success` is code 200, `error` any other.",
        "all, success or error",
        schema={"type": "string", "enum": ["all", "success", "error"], "default": "all"},
    ),
    Rule("channel", int64, "The channel; 0 finds logs without one.", _WHOLE, schema=_INTEGER),
    Rule("code", int64, "The HTTP status; 0 finds logs without one.", _WHOLE, schema=_INTEGER),
    Rule("token_id", int64, "The token's number; 0 finds logs without one.", _WHOLE, schema=_INTEGER),
    Rule("request_id", _text, "The request's id, exactly."),
    Rule("user", _text, "The user, exactly."),
    Rule("ip", _text, "The client's address, or a network in CIDR notation."),
    Rule("endpoint", _text, "The endpoint, exactly."),
    Rule(
        "order",
        _order,
        "The field and direction to sort by; logs without the field come last.",
        "one of " + ", ".join(ORDERS),
        schema={"type": "string", "enum": list(ORDERS), "default": "created_at-desc"},
    ),
    boolean(
        "include_detail", "`false` leaves the two bodies out of `request_detail`.", alias="with_body", default=True
    ),
    Rule(
        "after",
        _text,
        "For programs, in the place of `page`: `start`, then the `after` of each answer, which is empty at the end.",
    ),
    Rule(
        "as_of",
        _text,
        "`now`, then the `as_of` of the answer: later pages do not shift when new logs come in.",
    ),
    boolean("highlight", "`true` adds `highlights`: where in each log the words of `query` were found."),
)
RULES = (*GROUP_RULES, Rule("group", _text, "The group, exactly."))
