"""A proxy between the API and Elasticsearch that keeps what the API asks, to ask the very same without it."""

import http.client
import json
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import NamedTuple, Self

from bench.connection import Connection
from stack.network.address import parse_address

OF_THE_CONNECTION = frozenset({"host", "connection", "content-length", "transfer-encoding"})
PIT = b"{point in time}"  # stands where the id of a point in time stood
SEARCHING = frozenset(
    {"POST", "DELETE"}
)  # the rest is the API's watch, which asks with HEAD whether the alias is there


class Recorded(NamedTuple):
    """One request to Elasticsearch, ready to be sent again."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def opens_pit(self) -> bool:
        """Whether the answer brings the id of a point in time, which the next requests carry."""
        return self.method == "POST" and self.path.partition("?")[0].endswith("/_pit")


class Recorder:
    """The proxy, as long as the `with` lasts."""

    def __init__(self, elasticsearch_url: str) -> None:
        self._upstream = parse_address(elasticsearch_url, 9200)
        self._recorded: list[Recorded] = []
        self._pit = PIT
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """The address that the API is to take for Elasticsearch's."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Begin to listen."""
        Thread(target=self._server.serve_forever, name="recorder", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def take(self) -> list[Recorded]:
        """Return what was asked since the last call."""
        recorded, self._recorded = self._recorded, []
        return recorded

    def _keep(self, request: Recorded, answer: bytes) -> None:
        if request.method in SEARCHING:
            self._recorded.append(request._replace(body=request.body.replace(self._pit, PIT)))
        if request.opens_pit:
            self._pit = json.loads(answer)["id"].encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        keep, upstream = self._keep, self._upstream

        class Handler(_PassOn):
            def setup(self) -> None:
                super().setup()
                self.upstream = http.client.HTTPConnection(*upstream)
                self.keep = keep

            def finish(self) -> None:
                super().finish()
                self.upstream.close()

        return Handler


class _PassOn(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: http.client.HTTPConnection
    keep: Callable[[Recorded, bytes], None]

    def handle_one_request(self) -> None:
        """Read a request, whatever its method, and give Elasticsearch's answer."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OF_THE_CONNECTION}
        request = Recorded(self.command, self.path, headers, body)
        self.upstream.request(request.method, request.path, body or None, headers)
        self._answer(request, self.upstream.getresponse())

    def _answer(self, request: Recorded, answer: http.client.HTTPResponse) -> None:
        content = answer.read()
        self.keep(request, content)
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in OF_THE_CONNECTION:
                self.send_header(name, value)
        if request.method != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing."""


def replay(connection: Connection, requests: Sequence[Recorded]) -> list[bytes]:
    """Ask Elasticsearch what was recorded, one request after the other; return the answers."""
    pit = PIT
    answers = []
    for request in requests:
        body = request.body.replace(PIT, pit) or None
        answer = connection.send(request.method, request.path, body, request.headers)
        if request.opens_pit:
            pit = json.loads(answer)["id"].encode()
        answers.append(answer)
    return answers
