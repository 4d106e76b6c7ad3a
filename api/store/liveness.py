"""Whether Elasticsearch answers: a small request is repeated in the background.

A frozen server accepts requests and never answers. Searches that wait for it fail as soon as this is known, and not
when their own timeout ends.
"""

import asyncio
from collections.abc import Coroutine
from time import monotonic
from typing import Any, TypeVar

import structlog
from elasticsearch import ApiError as ElasticsearchError
from elasticsearch import (
    AsyncElasticsearch,
    AuthenticationException,
    AuthorizationException,
    ConnectionTimeout,
    TransportError,
    UnsupportedProductError,
)

from api.errors import ApiError
from service.elasticsearch_version import ROOT_HEADERS, ServerNotSupportedError, check_version

CHECK_PAUSE_S = 0.3  # between two checks
SILENCE_S = 1.4  # without any answer it counts as away. With the pause, a caller gets a 503 within two seconds

T = TypeVar("T")
_log = structlog.get_logger()


class Liveness:
    """Asks in the background whether the alias exists, with a client of its own.

    All connections of the searches may be busy although Elasticsearch answers.
    """

    def __init__(self, client: AsyncElasticsearch, alias: str) -> None:
        self._client = client.options(request_timeout=SILENCE_S)
        self._alias = alias
        self._heard_s = monotonic()
        self._running: set[asyncio.Task[Any]] = set()
        self.answers = True  # until the first check fails
        self.has_index = False
        self.not_supported = ""  # which server it is instead
        self._is_version_known = False

    async def run(self) -> None:
        """Check until cancelled."""
        while True:
            await self.check()
            await asyncio.sleep(CHECK_PAUSE_S)

    async def check(self) -> None:
        """Check once."""
        try:
            await self._check_version()
            self.has_index = bool(await self._client.indices.exists_alias(name=self._alias))
        except ServerNotSupportedError as error:
            self._refuse(str(error))
            return
        except ElasticsearchError:  # such as missing rights for this request: it does answer
            self.has_index = True
        except TransportError as error:
            self._away(error)
            return
        self.heard()

    async def _check_version(self) -> None:
        """Ask for the version until it is known; after that the server is taken to stay what it is."""
        if self._is_version_known:
            return
        try:
            check_version((await self._client.perform_request("GET", "/", headers=ROOT_HEADERS)).body)
        except UnsupportedProductError as error:
            check_version(error.body)  # another product, or a proxy that removes the header
        except (AuthenticationException, AuthorizationException):
            pass  # `GET /` needs a right that a search does not need
        self._is_version_known, self.not_supported = True, ""

    def _refuse(self, reason: str) -> None:
        if reason != self.not_supported:
            _log.error("the server cannot be used", reason=reason)
        self.not_supported, self.answers = reason, False

    def heard(self) -> None:
        """Record that an answer arrived, to any request."""
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
            return  # slow, but searches were answered meanwhile
        if self.answers:
            _log.error("Elasticsearch does not answer", error=str(error))
        self.answers = False
        for task in self._running:
            task.cancel()


def unavailable(reason: str = "the liveness check has no answer") -> ApiError:
    """Return the error of a search while Elasticsearch is away."""
    return ApiError(503, "Elasticsearch does not answer at the moment: try again in a moment", reason=reason)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and bool(task.cancelling())
