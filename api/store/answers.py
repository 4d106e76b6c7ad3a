"""The answers of Elasticsearch: bytes in, typed objects out. The fields of a log stay bytes. Pure."""

from collections.abc import Mapping, Sequence
from math import copysign
from sys import float_info

from msgspec import Raw, Struct, field
from msgspec.json import Decoder


class ShardFailures(Struct, frozen=True):
    """How many shards failed."""

    failed: int = 0


class Total(Struct, frozen=True):
    """The number of matches."""

    value: int


class Hit(Struct, frozen=True):
    """One document: each field of the event as the bytes that were sent, and the values it was sorted by.

    A search for a page reads everything but the source (documents.py).
    """

    source: Mapping[str, Raw] = field(name="_source", default_factory=dict)
    sort: Sequence[int | float | str | None] = ()
    index: str = field(name="_index", default="")
    id: str = field(name="_id", default="")
    fields: Mapping[str, Sequence[int]] = {}  # the sizes, where they were asked for


class Hits(Struct, frozen=True):
    """The documents of a page, and the total where it was asked for."""

    hits: Sequence[Hit] = ()
    total: Total | None = None


class Point(Struct, frozen=True):
    """A percentile: its percentage and its value; None where no document has the field."""

    key: float
    value: float | None = None


class Bucket(Struct, frozen=True):
    """The number of logs that share a value or are in a range, with the sub-aggregations asked for."""

    doc_count: int
    key: int | float | str | None = None
    amount: "Aggregation | None" = None
    tokens: "Aggregation | None" = None
    bars: "Aggregation | None" = None
    errors: "Aggregation | None" = None
    repeats: "Aggregation | None" = None
    bytes: "Aggregation | None" = None


class Aggregation(Struct, frozen=True):
    """Whatever an aggregation answers: buckets, one value, percentiles, or a number of logs with sub-aggregations."""

    buckets: Sequence[Bucket] = ()
    given: float | str | None = field(name="value", default=None)
    values: Sequence[Point] = ()
    doc_count: int = 0
    doc_count_error_upper_bound: int = 0
    top: "Aggregation | None" = None
    distinct: "Aggregation | None" = None
    points: "Aggregation | None" = None
    bars: "Aggregation | None" = None
    by_count: "Aggregation | None" = None
    by_amount: "Aggregation | None" = None

    @property
    def value(self) -> float | None:
        """Return the single value; a sum beyond the range of a double arrives as text and becomes the largest one."""
        return copysign(float_info.max, float(self.given)) if isinstance(self.given, str) else self.given


class Found(Struct, frozen=True):
    """The answer to one body of an `_msearch`."""

    hits: Hits = Hits()
    aggregations: Mapping[str, Aggregation] = {}
    timed_out: bool = False
    shards: ShardFailures = field(name="_shards", default=ShardFailures())
    status: int = 200
    error: Raw = Raw(b"")

    @property
    def total(self) -> int:
        """Return the number of matches; 0 where it was not asked for."""
        return self.hits.total.value if self.hits.total else 0


class _Answers(Struct, frozen=True):
    responses: Sequence[Found]


_DECODER = Decoder(_Answers)


def read_answers(body: bytes) -> Sequence[Found]:
    """Return the answers of one `_msearch`, in the order of its bodies; raise `msgspec.DecodeError`."""
    return _DECODER.decode(body).responses
