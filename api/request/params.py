"""What the caller asks for: the query string in, checked and typed params out (contract, section 2)."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

from msgspec import Struct

from api.errors import ApiError
from api.request.parameters import GROUP_RULES, RULES, CodeType, Order, Rule
from api.request.query_language import Words

MAX_FIELDS = 1000  # parameters in one query string
MAX_SHOWN = 80  # characters of a value or a name that a message repeats
MAX_NAMED = 10  # names or words that a message lists


class SearchParams(Struct, frozen=True, kw_only=True):
    """One search. None means: not filtered by this."""

    group: str | None = None
    only: str | None = None  # the group in the path: no route takes it away, as facets do with the filters
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
    highlight: bool = False
    after: str | None = None  # a cursor
    as_of: str | None = None
    seen: tuple[tuple[str, int], ...] | None = None  # what `as_of` means: index → the last number that is looked at
    message: str = ""  # what the caller should know although the search goes through

    @property
    def offset(self) -> int:
        """Return how many logs come before this page."""
        return (self.page - 1) * self.per_page


P = TypeVar("P", bound=SearchParams)


class Form(Struct, Generic[P], frozen=True):
    """What a route takes: the parameters of a search without some, and its own beside them."""

    params: type[P]
    without: frozenset[str] = frozenset()
    own: tuple[Rule, ...] = ()

    def rules(self, group: str | None) -> tuple[Rule, ...]:
        """Return the parameters of the route's form for one group, or, for None, of that for all logs."""
        shared = RULES if group is None else GROUP_RULES
        return (*(rule for rule in shared if rule.name not in self.without), *self.own)

    def read(self, query_string: bytes, group: str | None) -> P:
        """Return the params of a request; `group` is the one in the path, None on the all-logs route.

        Raise `ApiError` 400 that names the parameter, the value and what is allowed.
        """
        if group == "":
            raise ApiError(400, "group is empty: the path is /api/log/{group}/search, with the group's name in it")
        given = _given(query_string)
        rules = self.rules(group)
        values = {rule.name: value for rule in rules for value in _values(rule, given)}
        message = "; ".join([*_unknown(given, rules), *_left_out(values.get("query"))])
        return self.params(**{"group": group, "only": group, **values, "message": message})


def read_params(query_string: bytes, group: str | None, without: Collection[str] = ()) -> SearchParams:
    """Return the params of a search; `without` names those that the route does not take."""
    return Form(SearchParams, frozenset(without)).read(query_string, group)


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
    if name and name in given:
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
