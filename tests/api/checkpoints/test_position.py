"""How far a tail has read."""

from api.checkpoints.position import Shard, end_of, first_unread, shard_key

A, B = shard_key("uuid-a", 0), shard_key("uuid-b", 0)
SHARDS = {A: Shard("logs-1", 0, A, 7), B: Shard("logs-2", 0, B, -1)}


def test_a_shard_without_a_log_takes_no_room() -> None:
    assert end_of(SHARDS) == {A: 7}


def test_a_position_is_behind_the_first_shard_that_holds_more() -> None:
    assert first_unread({A: 7}, SHARDS) is None
    assert first_unread({A: 6, B: -1}, SHARDS) == SHARDS[A]
    assert first_unread({B: -1}, SHARDS) == SHARDS[A]


def test_an_index_that_was_deleted_and_created_again_has_other_shards() -> None:
    assert len({shard_key("uuid-a", 0), shard_key("uuid-a", 1), shard_key("uuid-b", 0)}) == 3
