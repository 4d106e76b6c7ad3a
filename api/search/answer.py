"""The answer of a search: the documents of its logs are read part by part, and written as they come."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from msgspec import structs

from api.envelope import SEARCH_BEGIN, LogFormat, SearchResult, end_pieces, log_pieces, menu_characters
from api.search.find import Asked
from api.search.highlights import Room, highlights
from api.services import Services
from api.store.budget import SMALL_BYTES
from api.store.documents import parts, read_part, source_of
from api.store.held_answer import HeldAnswer, memory_for, slices


def search_response(services: Services, asked: Asked, result: SearchResult, message: str) -> HeldAnswer:
    """Return the answer of a search."""
    memory = memory_for(result.hits, source_of(asked.view, asked.params))
    # The menus are there twice: as they were read, and as they are written.
    memory = memory._replace(size_bytes=memory.size_bytes + 2 * menu_characters(result))
    return HeldAnswer(services.budget, memory, partial(_pieces, services, asked, result, message))


async def _pieces(services: Services, asked: Asked, result: SearchResult, message: str) -> AsyncGenerator[bytes, None]:
    form = LogFormat(asked.params.include_detail, services.settings.api_times)
    params, source, shown = asked.params, source_of(asked.view, asked.params), 0
    highlighted: list[dict[str, Any]] = []
    room = Room()
    yield SEARCH_BEGIN
    for part in parts(result.hits):
        hits = await read_part(services.store, part, source, preference=asked.preference)
        for piece in log_pieces(hits, form, shown):
            yield piece
        shown += len(hits)
        if params.highlight:
            # In a thread, so that other requests are answered meanwhile.
            highlighted += await asyncio.to_thread(highlights, hits, params.query, room)
    extras = {"highlights": highlighted, **result.extras} if params.highlight else result.extras
    for piece in end_pieces(structs.replace(result, extras=extras), message):
        for each in slices(piece):
            yield each
        if len(piece) > SMALL_BYTES:
            await services.store.turns.wait()  # before the next menu is written
