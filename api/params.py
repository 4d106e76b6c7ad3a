"""What the caller asks for: the query string in, checked and typed params out (contract, section 2)."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl

from msgspec import Struct

from api import words
from api.errors import ApiError
from api.words import Words
from mappings.instant import GO_ZERO_MS, YEAR_10000_MS, parse_rfc3339

Field = Literal["created_at", "request_at", "id"]
CodeType = Literal["all", "success", "error"]

MAX_PER_PAGE = 100
MAX_FIELDS = 1000  # parameters in one query string
MAX_SHOWN = 80  # characters of a value or a name that a message repeats
MAX_NAMED = 10  # names or words that a message lists
FAR_PAGE = 10**15  # past the end of anything: larger page numbers mean the same
INT64 = range(-(2**63), 2**63)
TIMES = "epoch milliseconds, epoch seconds (at most 10 digits) or RFC 3339, in the years 1 to 9999"
_TRUE, _FALSE = frozenset({"true", "1", "t", "yes"}), frozenset({"false", "0", "f", "no"})


class Order(Struct, frozen=True):
    """The field that logs are sorted by, and whether the largest comes first."""

    field: Field = "created_at"
    descending: bool = True


class SearchParams(Struct, frozen=True, kw_only=True):
    """One search. None means: not filtered by this."""

    group: str | None = None
    page: int = 1
    per_page: int = 10
    query: Words | None = None
    model_name: str | None = None
    token_name: str | None = None
    start_timestamp: int | None = None  # epoch ms, inclusive
    end_timestamp: int | None = None  # epoch ms, inclusive
    code_type: CodeType = "all"
    channel: int | None = None
    code: int | None = None
    token_id: int | None = None
    request_id: str | None = None
    user: str | None = None
    ip: str | None = None
    endpoint: str | None = None
    order: Order = Order()
    include_detail: bool = True
    message: str = ""  # what the caller should know although the search goes through

    @property
    def offset(self) -> int:
        """Return how many logs come before this page."""
        return (self.page - 1) * self.per_page


class Rule(NamedTuple):
    """One parameter: its names, how it is read, and what the documentation and the messages say about it."""

    name: str
    read: Callable[[str], Any]  # raises ValueError
    description: str
    allowed: str = "any text"
    alias: str = ""
    schema: Mapping[str, Any] = {"type": "string"}


def read_params(query_string: bytes, group: str | None) -> SearchParams:
    """Return the params of a request; `group` is the one in the path, None on the all-logs route.

    Raise `ApiError` 400 that names the parameter, the value and what is allowed.
    """
    if group == "":
        raise ApiError(400, "group is empty: the path is /api/log/{group}/search, with the group's name in it")
    given = _given(query_string)
    rules = RULES if group is None else GROUP_RULES
    values = {rule.name: value for rule in rules for value in _values(rule, given)}
    message = "; ".join([*_unknown(given, rules), *_left_out(values.get("query"))])
    return SearchParams(**{"group": group, **values, "message": message})


def _given(query_string: bytes) -> dict[str, str]:
    """Return what is given and not empty; of a name given twice, the last."""
    try:
        # Some clients send UTF-8 as it is, without percent signs.
        pairs = parse_qsl(query_string.decode("utf-8", "replace"), max_num_fields=MAX_FIELDS)
    except ValueError:
        raise ApiError(400, f"too many parameters: at most {MAX_FIELDS} are read") from None
    return dict(pairs)


def _values(rule: Rule, given: Mapping[str, str]) -> Iterator[Any]:
    name = rule.name if rule.name in given else rule.alias
    if name in given:
        yield _read(rule, name, given[name])


def _read(rule: Rule, name: str, text: str) -> Any:
    try:
        return rule.read(text)
    except ValueError as error:
        wrong = str(error) or f"must be {rule.allowed}"
        raise ApiError(400, f"{name}={shortened(text)}: {wrong}") from None


def _unknown(given: Mapping[str, str], rules: tuple[Rule, ...]) -> list[str]:
    known = {name for rule in rules for name in (rule.name, rule.alias)}
    names = [shortened(name) for name in given if name not in known]
    return [f"unknown parameters, not used: {_listed(names)}"] if names else []


def _left_out(query: Words | None) -> list[str]:
    if query is None or not query.left_out:
        return []
    listed = _listed([shortened(text) for text in query.left_out])
    return [f"words of the query with nothing in them to search for, left out: {listed}"]


def _listed(names: list[str]) -> str:
    more = len(names) - MAX_NAMED
    return ", ".join(names[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def shortened(text: str) -> str:
    """Return a text as a message repeats it."""
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"


def _text(text: str) -> str:
    return text


def _query(text: str) -> Words | None:
    return words.parse(text) if text.strip() else None


def _page(text: str) -> int:
    if not re.fullmatch(r"\s*\+?0*[1-9]\d*\s*", text, re.ASCII):
        raise ValueError
    digits = text.strip().lstrip("+0")
    return int(digits) if len(digits) < len(str(FAR_PAGE)) else FAR_PAGE


def _per_page(text: str) -> int:
    number = _int64(text)
    if not 1 <= number <= MAX_PER_PAGE:
        raise ValueError
    return number


def _int64(text: str) -> int:
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
        moment = parse_rfc3339(re.sub(r" (?=\d\d:\d\d$)", "+", text, flags=re.ASCII) if "T" in text else text)
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


def _boolean(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError
    return text.lower() in _TRUE


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
    Rule(
        "per_page",
        _per_page,
        "Logs on a page.",
        f"a whole number from 1 to {MAX_PER_PAGE}",
        schema={"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE, "default": 10},
    ),
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
    Rule("channel", _int64, "The channel; 0 finds logs without one.", _WHOLE, schema=_INTEGER),
    Rule("code", _int64, "The HTTP status; 0 finds logs without one.", _WHOLE, schema=_INTEGER),
    Rule("token_id", _int64, "The token's number; 0 finds logs without one.", _WHOLE, schema=_INTEGER),
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
    Rule(
        "include_detail",
        _boolean,
        "`false` leaves the two bodies out of `request_detail`.",
        "true or false",
        alias="with_body",
        schema={"type": "boolean", "default": True},
    ),
)
RULES = (*GROUP_RULES, Rule("group", _text, "The group, exactly."))
