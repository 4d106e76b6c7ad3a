"""Whether Elasticsearch answers, known at any moment: a question about the alias, asked all the time.

A server that is frozen accepts requests and never answers. Whoever waits for it is told as soon as the watch
knows, and not when the search's own time is up.
"""

import asyncio
from collections.abc import Coroutine
from time import monotonic
from typing import Any, TypeVar

import structlog
from elasticsearch import ApiError as ElasticsearchError
from elasticsearch import AsyncElasticsearch, ConnectionTimeout, TransportError

from api.errors import ApiError

PAUSE_S = 0.3  # between two questions
SILENCE_S = 1.4  # without any answer: it is away. With the pause, a caller is told within two seconds

T = TypeVar("T")
_log = structlog.get_logger()


class Watch:
    """Asks, in the background, whether the alias is there, with a client of its own.

    The searches' connections may all be busy without Elasticsearch being away.
    """

    def __init__(self, client: AsyncElasticsearch, alias: str) -> None:
        self._client = client.options(request_timeout=SILENCE_S)
        self._alias = alias
        self._heard_s = monotonic()
        self._running: set[asyncio.Task[Any]] = set()
        self.answers = True  # until the first question says otherwise
        self.has_index = False

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(PAUSE_S)

    async def look(self) -> None:
        """Ask once."""
        try:
            self.has_index = bool(await self._client.indices.exists_alias(name=self._alias))
        except ElasticsearchError:  # such as a login that may not ask this: it answers
            self.has_index = True
        except TransportError as error:
            self._away(error)
            return
        self.heard()

    def heard(self) -> None:
        """Take note of an answer, to whatever question."""
        self._heard_s = monotonic()
        if not self.answers:
            _log.info("Elasticsearch answers again")
        self.answers = True

    async def guard(self, search: Coroutine[Any, Any, T]) -> T:
        """Run a search while Elasticsearch answers; raise `ApiError` 503 when it does not."""
        task = asyncio.ensure_future(search)
        self._running.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if self.answers or _is_cancelled():
                raise
            raise unavailable() from None
        finally:
            self._running.discard(task)

    def _away(self, error: Exception) -> None:
        if isinstance(error, ConnectionTimeout) and monotonic() - self._heard_s < SILENCE_S:
            return  # slow, but searches were answered in the meantime
        if self.answers:
            _log.error("Elasticsearch does not answer", error=str(error))
        self.answers = False
        for task in self._running:
            task.cancel()


def unavailable(reason: str = "the watch has no answer from Elasticsearch") -> ApiError:
    """Return the error of a search while Elasticsearch is away."""
    return ApiError(503, "the log store does not answer at the moment: try again in a moment", reason=reason)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and bool(task.cancelling())
