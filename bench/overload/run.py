"""`python -m bench overload`: the capacity of one API, then loads of several times its capacity."""

import asyncio
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple

import uvloop

from bench.data.dataset import Dataset, loaded_dataset
from bench.data.names import new_name
from bench.overload.client import Client, TimedStatus
from bench.percentiles import percentile
from bench.programs import running_api
from bench.servers import MeasuredServers
from bench.tables import markdown_table, one_line
from bench.usage import peak_bytes
from indexer.event.document import IndexTarget
from stack.progress import Progress

OVERLOAD_PATH = "/api/logs/search?include_detail=false"
CLOSED_LOOP_CLIENTS = 16  # enough to keep one API busy
WARM_UP_ROUNDS = 5  # the JVM compiles code that is used often, which takes a while
TICK_S = 0.005
HEALTH_INTERVAL_S = 0.1
MAX_CONNECTIONS = 4_000
OVERLOAD_COLUMNS = (
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
    """The size of the benchmark."""

    events: int = 5_000
    rounds: int = 5  # seconds of each load
    loads: Sequence[int] = (1, 3, 10)  # multiples of the capacity


class LoadResult(NamedTuple):
    """The answers to one load."""

    searches: list[TimedStatus]
    health_checks: list[TimedStatus]


def overload(servers: MeasuredServers, plan: OverloadPlan, progress: Progress) -> str:
    """Run the benchmark and return its report in Markdown."""
    dataset = Dataset(IndexTarget(new_name(), "day"), plan.events, 1, time.time_ns() // 1_000_000)
    with (
        loaded_dataset(servers.elasticsearch_url, dataset, progress),
        running_api(servers, dataset.target.alias) as (url, api),
    ):
        uvloop.run(_closed_loop(url, WARM_UP_ROUNDS * plan.rounds))
        capacity = len(uvloop.run(_closed_loop(url, plan.rounds))) / plan.rounds
        progress(f"one API serves {capacity:,.0f} requests a second")
        rows = []
        for multiple in plan.loads:
            rate = capacity * multiple
            result = uvloop.run(_open_loop(url, rate, plan.rounds))
            load = [f"{multiple} times", f"{rate:,.0f}"]
            rows.append([*load, *_result_cells(result, plan.rounds), f"{peak_bytes(api.pid) / 1e6:,.0f}"])
            progress(one_line(OVERLOAD_COLUMNS, rows[-1]))
    return _report(plan, capacity, rows)


async def _closed_loop(url: str, seconds: float) -> list[TimedStatus]:
    """Send requests from a few clients, each as soon as the one before is answered. This measures the capacity."""
    end = time.perf_counter() + seconds
    answers: list[TimedStatus] = []

    async def run_client() -> None:
        client = Client(url)
        while (now := time.perf_counter()) < end:
            answers.append(await client.get(OVERLOAD_PATH, now))
        client.close()

    await asyncio.gather(*(run_client() for _ in range(CLOSED_LOOP_CLIENTS)))
    return answers


async def _open_loop(url: str, rate: float, seconds: float) -> LoadResult:
    """Send requests at a constant rate, whether or not earlier ones are answered, as many independent users do."""
    started, sent = time.perf_counter(), 0
    answers: list[TimedStatus] = []
    idle: list[Client] = []
    pending: set[asyncio.Task[None]] = set()

    async def send(client: Client, due: float) -> None:
        answers.append(await client.get(OVERLOAD_PATH, due))
        idle.append(client)

    health_checks = asyncio.create_task(_check_health(url, started + seconds))
    while (elapsed := time.perf_counter() - started) < seconds:
        while sent < elapsed * rate and (idle or len(pending) < MAX_CONNECTIONS):
            task = asyncio.create_task(send(idle.pop() if idle else Client(url), started + sent / rate))
            pending.add(task)
            task.add_done_callback(pending.discard)
            sent += 1
        await asyncio.sleep(TICK_S)
    await asyncio.gather(*pending)
    for client in idle:
        client.close()
    return LoadResult(answers, await health_checks)


async def _check_health(url: str, end: float) -> list[TimedStatus]:
    """Send health checks, one after the other, until `end`."""
    client, answers = Client(url), list[TimedStatus]()
    while (now := time.perf_counter()) < end:
        answers.append(await client.get("/healthz", now))
        await asyncio.sleep(HEALTH_INTERVAL_S)
    client.close()
    return answers


def _result_cells(result: LoadResult, seconds: float) -> list[str]:
    answered = [answer.seconds for answer in result.searches if answer.status == HTTPStatus.OK]
    refused = [answer.seconds for answer in result.searches if answer.status == HTTPStatus.SERVICE_UNAVAILABLE]
    worst_s = max(answer.seconds for answer in result.health_checks)
    return [*_rate_cells(answered, seconds), *_rate_cells(refused, seconds), f"{worst_s * 1000:,.0f}"]


def _rate_cells(times_s: Sequence[float], seconds: float) -> list[str]:
    """Return answers a second, and the 50th and 99th percentile of their times in milliseconds."""
    if not times_s:
        return ["0", "", ""]
    times_ms = [f"{percentile(times_s, share) * 1000:,.0f}" for share in (0.5, 0.99)]
    return [f"{len(times_s) / seconds:,.0f}", *times_ms]


def _report(plan: OverloadPlan, capacity: float, rows: Sequence[Sequence[str]]) -> str:
    method = (
        f"Pages of 10 out of {plan.events:,} logs, without bodies. {CLOSED_LOOP_CLIENTS} clients that send the next "
        f"request when they have an answer get {capacity:,.0f} a second from one API: its capacity. Then a multiple of "
        f"that is sent each second for {plan.rounds} seconds, whether or not the API answers, from the cores that "
        "also serve. Times count from the moment a request was due."
    )
    return f"### Overload\n\n{method}\n\n{markdown_table(OVERLOAD_COLUMNS, rows)}"
