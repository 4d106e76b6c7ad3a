"""Event ids: what was written is read, by us alone, however many indices there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.checkpoints.event_ids import LISTED, MAX_ID_CHARACTERS, EventIds
from api.checkpoints.position import Position, Shard, Shards, end_of, shard_key

IDS = EventIds(b"k" * 32)
YEARS = 730  # daily indices


def shards(*checkpoints: int, first: int = 0) -> Shards:
    """Return the shards of consecutive daily indices, searchable up to these numbers."""
    found = [
        Shard(f"logs-{day:04}", 0, shard_key(f"uuid-{day}", 0), number)
        for day, number in enumerate(checkpoints, start=first)
    ]
    return {shard.key: shard for shard in found}


def position(of: Shards) -> Position:
    return end_of(of)


@given(st.lists(st.integers(-1, 2**40 - 1), max_size=200))
def test_an_id_is_read_as_the_position_that_it_was_made_of(numbers: list[int]) -> None:
    now = shards(*numbers)

    assert IDS.read(IDS.write(position(now), now), now) == position(now)


def test_the_id_of_two_years_is_short_enough_for_any_proxy() -> None:
    now = shards(*range(10**11, 10**11 + YEARS))

    assert len(IDS.write(position(now), now)) < MAX_ID_CHARACTERS
    assert IDS.read(IDS.write(position(now), now), now) == position(now)


def test_what_has_changed_since_is_behind_the_position_also_in_old_indices() -> None:
    before = shards(*[1000] * YEARS)
    written = IDS.write(position(before), before)
    late = {3: 1001, 200: 5000, 500: 1002, YEARS - 1: 9000}
    now = shards(*(late.get(day, 1000) for day in range(YEARS)), 7)

    assert IDS.read(written, now) == position(before)


def test_indices_that_retention_deleted_and_new_ones_change_nothing_else() -> None:
    before = shards(*[1000] * YEARS)
    written = IDS.write(position(before), before)
    now = shards(*[1000] * (YEARS - 8), *[7] * 8, first=8)  # eight days later

    assert IDS.read(written, now) == {key: number for key, number in position(before).items() if key in now}


def test_a_position_within_an_old_index_is_kept() -> None:
    now = shards(*[1000] * YEARS)
    inside = {**position(now), shard_key("uuid-5", 0): 17}

    assert IDS.read(IDS.write(inside, now), now) == inside


def test_an_id_is_refused_when_it_cannot_be_read_exactly() -> None:
    before = shards(*[1000] * YEARS)
    written = IDS.write(position(before), before)
    replayed = shards(*[2000] * (YEARS - LISTED), *[1000] * LISTED)

    with pytest.raises(ValueError, match="too many indices have changed"):
        IDS.read(written, replayed)


def test_an_id_of_indices_that_are_gone_is_refused() -> None:
    before = shards(5, 6)

    with pytest.raises(ValueError, match="no longer exist"):
        IDS.read(IDS.write(position(before), before), shards(5, 6, first=10))


@pytest.mark.parametrize("text", ["", "2", "2.", "2.A", "2.AAAA", "2.+/==", "2.\u0661", "null", "2." + "A" * 9_000])
def test_a_text_that_is_not_an_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an id of this service"):
        IDS.read(text, shards(1))


def test_an_id_of_an_earlier_release_is_named_as_such() -> None:
    with pytest.raises(ValueError, match="earlier release"):
        IDS.read("1." + "q83vEgAAAAAH" * 9_000, shards(1))


def test_an_id_that_was_changed_or_is_of_another_key_is_refused() -> None:
    now = shards(*[1] * 70)
    written = IDS.write(position(now), now)
    changed = [written[:at] + ("A" if written[at] != "A" else "B") + written[at + 1 :] for at in range(2, 60)]

    for text in [*changed, written + "AAAA", written + "!", EventIds(b"x" * 32).write(position(now), now)]:
        with pytest.raises(ValueError, match="not an id of this service"):
            IDS.read(text, now)


def test_an_id_does_not_show_what_is_written() -> None:
    few, many = shards(5), shards(5_000_000)

    assert len({IDS.write(position(few), few) for _ in range(10)}) == 10
    assert len(IDS.write(position(few), few)) == len(IDS.write(position(many), many))
