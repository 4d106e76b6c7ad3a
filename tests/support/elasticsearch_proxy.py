"""A wire to Elasticsearch that reads bulk requests: it notes what was acknowledged, and can answer otherwise."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import orjson

from tests.support.journal import Journal

NUMBER = re.compile(rb'"token_id":(\d+)')  # which event a document is, see oracle.py
SAFE = (200, 201, 409)


class Answer(NamedTuple):
    """What goes back to the client; None as body breaks the connection instead."""

    status: int
    body: bytes | None
    type: str = "application/json"
    is_cut: bool = False  # break the connection in the middle of the body


BROKEN = Answer(0, None)


class Bulk(NamedTuple):
    """One bulk request on its way."""

    lines: list[bytes]  # action, document, action, document …
    send: Callable[[list[bytes]], Answer]  # to the real Elasticsearch

    def execute(self) -> Answer:
        """Return what Elasticsearch answers to all of it."""
        return self.send(self.lines)

    def execute_but(self, kept: Callable[[int], bool], item: dict[str, Any]) -> Answer:
        """Execute the operations whose place `kept` tells; the others get this item."""
        places = [place for place in range(len(self.lines) // 2) if kept(place)]
        lines = [line for place in places for line in self.lines[2 * place : 2 * place + 2]]
        answer = self.send(lines) if lines else Answer(200, b'{"items":[]}')
        if answer.status != 200 or answer.body is None:
            return answer
        items = dict(zip(places, orjson.loads(answer.body)["items"], strict=True))
        whole = [items.get(place, {"index": item}) for place in range(len(self.lines) // 2)]
        return Answer(200, orjson.dumps({"errors": False, "items": whole}))


Fault = Callable[[Bulk], Answer]


def passing(bulk: Bulk) -> Answer:
    """Change nothing."""
    return bulk.execute()


class ElasticWire:
    """An HTTP proxy before one node. `fault` is asked for the answer to each bulk request, and may be changed."""

    def __init__(self, url: str, journal: Journal) -> None:
        self.journal = journal
        self.fault: Fault = passing
        self.bulks: Counter[str] = Counter()  # by the name of the fault
        self._target = url.removeprefix("http://")
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65_537)
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                with suppress(OSError):  # whoever asked may be dead by now
                    self._answer(wire.ask(self))

            def _answer(self, answer: Answer) -> None:
                if answer.body is None:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.type)
                self.send_header("X-Elastic-Product", "Elasticsearch")
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.body[: len(answer.body) // 2] if answer.is_cut else answer.body)
                self.close_connection = self.close_connection or answer.is_cut

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The address that stands for the node's."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def ask(self, request: BaseHTTPRequestHandler) -> Answer:
        """Return the answer to one request; bulk requests go through the fault of the moment."""
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}

        def send(lines: list[bytes]) -> Answer:
            whole = b"".join(line + b"\n" for line in lines)
            return self._send(request, headers | {"Content-Length": str(len(whole))}, whole)

        if not request.path.startswith("/_bulk"):
            return self._send(request, headers, body)
        bulk = Bulk(body.split(b"\n")[:-1], send)
        self.bulks[self.fault.__name__] += 1
        answer = self.fault(bulk)
        self.journal.acknowledge(_acknowledged(bulk, answer))
        return answer

    def close(self) -> None:
        """Close everything."""
        self._server.shutdown()
        self._server.server_close()

    def _send(self, request: BaseHTTPRequestHandler, headers: dict[str, str], body: bytes) -> Answer:
        connection = HTTPConnection(self._target, timeout=30)
        try:
            connection.request(request.command or "GET", request.path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), answer.headers.get("Content-Type", "application/json"))
        except (OSError, HTTPException):
            return BROKEN
        finally:
            connection.close()


def _acknowledged(bulk: Bulk, answer: Answer) -> list[int]:
    """Return the numbers of the events that the client will believe to be stored."""
    try:
        items = [] if answer.is_cut else orjson.loads(answer.body or b"")["items"]
    except (orjson.JSONDecodeError, KeyError):
        return []
    if len(items) * 2 != len(bulk.lines):
        return []
    safe = [line for line, item in zip(bulk.lines[1::2], items, strict=True) if item["index"]["status"] in SAFE]
    return [int(found[1]) for line in safe if (found := NUMBER.search(line))]


@contextmanager
def wire_to_elasticsearch(url: str, journal: Journal) -> Iterator[ElasticWire]:
    """Put a wire before the node at an http:// address."""
    wire = ElasticWire(url, journal)
    try:
        yield wire
    finally:
        wire.close()
