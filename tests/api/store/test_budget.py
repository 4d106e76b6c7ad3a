"""The memory of large answers: shared in turn, never exceeded, given back whatever happens."""

import asyncio

import pytest

from api.errors import ApiError
from api.store.budget import SMALL_BYTES, Budget

LIMIT = 10_000_000


def test_who_asks_for_more_than_is_free_waits_for_those_before() -> None:
    async def order() -> list[str]:
        budget, done = Budget(LIMIT), []

        async def use(name: str, size: int) -> None:
            with await budget.take(size, None):
                done.append(name)
                await asyncio.sleep(0)

        first = await budget.take(6_000_000, None)
        waiting = [asyncio.create_task(use(name, size)) for name, size in (("b", 5_000_000), ("c", 1_000_000))]
        await asyncio.sleep(0)
        assert done == []  # not even the one for which there was room: it came later
        first.release()
        await asyncio.gather(*waiting)
        assert budget.free_bytes == LIMIT
        return done

    assert asyncio.run(order()) == ["b", "c"]


def test_a_small_answer_never_waits() -> None:
    async def take() -> None:
        budget = Budget(LIMIT)
        with await budget.take(LIMIT, None), await budget.take(SMALL_BYTES, None):
            assert budget.free_bytes == 0

    asyncio.run(take())


def test_an_answer_larger_than_all_there_is_takes_all() -> None:
    async def take() -> None:
        budget = Budget(LIMIT)
        with await budget.take(5 * LIMIT, None):
            assert budget.free_bytes == 0
        assert budget.free_bytes == LIMIT

    asyncio.run(take())


def test_who_waits_too_long_gets_a_503_and_blocks_nobody() -> None:
    async def wait() -> None:
        budget = Budget(LIMIT)
        first = await budget.take(LIMIT, None)
        with pytest.raises(ApiError) as refused:
            await budget.take(LIMIT, 0)
        assert refused.value.status == 503
        first.release()
        first.release()
        assert budget.free_bytes == LIMIT

    asyncio.run(wait())


def test_what_a_cancelled_request_was_given_is_given_back() -> None:
    async def cancel() -> None:
        budget = Budget(LIMIT)
        first = await budget.take(LIMIT, None)
        waiting = [asyncio.create_task(budget.take(LIMIT, None)) for _ in range(2)]
        await asyncio.sleep(0)
        waiting[0].cancel()  # while it waits
        first.release()
        waiting[1].cancel()  # when it was its turn, before it ran
        await asyncio.gather(*waiting, return_exceptions=True)
        assert budget.free_bytes == LIMIT

    asyncio.run(cancel())
