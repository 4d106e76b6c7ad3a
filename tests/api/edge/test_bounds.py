"""What many can ask for at one time, without a key or with one, has a bound: health checks, tails, what tails keep."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec

from api.checkpoints.event_ids import EventIds
from api.checkpoints.position import Shard
from api.envelope import LogFormat
from api.repetitive.check import PhraseCheck
from api.services import TAIL_READS
from api.store.answers import Found
from api.store.client import Store
from api.store.liveness import Liveness
from api.store.readiness import Readiness
from api.store.shared_reads import SharedReads
from api.tail.pages import TailPages, TailSelection
from tests.api.envelope import assert_envelope
from tests.support.logs import Logs
from tests.support.programs import RunningApi, StartApi
from tests.support.times import NOON_MS

MOST_TAILS = 3


class Asked:
    """A double of liveness and store: counts how often it is asked, and answers after all callers have asked."""

    answers = has_index = True
    not_supported = ""

    def __init__(self) -> None:
        self.times = 0

    async def check(self) -> None:
        """Take a while."""
        await asyncio.sleep(0)
        self.times += 1

    async def try_search(self) -> None:
        """Have nothing against it."""

    async def search_shard(self, _: Any, __: str, ___: int) -> Found:
        """Return one log of a megabyte."""
        hit = {"_id": "a", "_index": "index", "_source": {"id": 1, "content": "x" * 1_000_000}, "sort": [1]}
        return msgspec.json.decode(msgspec.json.encode({"hits": {"hits": [hit]}}), type=Found)


def test_a_flood_of_health_checks_asks_elasticsearch_once() -> None:
    asked = Asked()

    async def flood() -> None:
        readiness = Readiness(cast("Liveness", asked), cast("Store", asked))
        await asyncio.gather(*(readiness.check() for _ in range(100)))

    asyncio.run(flood())

    assert asked.times == 1


def test_the_pages_that_are_remembered_for_tails_are_limited_in_bytes() -> None:
    reads = SharedReads(TAIL_READS)

    async def read() -> None:
        store = cast("Store", Asked())
        pages = TailPages(store, PhraseCheck(store), reads, EventIds(b"key"))
        shard = Shard("index", 0, b"key", 1)
        for number in range(20):
            selected = TailSelection(msgspec.json.encode([{"term": {"id": number}}]), LogFormat())
            page = await pages.page(await pages.listing(-1, shard, selected), {}, {shard.key: shard})
            assert len(page.events) > 1_000_000

    asyncio.run(read())

    assert 0 < reads.remembered_bytes() <= TAIL_READS.result_bytes


def test_tails_that_are_opened_at_one_time_are_counted_too(logs: Logs, start_api: StartApi) -> None:
    logs.store([{"id": 1, "created_at": NOON_MS}])
    api = start_api(logs.alias, API_MAX_TAILS=str(MOST_TAILS))
    with ThreadPoolExecutor(30) as crowd:
        opened = list(crowd.map(lambda _: open_tail(api), range(30)))
    statuses = [status for status, _ in opened]
    for _, connection in opened:
        connection.close()

    assert statuses.count(b"200") == MOST_TAILS
    assert statuses.count(b"503") == 30 - MOST_TAILS


def open_tail(api: RunningApi) -> tuple[bytes, socket.socket]:
    """Open a tail; return the status, and the connection, still open."""
    address = urlsplit(api.url)
    connection = socket.create_connection((address.hostname, address.port), timeout=20)
    connection.sendall(b"GET /api/logs/tail HTTP/1.1\r\nhost: localhost\r\n\r\n")
    return connection.recv(65_536).split()[1], connection


def test_a_closed_index_is_a_part_that_cannot_be_reached(logs: Logs, start_api: StartApi) -> None:
    logs.store([{"id": 1, "created_at": NOON_MS}])
    api = start_api(logs.alias)
    for index in logs.client.indices.get(index=logs.alias):
        logs.client.indices.close(index=index)

    for path in ("/api/logs/search", "/readyz"):
        answer = api.get(path)
        assert_envelope(answer, 503)
        assert answer.headers["retry-after"]
