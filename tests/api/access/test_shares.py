"""No key takes all slots: each may have about as many as are free."""

import pytest

from api.access.shares import Shares
from api.edge.admission import Slot, Slots
from api.edge.key import NO_KEY, Key
from api.errors import ApiError

A, B, C = (Key(name.encode() * 32, name) for name in "abc")


def shares(limit: int, share: float = 0.5) -> Shares:
    return Shares(Slots(limit, "none is free"), share, "exports")


def taken(of: Shares, key: Key) -> list[Slot]:
    """Take as many slots as the key gets."""
    slots: list[Slot] = []
    while True:
        try:
            slots.append(of.take(key))
        except ApiError:
            return slots


@pytest.mark.parametrize("limit", [2, 8, 64, 1000])
def test_a_key_gets_half_the_next_half_of_the_rest_and_somebody_new_finds_one(limit: int) -> None:
    of = shares(limit)
    first, second = len(taken(of, A)), len(taken(of, B))

    assert first == limit // 2
    assert 0 < second <= limit - first
    assert limit < 8 or taken(of, C)


def test_a_single_slot_is_for_whoever_comes() -> None:
    of = shares(1)

    assert len(taken(of, A)) == 1
    with pytest.raises(ApiError, match="none is free") as refused:
        of.take(B)
    assert refused.value.status == 503


def test_a_key_past_its_share_is_told_so_and_gets_a_slot_when_one_of_its_own_ends() -> None:
    of = shares(8)
    slots = taken(of, A)
    with pytest.raises(ApiError, match="this key has its share of the exports, 4 at one time") as refused:
        of.take(A)

    assert refused.value.status == 429
    slots[0].release()
    slots[0].release()  # once, however often it is asked for
    assert len(taken(of, A)) == 1


def test_what_others_give_back_is_shared_again() -> None:
    of = shares(8)
    of_a, of_b = taken(of, A), taken(of, B)
    for slot in (*of_a, *of_b):
        slot.release()

    assert len(taken(of, B)) == 4
    assert not of._held.keys() - {B.digest}


def test_without_keys_and_with_a_share_of_one_everything_can_be_taken() -> None:
    assert len(taken(shares(8), NO_KEY)) == 8
    assert len(taken(shares(8, share=1), A)) == 8
    assert len(taken(shares(8, share=0.75), A)) == 6
