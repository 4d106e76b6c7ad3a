"""`python -m bench overload`: what one API can take, and what becomes of three and ten times as much."""

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple
from uuid import uuid4

import uvloop

from bench.overload.client import Answer, Client
from bench.programs import api_program
from bench.search.compare import percentile
from bench.search.load import Ground, load
from bench.servers import Say, Servers
from bench.store import Store
from bench.table import table
from bench.usage import peak_bytes
from indexer.event.document import IndexTarget

PATH = "/api/logs/search?include_detail=false"
OK, FULL = 200, 503
WORKERS = 16  # as many requests at one time find what it can serve
WARM_UP = 5  # times as long: Java compiles what is used often
TICK_S = 0.005
HEALTH_S = 0.1
MOST_CONNECTIONS = 4_000
HEADS = (
    "load",
    "requests /s",
    "answered /s",
    "p50 ms",
    "p99 ms",
    "refused /s",
    "p50 ms",
    "p99 ms",
    "`/healthz` worst ms",
    "highest RSS MB",
)


class OverloadPlan(NamedTuple):
    """How much to measure."""

    events: int = 5_000
    rounds: int = 5  # seconds of each load
    loads: Sequence[int] = (1, 3, 10)  # times what it can serve


class Course(NamedTuple):
    """What came of one load."""

    answers: list[Answer]
    health: list[Answer]


def overload(servers: Servers, plan: OverloadPlan, say: Say) -> str:
    """Measure, and return the figures in Markdown."""
    ground = Ground(IndexTarget(f"bench-{uuid4().hex[:8]}", "day"), plan.events, 1, time.time_ns() // 1_000_000)
    store = Store(servers.elasticsearch_url)
    try:
        load(store, ground, say)
        with api_program(servers, ground.place.alias, servers.elasticsearch_url) as (url, api):
            uvloop.run(_closed(url, WARM_UP * plan.rounds))
            able = len(uvloop.run(_closed(url, plan.rounds))) / plan.rounds
            say(f"one API serves {able:,.0f} requests a second")
            rows = []
            for times in plan.loads:
                course = uvloop.run(_open(url, able * times, plan.rounds))
                rows.append(_cells(times, able * times, course, plan.rounds, peak_bytes(api.pid)))
                say(", ".join(f"{head}: {cell}" for head, cell in zip(HEADS, rows[-1], strict=True)))
    finally:
        store.forget(ground.place.alias)
    return _report(plan, able, rows)


async def _closed(url: str, seconds: float) -> list[Answer]:
    """Ask with a few clients, each as soon as it is answered: so much can it serve."""
    end = time.perf_counter() + seconds
    answers: list[Answer] = []

    async def work() -> None:
        client = Client(url)
        while (now := time.perf_counter()) < end:
            answers.append(await client.get(PATH, now))
        client.close()

    await asyncio.gather(*(work() for _ in range(WORKERS)))
    return answers


async def _open(url: str, rate: float, seconds: float) -> Course:
    """Ask at a rate, whether or not it answers, as many people do."""
    began, asked = time.perf_counter(), 0
    answers: list[Answer] = []
    free: list[Client] = []
    under_way: set[asyncio.Task[None]] = set()

    async def ask(client: Client, due: float) -> None:
        answers.append(await client.get(PATH, due))
        free.append(client)

    probing = asyncio.create_task(_probe(url, began + seconds))
    while (gone := time.perf_counter() - began) < seconds:
        while asked < gone * rate and (free or len(under_way) < MOST_CONNECTIONS):
            task = asyncio.create_task(ask(free.pop() if free else Client(url), began + asked / rate))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            asked += 1
        await asyncio.sleep(TICK_S)
    await asyncio.gather(*under_way)
    for client in free:
        client.close()
    return Course(answers, await probing)


async def _probe(url: str, end: float) -> list[Answer]:
    """Ask whether it lives, again and again."""
    client, answers = Client(url), list[Answer]()
    while (now := time.perf_counter()) < end:
        answers.append(await client.get("/healthz", now))
        await asyncio.sleep(HEALTH_S)
    client.close()
    return answers


def _cells(times: int, rate: float, course: Course, seconds: float, peak: float) -> list[str]:
    answered = [answer.seconds for answer in course.answers if answer.status == OK]
    refused = [answer.seconds for answer in course.answers if answer.status == FULL]
    worst = max(answer.seconds for answer in course.health)
    return [
        f"{times} times",
        f"{rate:,.0f}",
        *_figures(answered, seconds),
        *_figures(refused, seconds),
        f"{worst * 1000:,.0f}",
        f"{peak / 1e6:,.0f}",
    ]


def _figures(taken_s: Sequence[float], seconds: float) -> list[str]:
    if not taken_s:
        return ["0", "", ""]
    times_ms = [f"{percentile(taken_s, share) * 1000:,.0f}" for share in (0.5, 0.99)]
    return [f"{len(taken_s) / seconds:,.0f}", *times_ms]


def _report(plan: OverloadPlan, able: float, rows: Sequence[Sequence[str]]) -> str:
    method = (
        f"Pages of 10 out of {plan.events:,} logs, without bodies. {WORKERS} clients that ask as soon as they have an "
        f"answer get {able:,.0f} a second from one API, its load once. Then so many requests a second for "
        f"{plan.rounds} seconds, whether or not it answers, from the same two cores that serve; times count from the "
        "moment a request was due."
    )
    return f"### Overload\n\n{method}\n\n{table(HEADS, rows)}"
