"""A small HTTP client. It adds little to the times that a benchmark measures, and needs no further dependency."""

import http.client
import ssl
from collections.abc import Mapping
from typing import NamedTuple, Self

from stack.errors import CommandError
from stack.network.address import Address

NO_HEADERS: Mapping[str, str] = {}


class Response(NamedTuple):
    """The answer to a request; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """One kept-alive connection. It opens with the first request; use it from one thread."""

    def __init__(self, address: Address, timeout_s: float, tls: ssl.SSLContext | None = None) -> None:
        self._http = (
            http.client.HTTPSConnection(*address, timeout=timeout_s, context=tls)
            if tls
            else http.client.HTTPConnection(*address, timeout=timeout_s)
        )

    def __enter__(self) -> Self:
        """Return the connection."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._http.close()

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> Response:
        """Send a request and return the answer, whatever its status; raise OSError when there is none."""
        try:
            self._http.request(method, path, body, headers)
            answer = self._http.getresponse()
            content = answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(f"no valid HTTP answer to {method} {path}: {error!r}") from error
        return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)

    def fetch(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> bytes:
        """Send a request and return the body of a 2xx answer; raise CommandError for any other status."""
        response = self.request(method, path, body, headers)
        if response.status >= 300:
            raise CommandError(
                f"{method} {path.partition('?')[0]} returned status {response.status}: {response.body[:300]!r}"
            )
        return response.body
