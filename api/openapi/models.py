"""What the routes answer as `data`: each answer is declared once, here. A log is declared in `mappings/event.py`."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
MaybeMoment = Annotated[str, Meta(description='RFC 3339, or "" where there is none')]


class AnsweredLog:
    """One gateway log, with every documented field and those that its event carried beside them."""


class DetailedLog:
    """One log, and beside its fields those of `request_detail`, where panels of the reference gateway read them."""


class UsageSums:
    """The sums of tokens and web searches."""


class Highlight(Struct):
    """Where one log matches the query."""

    matched: list[str]
    fragments: dict[str, list[str]]


class Search(Struct):
    """A page of logs, the exact total, and what the filter menus offer."""

    logs: list[AnsweredLog]
    total: int
    channels: list[int]
    models: list[str]
    token_names: list[str]
    after: str | UnsetType = UNSET
    as_of: str | UnsetType = UNSET
    highlights: list[Highlight] | UnsetType = UNSET


class TextCount(Struct):
    """A value, and the number of logs that have it."""

    value: str
    count: int


class NumberCount(Struct):
    """A value, and the number of logs that have it."""

    value: int
    count: int


class TextFacet(Struct):
    """The values of a field of texts."""

    values: list[TextCount]
    distinct: int
    other: int
    none: int
    exact: bool


class NumberFacet(Struct):
    """The values of a field of numbers."""

    values: list[NumberCount]
    distinct: int
    other: int
    none: int
    exact: bool


class FacetFields(Struct):
    """The fields that were asked for."""

    channel: NumberFacet | UnsetType = UNSET
    model: TextFacet | UnsetType = UNSET
    token_name: TextFacet | UnsetType = UNSET
    code: NumberFacet | UnsetType = UNSET
    user: TextFacet | UnsetType = UNSET
    endpoint: TextFacet | UnsetType = UNSET
    group: TextFacet | UnsetType = UNSET


class Facets(Struct):
    """The values of fields, with the number of logs that have each."""

    total: int
    facets: FacetFields


class Percentiles(Struct):
    """Percentiles in milliseconds, null where nothing was measured."""

    count: int
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None


class Totals(Struct):
    """The figures of a period."""

    start: MaybeMoment
    end: MaybeMoment
    total: int
    success: int
    error: int
    used_amount: float
    usage: UsageSums
    ttfb_milliseconds: Percentiles
    duration_milliseconds: Percentiles


class Bar(Struct):
    """The figures of one interval."""

    start: Moment
    total: int
    success: int
    error: int
    used_amount: float
    total_tokens: int


class TextEntry(Struct):
    """A value in a top list."""

    value: str
    count: int
    used_amount: float


class NumberEntry(Struct):
    """A value in a top list."""

    value: int
    count: int
    used_amount: float


class TextTop(Struct):
    """The most frequent texts, and those with the highest amounts."""

    by_count: list[TextEntry]
    by_amount: list[TextEntry]


class NumberTop(Struct):
    """The most frequent numbers, and those with the highest amounts."""

    by_count: list[NumberEntry]
    by_amount: list[NumberEntry]


class Tops(Struct):
    """The top lists."""

    model: TextTop
    channel: NumberTop
    token_name: TextTop
    user: TextTop
    error_code: NumberTop


class Lists(Struct):
    """The figures of some logs over time: one entry for each bar of the histogram."""

    count: list[int]
    used_amount: list[float]
    total_tokens: list[int]


class ValueLists(Lists):
    """The figures of one value over time."""

    value: str | int


class Series(Struct):
    """The values with the highest amounts over time, and all other logs, those without a value included."""

    by: str
    values: list[ValueLists]
    other: Lists


class Stats(Totals):
    """The figures of a period, over time and by value."""

    interval: str
    histogram: list[Bar]
    top: Tops
    series: Series | UnsetType = UNSET
    previous: Totals | UnsetType = UNSET


class TextValues(Struct):
    """The most frequent texts of a group of errors."""

    values: list[TextCount]
    distinct: int


class NumberValues(Struct):
    """The most frequent numbers of a group of errors."""

    values: list[NumberCount]
    distinct: int


class ErrorExample(Struct):
    """The newest error of a group."""

    id: int
    request_id: str
    content: str


class ErrorGroup(Struct):
    """Errors with the same message."""

    message: str
    query: str
    count: int
    share: float
    first: Moment
    last: Moment
    bars: list[int]
    channel: NumberValues
    model: TextValues
    code: NumberValues
    example: ErrorExample
    group: TextValues | UnsetType = UNSET


class ErrorGroups(Struct):
    """The newest errors in groups, the largest first."""

    total: int
    read: int
    start: MaybeMoment
    end: MaybeMoment
    distinct: int
    errors: list[ErrorGroup]


class Neighbours(Struct):
    """A log, and those just before and after it, oldest first."""

    before: list[AnsweredLog]
    log: AnsweredLog
    after: list[AnsweredLog]


class IndexFreshness(Struct):
    """How far the index is behind Kafka: all records up to a time are in it."""

    complete_to: MaybeMoment
    behind_milliseconds: int | None
    waiting: int | None
    reported_at: MaybeMoment


class Freshness(Struct):
    """When the newest log was created, and how far the index is behind Kafka."""

    now: Moment
    newest: MaybeMoment
    age_milliseconds: int | None
    index: IndexFreshness


class KeyRights(Struct):
    """Which logs a key reads."""

    all: bool
    groups: list[str]


class Health(Struct):
    """The service is well."""

    status: Literal["ok"]


Model = type[Any]
