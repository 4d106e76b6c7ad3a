"""Elasticsearch's answer: bytes in, what we read of it out. The logs themselves stay bytes."""

from collections.abc import Sequence
from math import copysign
from sys import float_info

from msgspec import Raw, Struct, field
from msgspec.json import Decoder


class Shards(Struct, frozen=True):
    """How the parts of an index took a search."""

    failed: int = 0


class Total(Struct, frozen=True):
    """A count of matches."""

    value: int


class Hit(Struct, frozen=True):
    """One document: the event's fields, each as the bytes that it came as, and the values it was sorted by."""

    source: dict[str, Raw] = field(name="_source", default_factory=dict)
    sort: list[int | float | str | None] = []
    highlight: dict[str, list[str]] = {}


class Hits(Struct, frozen=True):
    """The documents of a page, and the count where it was asked for."""

    hits: list[Hit] = []
    total: Total | None = None


class Point(Struct, frozen=True):
    """A percentile: how much is below which value; None where nothing was measured."""

    key: float
    value: float | None = None


class Bucket(Struct, frozen=True):
    """How many logs share a value or lie in a range, and what was asked about them."""

    doc_count: int
    key: int | float | str | None = None
    amount: "Aggregation | None" = None
    tokens: "Aggregation | None" = None
    errors: "Aggregation | None" = None


class Aggregation(Struct, frozen=True):
    """Buckets, or one value, or percentiles, or a number of logs and what was asked about them."""

    buckets: list[Bucket] = []
    given: float | str | None = field(name="value", default=None)
    values: list[Point] = []
    doc_count: int = 0
    doc_count_error_upper_bound: int = 0
    top: "Aggregation | None" = None
    distinct: "Aggregation | None" = None
    points: "Aggregation | None" = None
    by_count: "Aggregation | None" = None
    by_amount: "Aggregation | None" = None

    @property
    def value(self) -> float | None:
        """Return the one value; the greatest double for a sum beyond it, which comes as a text."""
        return copysign(float_info.max, float(self.given)) if isinstance(self.given, str) else self.given


class Found(Struct, frozen=True):
    """The answer to one body."""

    hits: Hits = Hits()
    aggregations: dict[str, Aggregation] = {}
    timed_out: bool = False
    shards: Shards = field(name="_shards", default=Shards())
    status: int = 200
    error: Raw = Raw(b"")


class _Answers(Struct, frozen=True):
    responses: list[Found]


_DECODER = Decoder(_Answers)


def read_answers(body: bytes) -> Sequence[Found]:
    """Return the answers to the bodies of one `_msearch`, in their order; raise `msgspec.DecodeError`."""
    return _DECODER.decode(body).responses
