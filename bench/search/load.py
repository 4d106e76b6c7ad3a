"""Many logs into Elasticsearch as fast as it goes, streamed: the ground that searches are measured on."""

import time
from collections.abc import Iterator
from typing import NamedTuple

from bench.documents import documents, pack, unsent
from bench.ingest.raw import Plan, send
from bench.servers import Say
from bench.store import Store
from indexer.event.document import IndexTarget
from mappings.index import write_alias
from stack.events.generate import events, history

SEED = 2
PLAN = Plan(4_000_000, 3)  # one request is made while two are under way
PROGRESS_S = 5


class Ground(NamedTuple):
    """What is loaded where."""

    place: IndexTarget
    events: int
    days: float  # that `created_at` is spread over, up to `now_ms`
    now_ms: int

    def moments(self) -> Iterator[int]:
        """Give the `created_at` of every log, epoch ms."""
        return history(self.events, self.now_ms, self.days)


def load(store: Store, ground: Ground, say: Say) -> None:
    """Write the logs, and return when they are searchable and merges have settled."""
    alias, period = ground.place.alias, ground.place.period
    store.renew(ground.place, {write_alias(alias, period, moment) for moment in ground.moments()})
    made = documents(unsent(events(SEED, ground.moments())), ground.place)
    lines = _told((document.lines for document in made), ground.events, say)
    send(store.url, pack(lines, PLAN.bulk_bytes), PLAN.in_flight)
    store.refresh(alias)
    say("waiting for merges to settle")
    store.settle()
    store.refresh(alias)


def _told(lines: Iterator[bytes], total: int, say: Say) -> Iterator[bytes]:
    started = told = time.monotonic()
    for number, one in enumerate(lines, start=1):
        yield one
        now = time.monotonic()
        if now - told > PROGRESS_S:
            told = now
            say(f"{number:,} of {total:,} logs loaded, {number / (now - started):,.0f}/s")
