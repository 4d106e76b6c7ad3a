"""How far a tail has read, as an event id and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.checkpoints.position import Shard, end_of, event_id, first_unread, parse_event_id, shard_key

A, B = shard_key("uuid-a", 0), shard_key("uuid-b", 0)
SHARDS = {A: Shard("logs-1", 0, A, 7), B: Shard("logs-2", 0, B, -1)}


@given(st.dictionaries(st.binary(min_size=4, max_size=4), st.integers(0, 2**40 - 1)))
def test_an_event_id_is_read_as_the_position_it_was_made_of(position: dict[bytes, int]) -> None:
    assert parse_event_id(event_id(position)) == position


@pytest.mark.parametrize("text", ["", "1", "2.", "1.A", "1.AAAA", "1.+/==", "1.\u0661", "null", "1.q83vEgAAAAAH\n"])
def test_a_text_that_is_not_an_event_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="event id"):
        parse_event_id(text)


def test_a_shard_without_a_log_begins_at_its_beginning_and_takes_no_room() -> None:
    assert end_of(SHARDS) == {A: 7, B: -1}
    assert parse_event_id(event_id(end_of(SHARDS))) == {A: 7}


def test_a_position_is_behind_the_first_shard_that_holds_more() -> None:
    assert first_unread({A: 7}, SHARDS) is None
    assert first_unread({A: 6, B: -1}, SHARDS) == SHARDS[A]
    assert first_unread({B: -1}, SHARDS) == SHARDS[A]


def test_an_index_that_was_deleted_and_created_again_has_other_shards() -> None:
    assert len({shard_key("uuid-a", 0), shard_key("uuid-a", 1), shard_key("uuid-b", 0)}) == 3
