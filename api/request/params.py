"""A query string in, checked and typed parameters out. The rules are those of docs/api.md."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

from msgspec import Struct, structs

from api.errors import ApiError
from api.request.conditions import FieldCondition, check_number
from api.request.parameters import GROUP_PARAMETERS, PARAMETERS, CodeType, Order, Parameter, int64
from api.request.query_language import Words
from api.request.view import View

MAX_FIELDS = 1000  # parameters in one query string
MAX_SHOWN = 80  # characters of a value or a name that a message repeats
KEY = "key"  # a parameter of every route, where a request has no Authorization header
# What panels of the reference gateway send and no answer here depends on: every log is final and has all its fields.
TOLERATED = frozenset({"chunk_interval", "include_channel", "include_retry_at", "result_only"})
PAGING = frozenset({"page", "per_page", "order", "highlight", "after"})  # what only pages of logs have
NO_BODIES = "this key may not read bodies: they are neither answered nor searched"
MAX_NAMED = 10  # names or words that a message lists


_LIKE_AN_OPTION = re.compile(r"[0-9]+|[A-Za-z]")


class SearchParams(Struct, frozen=True, kw_only=True):
    """The parameters of one search. None means: not filtered by this."""

    page: int = 1
    per_page: int = 10
    query: Words | None = None
    group: str | None = None  # the filter of the all-logs routes; the group in a path is in the View
    model_name: str | None = None
    token_name: str | None = None
    start_timestamp: int | None = None  # epoch ms, inclusive
    end_timestamp: int | None = None  # epoch ms, inclusive
    code_type: CodeType = "all"
    channel: int | None = None
    code: int | None = None
    token_id: int | None = None
    request_id: str | None = None
    upstream_id: str | None = None
    user: str | None = None
    ip: str | None = None
    endpoint: str | None = None
    only: tuple[FieldCondition, ...] = ()  # of each field named, one of the values or ranges
    exclude: tuple[FieldCondition, ...] = ()
    order: Order = Order()
    include_detail: bool = True
    highlight: bool = False
    after: str | None = None  # a cursor
    as_of: str | None = None  # "now", or the id of a moment

    @property
    def offset(self) -> int:
        """Return how many logs come before this page."""
        return (self.page - 1) * self.per_page

    def searched(self) -> Sequence["SearchParams"]:
        """Return the parameters of all searches of a request that differ in the logs that they find."""
        return (self,)


P = TypeVar("P", bound=SearchParams)


class ParsedRequest(Struct, Generic[P], frozen=True):
    """A request as it was understood."""

    view: View
    params: P
    message: str = ""  # what the caller should know although the request is answered: unknown parameters, ignored words
    given: tuple[str, ...] = ()  # the parameters, for the audit: without texts, which may quote logs


class Form(Struct, Generic[P], frozen=True):
    """The parameters of a route: those of a search without some, and its own."""

    params: type[P]
    without: frozenset[str] = frozenset()
    own: tuple[Parameter, ...] = ()
    implied: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda _: {}  # what given values say about others

    def parameters(self, *, of_group: bool) -> tuple[Parameter, ...]:
        """Return the parameters of the route for one group's logs, or of the one for all logs."""
        shared = GROUP_PARAMETERS if of_group else PARAMETERS
        return (*(one for one in shared if one.name not in self.without), *self.own)

    def parse(self, query_string: bytes, group: str | None, *, bodies: bool = True) -> ParsedRequest[P]:
        """Return a parsed request; `group` is the one in the path, None for all logs.

        `bodies` tells whether the caller may read the bodies. Otherwise they are not answered, and not searched either.
        Raise `ApiError` 400 that names the parameter, the value and what is allowed.
        """
        if group == "":
            raise ApiError(400, "group is empty: the path is /api/log/{group}/search, with the group's name in it")
        given = _given(query_string)
        parameters = self.parameters(of_group=group is not None)
        values = {one.name: value for one in parameters for value in _values(one, given)}
        params = self.params(**{**self.implied(values), **values})
        told = [
            *_unknown(given, parameters),
            *_ignored(params.query),
            *_excluded(params.query),
            *([] if bodies else _withheld(params)),
        ]
        if not bodies:
            params = structs.replace(params, include_detail=False)
        return ParsedRequest(View(group, bodies=bodies), params, "; ".join(told), _shown(values))


def _given(query_string: bytes) -> dict[str, list[str]]:
    """Return the values that are given and not empty, by name; a name may be given without any."""
    try:
        # Some clients send UTF-8 as it is, without percent-encoding.
        text = query_string.decode("utf-8", "replace")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise ApiError(400, f"too many parameters: at most {MAX_FIELDS} are read") from None
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).extend([value] if value else [])
    return given


def _values(parameter: Parameter, given: Mapping[str, Sequence[str]]) -> Iterator[Any]:
    """Yield the value of a parameter that is given: of one given twice the last, of a repeated one all of them."""
    name = next((name for name in (parameter.name, parameter.alias) if name and given.get(name)), None)
    if name is None:
        return
    texts = given[name]
    yield _all_values(parameter, texts) if parameter.repeated else _value(parameter, name, texts[-1])


def _all_values(parameter: Parameter, texts: Sequence[str]) -> Sequence[Any]:
    values = tuple(_value(parameter, parameter.name, text) for text in dict.fromkeys(texts))
    try:
        check_number(values)
    except ValueError as error:
        raise ApiError(400, f"{parameter.name} {error}") from None
    return values


def _value(parameter: Parameter, name: str, text: str) -> Any:
    try:
        return parameter.read(text)
    except ValueError as error:
        wrong = str(error) or f"must be {parameter.allowed}"
        raise ApiError(400, f"{name}={shortened(text)}: {wrong}") from None


def _unknown(given: Mapping[str, Sequence[str]], parameters: tuple[Parameter, ...]) -> list[str]:
    known = {KEY, *TOLERATED, *(name for one in parameters for name in (one.name, one.alias))}
    names = [shortened(name) for name in given if name not in known]
    return [f"unknown parameters ignored: {_listed(names)}"] if names else []


def _ignored(query: Words | None) -> list[str]:
    if query is None or not query.ignored:
        return []
    listed = _listed([shortened(text) for text in query.ignored])
    return [f"query terms ignored (no searchable characters): {listed}"]


def _withheld(params: SearchParams) -> list[str]:
    return [NO_BODIES] if params.include_detail or params.query else []


def _shown(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what was given: numbers and booleans with their values, texts by the name of their parameter alone."""
    numbers = {name: str(value).lower() for name, value in values.items() if isinstance(value, int)}
    return tuple(f"{name}={numbers[name]}" if name in numbers else name for name in values)


def _excluded(query: Words | None) -> list[str]:
    """Tell what a pasted `exit code -9` or `curl -X POST` means, which looks like text and excludes."""
    if query is None or not query.wanted:
        return []
    listed = _listed([f"-{word.text}" for word in query.excluded if _LIKE_AN_OPTION.fullmatch(word.text)])
    return [f"excluded, put it in quotes to search for it: {listed}"] if listed else []


def _listed(names: list[str]) -> str:
    more = len(names) - MAX_NAMED
    return ", ".join(names[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def log_id(text: str) -> int:
    """Return the id of a log in a path; raise `ApiError` 400."""
    try:
        return int64(text)
    except ValueError:
        raise ApiError(400, f"id={shortened(text)}: must be a whole number of 64 bits") from None


def shortened(text: str) -> str:
    """Return a text as a message repeats it."""
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
