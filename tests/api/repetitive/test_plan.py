"""Which logs are repetitive for a query, how many of them are read at one time, and for how long."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import cast

import pytest

from api.clauses import Body
from api.errors import ApiError
from api.repetitive.check import KNOWN_S, MAX_KNOWN_GROUPS, PhraseCheck
from api.repetitive.plan import (
    MAX_PLACES,
    MAX_PLACES_OF_OTHERS,
    MAX_SHARES,
    PartOfLogs,
    least_repeats,
    parts_of,
    places_of,
    shares_of,
)
from api.request.query_cost import NO_READS, WORDS_OF_PREFIX, Reads, reads_of
from api.request.query_language import parse
from api.store.answers import Aggregation, Bucket, Found, Hit
from api.store.client import Store
from api.store.documents import parts
from api.tail.pages import TAIL_PAGE_WITHOUT_BODIES, end_of_batch
from tests.support.parsing import parsed


@pytest.mark.parametrize(
    ("query", "reads"),
    [
        ("timeout", NO_READS),
        ("two words", NO_READS),
        ("time*", NO_READS),
        ('"two words"', Reads(2, 1)),
        ('"two words" -"three small words"', Reads(5, 2)),
        ("max_tokens", Reads(2, 1)),
        ('"a a b"', Reads(3, 2)),
        ("超时", Reads(2, 1)),
        ("max_tok*", Reads(2 + WORDS_OF_PREFIX, 3)),  # the first word for the intervals, too
    ],
)
def test_phrases_read_words(query: str, reads: Reads) -> None:
    assert reads_of(parse(query)) == reads


def hit(repeats: int, size: int = 2**31 - 1, number: int = 0) -> Hit:
    return Hit(id=f"{repeats}", fields={"gateway_logs.repeats": [repeats], "gateway_logs.bytes": [size]}, sort=[number])


def test_a_log_that_repeats_a_word_less_is_not_repetitive() -> None:
    assert least_repeats(Reads(2, 1)) * 2 == MAX_PLACES_OF_OTHERS
    assert least_repeats(Reads(MAX_PLACES_OF_OTHERS * 2, 8)) == 1


def test_a_log_has_no_more_words_than_its_size_allows() -> None:
    assert places_of(Reads(6, 2), hit(1_000)) == 6_000
    assert places_of(Reads(6, 2), hit(1_000, 4_000)) == 2_000
    assert places_of(Reads(6, 2), Hit()) == 0


def test_logs_are_searched_so_many_at_one_time() -> None:
    half = MAX_PLACES // 4  # read twice
    logs = [hit(half), hit(half), hit(1), hit(10 * half), hit(1)]

    size = partial(places_of, Reads(2, 1))
    assert [[int(one.id) for one in batch] for batch in parts(logs, MAX_PLACES, size)] == [
        [half, half],
        [1],
        [10 * half],
        [1],
    ]
    assert list(parts([], MAX_PLACES, size)) == []


def test_the_more_places_are_read_the_more_shares_there_are() -> None:
    assert shares_of(MAX_PLACES) == 8
    assert shares_of(10 * MAX_PLACES) == 64
    assert shares_of(10**15) == MAX_SHARES


def share(number: int, places: int) -> Bucket:
    """Return one share of eight, in which so many places are read once."""
    repeats, size = Aggregation(given=float(places)), Aggregation(given=1e12)
    return Bucket(1, key=float(number << 60), repeats=repeats, bytes=size)


def test_shares_are_joined_to_parts_that_leave_out_no_log() -> None:
    half = MAX_PLACES // 2
    shares = [share(0, half), share(1, half), share(3, 1), share(5, 3 * half), share(7, 1)]

    assert list(parts_of(Reads(1, 1), shares, 8)) == [
        PartOfLogs(0, 2 << 60, 2 * half),
        PartOfLogs(3 << 60, 4 << 60, 1),
        PartOfLogs(5 << 60, 6 << 60, 3 * half),
        PartOfLogs(7 << 60, 8 << 60, 1),
    ]
    assert list(parts_of(Reads(1, 1), [], 8)) == []


def test_the_last_part_has_no_end() -> None:
    assert PartOfLogs(0, 1 << 60, 1).clause() == {"range": {"gateway_logs.tie": {"gte": 0, "lt": 1 << 60}}}
    assert PartOfLogs(1 << 60, 1 << 63, 1).clause() == {"range": {"gateway_logs.tie": {"gte": 1 << 60}}}


def test_a_tail_reads_up_to_the_end_of_a_batch() -> None:
    large, reads = MAX_PLACES // 2, Reads(2, 1)

    assert end_of_batch([], reads, 50) == 50
    assert end_of_batch([hit(1, number=7)], reads, 50) == 50
    assert end_of_batch([hit(large, number=7), hit(large, number=9)], reads, 50) == 7
    assert end_of_batch([hit(1, number=8)] * TAIL_PAGE_WITHOUT_BODIES, reads, 50) == 8


class SlowStore:
    """Elasticsearch with eight shares of repetitive logs, in each of which a phrase takes some seconds."""

    def __init__(self, seconds: float) -> None:
        self.timeout_s = 9.0
        self.now_s = 100.0
        self.bodies: list[Body] = []
        self._seconds = seconds

    def monotonic(self) -> float:
        """Return its time."""
        return self.now_s

    async def search(self, bodies: Sequence[Body], whose: str = "") -> list[Found]:
        """Return the answer to the only body."""
        assert whose or "shares" not in bodies[0].get("aggs", {})
        self.bodies.extend(bodies)
        [body] = bodies
        if "shares" in body.get("aggs", {}):
            return [Found(aggregations={"shares": Aggregation([share(number, MAX_PLACES) for number in range(8)])})]
        if "aggs" in body:
            return [Found(aggregations={"repeats": Aggregation(given=float(8 * MAX_PLACES))})]
        self.now_s += self._seconds
        return [Found()]


def checked(monkeypatch: pytest.MonkeyPatch, store: SlowStore) -> PhraseCheck:
    monkeypatch.setattr("api.repetitive.check.monotonic", store.monotonic)
    return PhraseCheck(cast("Store", store))


def test_a_phrase_may_read_repetitive_logs_in_a_third_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    store = SlowStore(0.4)
    asyncio.run(checked(monkeypatch, store).check(parsed("g", query='"two words"')))

    assert len(store.bodies) == 2 + 8


def test_parts_that_are_read_fast_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    store = SlowStore(0.05)
    asyncio.run(checked(monkeypatch, store).check(parsed("g", query='"two words"')))

    ranges = [
        clause["bool"]["should"] for body in store.bodies[2:] for clause in body["query"]["bool"]["filter"][-2:-1]
    ]
    assert list(map(len, ranges)) == [1, 2, 4, 1]
    assert all(body["size"] for body in store.bodies[2:])  # an answer of the request cache would seem fast
    assert len({str(part) for parts in ranges for part in parts}) == 8


def test_a_phrase_that_takes_longer_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    store = SlowStore(1.6)
    with pytest.raises(ApiError) as refused:
        asyncio.run(checked(monkeypatch, store).check(parsed("g", query='"two words"')))

    assert refused.value.status == 504
    assert len(store.bodies) == 2 + 2  # three seconds were over after the second


def test_it_is_known_for_some_seconds_what_a_group_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    store = SlowStore(0)
    phrases = checked(monkeypatch, store)

    def asked(group: str | None) -> int:
        before = len(store.bodies)
        asyncio.run(phrases.check(parsed(group, query="max_tokens")))
        return len(store.bodies) - before

    assert [asked("g"), asked("g"), asked("h"), asked(None)] == [6, 5, 6, 6]
    store.now_s += KNOWN_S
    assert asked("g") == 6
    for number in range(MAX_KNOWN_GROUPS):
        asked(f"group {number}")
    assert asked("g") == 6
