"""The application: routes, handlers, and the two clients, which live as long as it does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from api import health
from api.access.rate_limits import Limits
from api.checkpoints.beat import Feed
from api.edge.admission import Gate
from api.edge.cors import HEADERS, METHODS, Cors
from api.edge.middleware import Edge
from api.errors import ApiError, answer_api_error, answer_http_error
from api.export import routes as export
from api.export.download import Exports
from api.facets import routes as facets
from api.metrics import Metrics
from api.search import detail
from api.search import routes as logs
from api.settings import ApiSettings
from api.stats import routes as stats
from api.store.client import Store, connect
from api.store.liveness import Watch
from api.store.readiness import Readiness
from api.tail import routes as tail
from api.tail.pages import Backlog


def create_app(settings: ApiSettings) -> FastAPI:
    """Return the API as an ASGI application. It starts, and says so in /readyz, without Elasticsearch too."""
    app = FastAPI(
        title="gateway-logs",
        description="Search over the logs of an AI gateway.",
        lifespan=_lifespan,
        redirect_slashes=False,
        exception_handlers={ApiError: answer_api_error, HTTPException: answer_http_error},
    )
    app.state.settings = settings
    app.state.keyring = settings.keyring()
    app.state.limits = Limits(settings.api_key_requests_per_second, settings.api_key_concurrency)
    app.state.metrics = Metrics()
    app.state.exports = Exports(settings.api_max_exports)
    app.include_router(logs.router)
    app.include_router(detail.router)
    app.include_router(facets.router)
    app.include_router(stats.router)
    app.include_router(export.router)
    app.include_router(tail.router)
    app.include_router(health.router)
    app.state.gate = Gate(settings.api_max_searches)
    app.add_middleware(Edge, metrics=app.state.metrics, gate=app.state.gate)
    if settings.origins():
        app.add_middleware(
            Cors,
            allow_origins=settings.origins(),
            allow_methods=METHODS,
            allow_headers=HEADERS,
            expose_headers=["X-Request-Id", "Retry-After", "X-Export-Total"],
        )
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: ApiSettings = app.state.settings
    watcher = connect(settings, connections=2)
    app.state.watch = Watch(watcher, settings.index_alias)
    app.state.store = Store(settings, app.state.watch, app.state.metrics)
    app.state.feed = Feed(app.state.store, app.state.metrics, settings.api_max_tails)
    app.state.backlog = Backlog(app.state.store)
    app.state.readiness = Readiness(app.state.watch, app.state.store)
    parts = (app.state.watch, app.state.feed, app.state.keyring)
    running = [asyncio.create_task(part.run()) for part in parts]
    yield
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    await app.state.store.client.close()
    await watcher.close()
