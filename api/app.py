"""The application: middlewares, routes, error handlers, and the services behind them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from api import freshness, health, identity
from api.console import routes as console
from api.docs import routes as docs
from api.edge.admission import Slots
from api.edge.cors import Cors
from api.edge.failures import answer_api_error, answer_http_error
from api.edge.middleware import Middleware
from api.error_groups import routes as error_groups
from api.errors import ApiError
from api.export import routes as export
from api.facets import routes as facets
from api.metrics import ApiMetrics
from api.neighbours import routes as neighbours
from api.openapi.document import document
from api.openapi.schemas import Schema
from api.search import detail
from api.search import routes as search
from api.services import State, running_services, take_slot
from api.settings import ApiSettings
from api.stats import routes as stats
from api.tail import routes as tail

FEATURES = (search, detail, facets, stats, error_groups, neighbours, freshness, export, tail, identity, health, docs)


class _Api(FastAPI):
    """An application that describes itself by a document of our own."""

    document: Schema

    def openapi(self) -> Schema:
        """Return the document of `/openapi.json`."""
        return self.document


def create_app(settings: ApiSettings, metrics: ApiMetrics, slots: Slots) -> FastAPI:
    """Return the ASGI application. Without Elasticsearch it starts too, and /readyz says so."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with running_services(settings, metrics, slots) as services:
            yield {"services": services}

    app = _Api(
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,  # its page loads scripts from another host: api/docs has one of ours
        redoc_url=None,
        exception_handlers={ApiError: answer_api_error, HTTPException: answer_http_error},
    )
    for feature in (*FEATURES, *([console] if settings.api_console else [])):
        app.include_router(feature.router)
    routes = [route for feature in FEATURES for route in feature.router.routes]
    app.document = document(routes, version("gateway-logs"), settings.api_times)
    app.add_middleware(Middleware, metrics=metrics, take_slot=take_slot, is_locked=settings.keyring().is_locked)
    if origins := settings.origins():
        app.add_middleware(Cors, origins=origins)
    return app
