"""How far a tail has read, as an event id and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.checkpoints.position import Lane, end_of, event_id, first_behind, mark, read_event_id

A, B = mark("uuid-a", 0), mark("uuid-b", 0)
LANES = {A: Lane("logs-1", 0, A, 7), B: Lane("logs-2", 0, B, -1)}


@given(st.dictionaries(st.binary(min_size=4, max_size=4), st.integers(0, 2**40 - 1)))
def test_an_event_id_is_read_as_the_position_it_was_made_of(position: dict[bytes, int]) -> None:
    assert read_event_id(event_id(position)) == position


@pytest.mark.parametrize("text", ["", "1", "2.", "1.A", "1.AAAA", "1.+/==", "1.\u0661", "null", "1.q83vEgAAAAAH\n"])
def test_what_is_no_event_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="event id"):
        read_event_id(text)


def test_a_shard_without_a_log_begins_at_its_beginning_and_takes_no_room() -> None:
    assert end_of(LANES) == {A: 7, B: -1}
    assert read_event_id(event_id(end_of(LANES))) == {A: 7}


def test_a_position_is_behind_the_first_shard_that_holds_more() -> None:
    assert first_behind({A: 7}, LANES) is None
    assert first_behind({A: 6, B: -1}, LANES) == LANES[A]
    assert first_behind({B: -1}, LANES) == LANES[A]


def test_an_index_that_is_made_anew_is_another_shard() -> None:
    assert len({mark("uuid-a", 0), mark("uuid-a", 1), mark("uuid-b", 0)}) == 3
