"""Around every request: its id, one log line, the figures, and an answer even when the program is wrong.

Plain ASGI: what Starlette offers for this runs every request in a second task and copies its answer.
"""

import asyncio
from time import perf_counter

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge.admission import FULL, Gate
from api.edge.request_id import request_id
from api.errors import SENTENCES, failure
from api.metrics import Metrics

HUNG_UP = 499  # nobody was there any more: never sent, only logged and counted
_log = structlog.get_logger()


class Edge:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, metrics: Metrics, gate: Gate) -> None:
        self._app = app
        self._metrics = metrics
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        with structlog.contextvars.bound_contextvars(request_id=exchange.request_id):
            with self._metrics.in_flight.track_inprogress():
                await self._admit(exchange, receive)
            self._account(exchange)

    async def _admit(self, exchange: "_Exchange", receive: Receive) -> None:
        place = self._gate.enter(exchange.scope)
        if place is None:
            await failure(503, FULL)(exchange.scope, receive, exchange.send)
            return
        try:
            await _answer(self._app, exchange, receive)
        finally:
            place.leave()

    def _account(self, exchange: "_Exchange") -> None:
        # The path, never the query: it holds what people search for. Keys are in no log line at all.
        seconds = perf_counter() - exchange.started_s
        route = getattr(exchange.scope.get("route"), "path", "none")
        self._metrics.requests.labels(route, str(exchange.status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        told = {name: exchange.scope.get("state", {}).get(name) for name in ("reader", "reason")}
        _log.info(
            "answered",
            method=exchange.scope["method"],
            path=exchange.scope["path"],
            status=exchange.status,
            milliseconds=round(seconds * 1000, 1),
            client=(exchange.scope.get("client") or [""])[0],
            **{name: value for name, value in told.items() if value},
        )


class _Exchange:
    """One request and what became of it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.started_s = perf_counter()
        self.status = HUNG_UP
        self.request_id = request_id(scope["headers"])
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)["X-Request-Id"] = self.request_id
        await self._send(message)


async def _answer(app: ASGIApp, exchange: _Exchange, receive: Receive) -> None:
    try:
        await _while_connected(app, exchange, receive)
    except Exception:
        _log.exception("unexpected error")
        if exchange.status != HUNG_UP:
            raise  # half an answer is out: the server cuts the connection, so that the client sees it
        await failure(500, SENTENCES[500])(exchange.scope, receive, exchange.send)


async def _while_connected(app: ASGIApp, exchange: _Exchange, receive: Receive) -> None:
    """Run the app; when the client hangs up first, stop it, and with it what it asks of Elasticsearch."""
    work = asyncio.ensure_future(app(exchange.scope, receive, exchange.send))
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
