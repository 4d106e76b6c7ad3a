"""The cheapest HTTP client there is here: what a figure costs on our side must not show in it."""

import http.client
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from bench.errors import BenchError
from stack.network.address import parse_address

TIMEOUT_S = 120
NOTHING: Mapping[str, str] = {}


class Connection:
    """One kept-alive connection; used by one thread."""

    def __init__(self, url: str) -> None:
        self._http = http.client.HTTPConnection(*parse_address(url, 80), timeout=TIMEOUT_S)

    def __enter__(self) -> Self:
        """Connect with the first request."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._http.close()

    def send(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = NOTHING) -> bytes:
        """Return the body of a 2xx answer; BenchError for any other."""
        self._http.request(method, path, body, headers)
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise BenchError(f"{method} {path.partition('?')[0]} answers {answer.status}: {content[:300]!r}")
        return content
