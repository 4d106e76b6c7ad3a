"""What the requests of one process share: made at start, ended with the app."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypedDict

from starlette.requests import Request

from api.access.control import AccessControl
from api.access.rate_limits import RateLimits
from api.access.shares import Shares
from api.access.streams import Streams
from api.checkpoints.as_of import Moments
from api.checkpoints.id_key import IdKey
from api.checkpoints.poller import CheckpointPoller
from api.clauses import Body
from api.edge.admission import Slot, Slots
from api.edge.exchange import Exchange
from api.metrics import ApiMetrics
from api.repetitive.check import PhraseCheck
from api.request.params import P, ParsedRequest
from api.settings import ApiSettings
from api.store.budget import Budget
from api.store.client import Store, open_client
from api.store.liveness import Liveness
from api.store.readiness import Readiness
from api.store.shared_reads import ReadLimits, SharedReads

LIVENESS_CONNECTIONS = 2
# Tails read what the index refresh brought, most of them the same. They must not crowd out the searches.
TAIL_READS = ReadLimits(concurrency=4, results=64, result_bytes=8_000_000)


@dataclass(frozen=True, slots=True)
class Services:
    """The shared objects, each typed."""

    settings: ApiSettings
    metrics: ApiMetrics
    access: AccessControl
    liveness: Liveness
    readiness: Readiness
    store: Store
    moments: Moments
    phrases: PhraseCheck
    budget: Budget  # of answers and exports
    tail_budget: Budget
    exports: Shares
    tails: Shares
    tail_reads: SharedReads

    async def resolve(self, request: ParsedRequest[P], clauses: Sequence[Body] = ()) -> ParsedRequest[P]:
        """Return a request with a view of the moment that it names, once its phrases were checked; raise `ApiError`.

        `clauses` are those that all logs match which it searches.
        """
        resolved = await self.moments.resolve(request)
        await self.phrases.check(resolved, clauses)
        return resolved


class State(TypedDict):
    """What the lifespan yields: the state of every request."""

    services: Services


def services_of(request: Request) -> Services:
    """Return the services of the process that answers a request."""
    services: Services = request.state.services
    return services


def take_slot(exchange: Exchange) -> Slot:
    """Return a slot for a request; raise `ApiError` 429 or 503."""
    services: Services = exchange.scope["state"]["services"]
    return services.access.take_slot(exchange)


@asynccontextmanager
async def running_services(settings: ApiSettings, metrics: ApiMetrics, slots: Slots) -> AsyncIterator[Services]:
    """Make the services, run their background tasks, and close them at the end."""
    probe = open_client(settings, LIVENESS_CONNECTIONS)
    liveness = Liveness(probe, settings.index_alias)
    store = Store(settings, liveness, metrics)
    services = Services(
        settings=settings,
        metrics=metrics,
        access=_access(settings, slots),
        liveness=liveness,
        readiness=Readiness(liveness, store),
        store=store,
        moments=Moments(CheckpointPoller(store), IdKey(store)),
        phrases=PhraseCheck(store),
        budget=Budget(settings.api_budget_bytes * 3 // 4),
        tail_budget=Budget(settings.api_budget_bytes // 4),
        exports=Shares(
            Slots(settings.api_max_exports, "too many exports are running: try again in a moment"),
            settings.api_key_share,
            "exports",
        ),
        tails=Shares(
            Slots(settings.api_max_tails, "too many tails are open: try again in a moment"),
            settings.api_key_share,
            "tails",
        ),
        tail_reads=SharedReads(TAIL_READS),
    )
    loops = (liveness.run, services.moments.poller.run, services.access.run)
    tasks = [asyncio.create_task(loop()) for loop in loops]
    try:
        yield services
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await store.close()
        await probe.close()


def _access(settings: ApiSettings, slots: Slots) -> AccessControl:
    limits = RateLimits(settings.api_key_requests_per_second, settings.api_key_concurrency)
    searches = Shares(slots, settings.api_key_share, "requests")
    return AccessControl(settings.keyring(), limits, searches, Streams())
