"""All logs that match, part by part, in one point in time; the next part is read while the current one is written."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import NamedTuple, TypeVar

from msgspec import Struct, structs

from api.query import PageStart, page_body
from api.request.params import SearchParams
from api.request.view import View
from api.store.answers import Hit
from api.store.budget import PATIENCE_S, Budget, Held
from api.store.client import Store
from api.store.documents import Source, parts, read_part, size_of

EXPORT_PART_BYTES = 1_000_000  # two parts are in memory at one time, each as bytes and as rows
EXPORT_COPIES = 3  # of a part: as it was read, as rows, and on its way to the client


_Item = TypeVar("_Item")


class Walk(Struct, frozen=True):
    """Which logs to read, which of their fields, and how many at most."""

    view: View
    params: SearchParams
    source: Source
    page_limit: int  # logs whose order and size is read at one time
    limit: int  # logs


class Part(NamedTuple):
    """Some logs in their order, and their memory."""

    hits: Sequence[Hit]
    held: Held


class Reader(NamedTuple):
    """Where the logs are read, and the memory for them."""

    store: Store
    budget: Budget
    pit: str


async def pages(reader: Reader, walk: Walk) -> AsyncGenerator[Part, None]:
    """Yield the logs in their order; raise `ApiError` where Elasticsearch does not answer.

    Who takes a part releases its memory once it was sent.
    """
    found = _parts(reader, walk)
    coming = asyncio.create_task(_next(reader, walk, found, PATIENCE_S))  # later parts wait as long as it takes
    try:
        while part := await coming:
            coming = asyncio.create_task(_next(reader, walk, found, None))
            with part.held:
                yield part
    finally:
        await _discard(coming)
        await found.aclose()


async def _discard(coming: asyncio.Task[Part | None]) -> None:
    """Stop reading a part; one that was read already gives its memory back."""
    coming.cancel()
    [left] = await asyncio.gather(coming, return_exceptions=True)
    if isinstance(left, Part):
        left.held.release()


async def _next(
    reader: Reader, walk: Walk, found: AsyncIterator[Sequence[Hit]], patience_s: float | None
) -> Part | None:
    """Return the next part with its documents; None after the last one."""
    hits = await next_of(found)
    if hits is None:
        return None
    held = await reader.budget.take(EXPORT_COPIES * sum(size_of(hit, walk.source) for hit in hits), patience_s)
    try:
        return Part(await read_part(reader.store, hits, walk.source, pit=reader.pit), held)
    except BaseException:
        held.release()
        raise


async def next_of(items: AsyncIterator[_Item]) -> _Item | None:
    """Return the next item; None after the last one."""
    # In CPython 3.11 `anext(items, None)` raises SystemError where a generator waits for something.
    try:
        return await anext(items)
    except StopAsyncIteration:
        return None


async def _parts(reader: Reader, walk: Walk) -> AsyncGenerator[Sequence[Hit], None]:
    """Yield the hits of all logs, those of a part at a time, without their documents."""
    left, start = walk.limit, PageStart(pit=reader.pit)
    while left:
        size = min(walk.page_limit, left)
        body = page_body(walk.view, structs.replace(walk.params, per_page=size), start)
        (found,) = await reader.store.search([body])
        for part in parts(found.hits.hits, EXPORT_PART_BYTES):
            yield part
        if len(found.hits.hits) < size:
            return
        left, start = left - size, PageStart(after=found.hits.hits[-1].sort, pit=reader.pit)
