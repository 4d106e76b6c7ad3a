"""Work is spread over the iterations of the event loop, and large answers are read and asked for a few at a time."""

import asyncio

from api.request.view import ALL_GROUPS
from api.store.large_answers import (
    AT_ONE_TIME,
    MAX_KNOWN,
    REQUESTS_OF_A_GROUP,
    REQUESTS_OF_ALL_GROUPS,
    LargeAnswers,
    _current,
)
from api.store.turns import Turns


def test_one_task_goes_on_in_each_iteration() -> None:
    async def iterations() -> list[int]:
        turns, now, seen = Turns(), [0], list[int]()
        loop = asyncio.get_running_loop()

        def count() -> None:
            now[0] += 1
            loop.call_soon(count)

        async def work() -> None:
            await turns.wait()
            seen.append(now[0])

        loop.call_soon(count)
        await asyncio.gather(*(work() for _ in range(40)))
        return seen

    seen = asyncio.run(iterations())

    assert len(set(seen)) == 40
    assert seen == sorted(seen)


def test_a_task_that_is_cancelled_while_it_waits_holds_nobody_up() -> None:
    async def rest() -> None:
        turns = Turns()
        first, second, third = (asyncio.create_task(turns.wait()) for _ in range(3))
        await asyncio.sleep(0)
        first.cancel()
        second.cancel()
        await third

    asyncio.run(asyncio.wait_for(rest(), 10))


async def highest(answers: LargeAnswers, whose: str, number: int) -> int:
    """Return how many of so many large answers were read at one time."""
    running, most = 0, 0

    async def read() -> None:
        nonlocal running, most
        async with answers.reading(whose):
            running += 1
            most = max(most, running)
            await _current.get().take()
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(read() for _ in range(number)))
    return most


def test_whose_answer_was_large_is_asked_a_few_times_at_once_from_then_on() -> None:
    async def found() -> list[int]:
        answers = LargeAnswers(lambda: None)
        return [await highest(answers, whose, 20) for whose in ("group a", "group a", "group b", ALL_GROUPS, "")]

    few = REQUESTS_OF_A_GROUP
    assert asyncio.run(found()) == [few, AT_ONE_TIME, few, REQUESTS_OF_ALL_GROUPS, 20]


def test_so_many_names_are_kept_the_latest_ones() -> None:
    async def found() -> list[int]:
        answers = LargeAnswers(lambda: None)
        for number in range(MAX_KNOWN + 1):
            await highest(answers, f"group {number}", 1)
        return [await highest(answers, f"group {number}", 10) for number in (MAX_KNOWN, 0)]

    assert asyncio.run(found()) == [AT_ONE_TIME, REQUESTS_OF_A_GROUP]
