"""Which logs are repetitive for a query, and how many of them are searched at one time."""

import pytest

from api.repetitive.plan import MAX_PLACES, MAX_PLACES_OF_OTHERS, batches, least_repeats, places_of
from api.request.query_cost import NO_READS, WORDS_OF_PREFIX, Reads, reads_of
from api.request.query_language import parse
from api.store.answers import Hit
from api.tail.pages import TAIL_PAGE_WITHOUT_BODIES, end_of_batch


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
        ("max_tok*", Reads(2 + WORDS_OF_PREFIX, 3))  # the first word for the intervals, too,
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

    assert [[int(one.id) for one in batch] for batch in batches(Reads(2, 1), logs)] == [
        [half, half],
        [1],
        [10 * half],
        [1],
    ]
    assert list(batches(Reads(2, 1), [])) == []


def test_a_tail_reads_up_to_the_end_of_a_batch() -> None:
    large, reads = MAX_PLACES // 2, Reads(2, 1)

    assert end_of_batch([], reads, 50) == 50
    assert end_of_batch([hit(1, number=7)], reads, 50) == 50
    assert end_of_batch([hit(large, number=7), hit(large, number=9)], reads, 50) == 7
    assert end_of_batch([hit(1, number=8)] * TAIL_PAGE_WITHOUT_BODIES, reads, 50) == 8
