"""A minimal asynchronous HTTP client: one process has to send thousands of requests a second."""

import asyncio
import re
import time
from typing import NamedTuple

from stack.network.address import parse_address

_CONTENT_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")


class TimedStatus(NamedTuple):
    """The status of an answer, and the seconds between the time its request was due and its last byte."""

    status: int
    seconds: float


class Client:
    """One kept-alive connection. It opens with the first request."""

    def __init__(self, url: str) -> None:
        self._address = parse_address(url, 80)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, due: float) -> TimedStatus:
        """Send a GET request and read the whole answer; `due` is a value of `time.perf_counter()`."""
        try:
            status = await self._get(path)
        except (asyncio.IncompleteReadError, ConnectionError):  # the API closes connections that are idle for long
            self.close()
            status = await self._get(path)
        return TimedStatus(status, time.perf_counter() - due)

    async def _get(self, path: str) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = _CONTENT_LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        return int(head[9:12])

    def close(self) -> None:
        """Close the connection."""
        if self._streams:
            self._streams[1].close()
            self._streams = None
