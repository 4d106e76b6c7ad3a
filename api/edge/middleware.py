"""The outermost layer of the app: admission, log lines and metrics of each request, a 500 for unexpected errors.

Plain ASGI: Starlette's `BaseHTTPMiddleware` runs every request in a second task and copies its answer.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from time import perf_counter

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from api.edge.admission import Slot, is_limited
from api.edge.exchange import Exchange
from api.edge.target import FOREIGN_HOST, is_for_this_machine
from api.errors import MESSAGES, ApiError, failure, failure_of
from api.metrics import ApiMetrics

_log = structlog.get_logger()


class Middleware:
    """Around the whole app."""

    def __init__(
        self, app: ASGIApp, metrics: ApiMetrics, take_slot: Callable[[Exchange], Slot], *, is_locked: bool
    ) -> None:
        """Take a function that returns a slot for a request, or raises `ApiError`."""
        self._app = app
        self._metrics = metrics
        self._take_slot = take_slot
        self._is_locked = is_locked  # a key is needed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, send)
        with structlog.contextvars.bound_contextvars(request_id=exchange.request_id):
            try:
                with self._metrics.in_flight.track_inprogress():
                    await self._admit(exchange, receive)
            finally:
                _audit(exchange)
                self._record(exchange)  # the last line of a request

    async def _admit(self, exchange: Exchange, receive: Receive) -> None:
        if not (self._is_locked or is_for_this_machine(exchange.scope["headers"])):
            await failure(403, FOREIGN_HOST)(exchange.scope, receive, exchange.send)
            return
        if not is_limited(exchange.scope["path"]):
            await _answer(self._app, exchange, receive)
            return
        try:
            exchange.slot = self._take_slot(exchange)
        except ApiError as error:
            await failure_of(error)(exchange.scope, receive, exchange.send)
            return
        with exchange.slot:
            await _answer(partial(_while_connected, self._app), exchange, receive)

    def _record(self, exchange: Exchange) -> None:
        # The path without the query string: that holds what people search for. No log line holds a key.
        seconds = perf_counter() - exchange.started_s
        self._metrics.answered(exchange.route, exchange.status, seconds)
        given = {"reader": exchange.key.kind, "key": exchange.key.name, "reason": exchange.reason}
        _log.info(
            "answered",
            method=exchange.method,
            path=exchange.path,
            status=exchange.status,
            milliseconds=round(seconds * 1000, 1),
            client=(exchange.scope.get("client") or [""])[0],
            **{name: value for name, value in given.items() if value},
        )


def _audit(exchange: Exchange) -> None:
    """Write who has read bodies, exported or tailed; never what was read or searched for."""
    reading = exchange.reading
    if not reading or exchange.status != HTTPStatus.OK:
        return
    _log.info(
        "logs read",
        key=exchange.key.name,
        group=exchange.scope["path_params"].get("group", ""),
        route=exchange.route,
        parameters=reading.parameters,
        bodies=reading.bodies,
        count=reading.count,
        complete=reading.is_complete,
    )


async def _answer(app: ASGIApp, exchange: Exchange, receive: Receive) -> None:
    try:
        await app(exchange.scope, receive, exchange.send)
    except Exception:
        _log.exception("unexpected error")
        if exchange.is_answering:
            raise  # the server closes the connection, so the client sees that the answer is not complete
        await failure(500, MESSAGES[500])(exchange.scope, receive, exchange.send)


async def _while_connected(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Run the app; where the client disconnects first, cancel it and its searches in Elasticsearch."""
    work = asyncio.ensure_future(app(scope, receive, send))
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        if not work.done():
            work.cancel()
    try:
        await work
    except asyncio.CancelledError:
        if not work.cancelled():
            raise


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
