"""Documents are read in parts, whose size is known before."""

import pytest
from msgspec import Raw

from api.errors import ApiError
from api.query import SIZES
from api.store.answers import Hit
from api.store.documents import PART_BYTES, UNKNOWN_BYTES, parts, size_of, with_documents
from api.store.held_answer import WHOLE_BYTES, memory_for

WITHOUT_BODIES = {"excludes": ["bodies"]}


def hit(size: int, bodies: int = 0, name: str = "a") -> Hit:
    return Hit(index="logs", id=name, fields={SIZES[0]: [size], SIZES[1]: [bodies]})


def test_a_part_is_as_large_as_it_may_be_and_a_larger_document_is_alone() -> None:
    sizes = [PART_BYTES // 2, PART_BYTES // 2, 1, 5 * PART_BYTES, 7, 8]

    assert [[size_of(each) for each in part] for part in parts([hit(size) for size in sizes])] == [
        sizes[:2],
        [1],
        [5 * PART_BYTES],
        [7, 8],
    ]


def test_a_page_without_logs_has_no_parts() -> None:
    assert list(parts([])) == []
    assert memory_for([], source=True).is_whole


def test_a_document_whose_size_was_not_stored_counts_as_large() -> None:
    assert size_of(Hit()) == UNKNOWN_BYTES


def test_without_its_bodies_a_document_is_smaller() -> None:
    assert size_of(hit(1_000, 900), WITHOUT_BODIES) == 100
    assert size_of(hit(1_000, 900)) == 1_000


def test_a_large_page_takes_the_memory_of_its_largest_part() -> None:
    large = memory_for([hit(PART_BYTES)] * 100, source=True)

    assert (large.is_whole, large.size_bytes) == (False, 3 * PART_BYTES)
    assert memory_for([hit(1_000)] * 100, source=True).size_bytes == 300_000
    assert memory_for([hit(1_000)], source=True, written=2).size_bytes == 5_000  # read once, written and sent twice
    assert memory_for([hit(PART_BYTES)] * (WHOLE_BYTES // PART_BYTES), source=True).is_whole


def test_documents_come_in_the_order_of_their_hits() -> None:
    documents = [Hit(index="logs", id=name, source={"id": Raw(name.encode())}) for name in "ab"]

    found = with_documents([hit(1, name="b"), hit(1, name="a")], documents)

    assert [bytes(each.source["id"]) for each in found] == [b"b", b"a"]
    assert found[0].fields


def test_a_document_that_is_gone_is_a_503() -> None:
    with pytest.raises(ApiError) as refused:
        with_documents([hit(1)], [])

    assert refused.value.status == 503
