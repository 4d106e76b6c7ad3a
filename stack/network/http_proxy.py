"""An HTTP proxy before one server. A callable responds to each request: it can record, forward or replace."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple, Self

from stack.network.address import Address
from stack.network.connection import Connection, Response

FORWARD_TIMEOUT_S = 30
MAX_REQUEST_LINE_BYTES = 65_536
# Each side of the proxy has a connection of its own, with its own values of these headers.
CONNECTION_HEADERS = frozenset({"host", "connection", "content-length", "transfer-encoding"})


class Request(NamedTuple):
    """A request of a client; names of headers are in lower case, those of the connection are left out."""

    method: str
    path: str  # with the query string
    headers: Mapping[str, str]
    body: bytes


Forward = Callable[[Request], Response]
Respond = Callable[[Request, Forward], Response | None]


class HttpProxy:
    """Listens on a free loopback port until it is closed.

    `respond` is called for each request, on a thread for each connection. It returns the response, or None to close
    the connection without one. Its second argument sends a request to the server, on a new connection, and returns
    the response or raises OSError. A "content-length" in a response replaces the length of its body.
    """

    def __init__(self, upstream: Address, respond: Respond) -> None:
        self._upstream = upstream
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, respond, self._forward))
        Thread(target=self._server.serve_forever, name="http-proxy", daemon=True).start()

    @property
    def url(self) -> str:
        """The URL that clients use in place of the server's."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Return the proxy."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the proxy."""
        self.close()

    def close(self) -> None:
        """Stop listening; a second call does nothing."""
        self._server.shutdown()
        self._server.server_close()

    def _forward(self, request: Request) -> Response:
        with Connection(self._upstream, FORWARD_TIMEOUT_S) as connection:
            response = connection.request(request.method, request.path, request.body or None, request.headers)
        return response._replace(headers=_without_connection(response.headers))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, respond: Respond, forward: Forward, *arguments: Any) -> None:
        self._respond = respond
        self._forward = forward
        super().__init__(*arguments)  # serves the whole connection

    def handle_one_request(self) -> None:
        """Respond to a request of any method; the base class would need a method for each."""
        self.raw_requestline = self.rfile.readline(MAX_REQUEST_LINE_BYTES + 1)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = _without_connection({name.lower(): value for name, value in self.headers.items()})
        response = self._respond(Request(self.command, self.path, headers, body), self._forward)
        if response is None:
            self.close_connection = True
            return
        with suppress(OSError):  # the client may have gone meanwhile
            self._write(response)

    def _write(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in {"content-length": str(len(response.body)), **response.headers}.items():
            self.send_header(name, value)  # "connection: close" also makes the base class close it
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Write no access log."""


def _without_connection(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in CONNECTION_HEADERS}
