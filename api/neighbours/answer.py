"""The answer: the documents of the neighbours are read part by part, and written as they come."""

from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import NamedTuple

from api.envelope import LogFormat, log_pieces, success
from api.services import Services
from api.store.answers import Hit
from api.store.documents import Source, parts, read_part, shown_fields
from api.store.held_answer import HeldAnswer, memory_for

NEIGHBOUR_SOURCE: Source = shown_fields(with_bodies=False)


class Around(NamedTuple):
    """A log with its document, and the logs on both sides without theirs, oldest first."""

    before: Sequence[Hit]
    log: Hit
    after: Sequence[Hit]


def neighbours_response(services: Services, around: Around, preference: str, message: str) -> HeldAnswer:
    """Return the answer with the logs around one log."""
    memory = memory_for([*around.before, around.log, *around.after], NEIGHBOUR_SOURCE)
    return HeldAnswer(services.budget, memory, partial(_pieces, services, around, preference, message))


async def _pieces(services: Services, around: Around, preference: str, message: str) -> AsyncGenerator[bytes, None]:
    form = LogFormat(with_bodies=False, times=services.settings.api_times)

    async def logs(hits: Sequence[Hit]) -> AsyncGenerator[bytes, None]:
        shown = 0
        for part in parts(hits):
            read = await read_part(services.store, part, NEIGHBOUR_SOURCE, preference=preference)
            for piece in log_pieces(read, form, shown):
                yield piece
            shown += len(part)

    yield b'{"data":{"before":['
    async for piece in logs(around.before):
        yield piece
    yield b'],"log":'
    for piece in log_pieces([around.log], form):
        yield piece
    yield b',"after":['
    async for piece in logs(around.after):
        yield piece
    yield b"]}," + success(None, message).removeprefix(b'{"data":null,')
