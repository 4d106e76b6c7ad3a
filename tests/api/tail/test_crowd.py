"""Five hundred tails on one process: every one gets every log, soon, and the process stays small."""

import asyncio
import json
import re
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.logs import Logs
from tests.support.programs import RunningApi
from tests.support.times import NOON_MS

TAILS = 500
LOGS = 20
SOON_S = 15.0  # a beat of a second, a refresh, and a busy machine
MOST_MB = 300


class Watcher:
    """One tail, read by a task."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self.seen: list[int] = []
        self.waited_s: list[float] = []

    async def open(self) -> None:
        """Return when the tail has begun."""
        self._reader, self._writer = await asyncio.open_connection(self._address.hostname, self._address.port)
        self._writer.write(b"GET /api/log/ns-a/tail HTTP/1.1\r\nhost: localhost\r\n\r\n")
        await self._reader.readuntil(b"event: start\n")

    async def read(self) -> None:
        """Return when all logs have come."""
        while len(self.seen) < LOGS:
            line = await self._reader.readline()
            if line.startswith(b'data: {"id"'):
                log = json.loads(line[6:])
                self.seen.append(log["id"])
                self.waited_s.append(time.time() - float(log["content"]))
        self._writer.close()


def event(number: int) -> dict[str, object]:
    return {"id": number, "created_at": NOON_MS + number, "group": "ns-a", "content": str(time.time())}


async def write(logs: Logs) -> None:
    for number in range(LOGS):
        await asyncio.to_thread(logs.store, [event(number)])


async def crowd(url: str, logs: Logs) -> list[Watcher]:
    watchers = [Watcher(url) for _ in range(TAILS)]
    for start in range(0, TAILS, 50):
        await asyncio.gather(*(watcher.open() for watcher in watchers[start : start + 50]))
    await asyncio.gather(write(logs), *(watcher.read() for watcher in watchers))
    return watchers


def resident_mb(api: RunningApi) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{api.process.pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


def test_five_hundred_tails_get_every_log_once_and_soon(api: RunningApi, logs: Logs) -> None:
    logs.store([event(-1)])
    watchers = asyncio.run(crowd(api.url, logs))
    waited_s = sorted(waited for watcher in watchers for waited in watcher.waited_s)

    assert all(watcher.seen == list(range(LOGS)) for watcher in watchers)
    assert waited_s[len(waited_s) * 99 // 100] < SOON_S
    assert resident_mb(api) < MOST_MB
