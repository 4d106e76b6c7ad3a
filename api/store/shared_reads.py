"""Reads that many ask for at once: each runs once, and its result is remembered for those who ask a little later."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, NamedTuple, Protocol, TypeVar


class Sized(Protocol):
    """A result that knows its size."""

    @property
    def size_bytes(self) -> int:
        """Return the bytes that it takes in memory."""


class ReadLimits(NamedTuple):
    """How many reads run at one time, and what is remembered of their results."""

    concurrency: int
    results: int
    result_bytes: int


V = TypeVar("V", bound=Sized)


class SharedReads:
    """Reads by key. The oldest results are forgotten first."""

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        self._reads: OrderedDict[Hashable, asyncio.Task[Any]] = OrderedDict()
        self._running = asyncio.Semaphore(limits.concurrency)

    async def get(self, key: Hashable, read: Callable[[], Awaitable[V]]) -> V:
        """Return the result of `read`, or that of the same key before; raise what it raises."""
        task = self._reads.get(key)
        if task is None or _failed(task):
            task = self._reads[key] = asyncio.create_task(self._run(read))
            task.add_done_callback(lambda _: self._forget_oldest())
        # Shielded: the first caller may disconnect while others still wait.
        result: V = await asyncio.shield(task)
        return result

    def remembered_bytes(self) -> int:
        """Return the size of all results that are remembered."""
        done = (task for task in self._reads.values() if task.done() and not _failed(task))
        return sum(task.result().size_bytes for task in done)

    async def _run(self, read: Callable[[], Awaitable[V]]) -> V:
        async with self._running:
            return await read()

    def _forget_oldest(self) -> None:
        while len(self._reads) > self._limits.results or self.remembered_bytes() > self._limits.result_bytes:
            self._reads.popitem(last=False)


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
