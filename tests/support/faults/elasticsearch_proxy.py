"""A proxy before Elasticsearch: it records which events bulk answers acknowledge, and can replace the answers."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import orjson

from stack.network.address import parse_address
from stack.network.connection import Response
from stack.network.http_proxy import Forward, HttpProxy, Request
from tests.support.faults.journal import Journal

NUMBER = re.compile(rb'"token_id":(\d+)')  # identifies the event of a document, see oracle.py
SAFE = (200, 201, 409)


class Answer(NamedTuple):
    """The answer to the client; without a body the connection is closed instead."""

    status: int
    body: bytes | None
    type: str = "application/json"
    is_cut: bool = False  # close the connection in the middle of the body


BROKEN = Answer(0, None)


class Bulk(NamedTuple):
    """A bulk request that has arrived and is not forwarded yet."""

    lines: list[bytes]  # action, document, action, document …
    send: Callable[[list[bytes]], Answer]  # forwards a request with these lines

    def execute(self) -> Answer:
        """Forward the whole request and return the answer."""
        return self.send(self.lines)

    def execute_but(self, kept: Callable[[int], bool], item: dict[str, Any]) -> Answer:
        """Forward the operations at the positions that `kept` accepts; the answer has `item` for the others."""
        positions = [position for position in range(len(self.lines) // 2) if kept(position)]
        lines = [line for position in positions for line in self.lines[2 * position : 2 * position + 2]]
        answer = self.send(lines) if lines else Answer(200, b'{"items":[]}')
        if answer.status != 200 or answer.body is None:
            return answer
        items = dict(zip(positions, orjson.loads(answer.body)["items"], strict=True))
        whole = [items.get(position, {"index": item}) for position in range(len(self.lines) // 2)]
        return Answer(200, orjson.dumps({"errors": False, "items": whole}))


Fault = Callable[[Bulk], Answer]


def passing(bulk: Bulk) -> Answer:
    """Forward the request unchanged."""
    return bulk.execute()


class ElasticWire:
    """A proxy before one node. `fault` decides the answer to each bulk request and may be replaced at any time."""

    def __init__(self, url: str, journal: Journal) -> None:
        self.journal = journal
        self.fault: Fault = passing
        self.bulks: Counter[str] = Counter()  # bulk requests by the name of the fault
        self._proxy = HttpProxy(parse_address(url, 9200), self._respond)

    @property
    def url(self) -> str:
        """The URL that clients use in place of the node's."""
        return self._proxy.url

    def close(self) -> None:
        """Stop listening."""
        self._proxy.close()

    def _respond(self, request: Request, forward: Forward) -> Response | None:
        if request.path.startswith("/_bulk"):
            return _to_response(self._answer_bulk(request, forward))
        try:
            return forward(request)
        except OSError:
            return None

    def _answer_bulk(self, request: Request, forward: Forward) -> Answer:
        def send(lines: list[bytes]) -> Answer:
            try:
                status, headers, body = forward(request._replace(body=b"".join(line + b"\n" for line in lines)))
            except OSError:
                return BROKEN
            return Answer(status, body, headers.get("content-type", "application/json"))

        bulk = Bulk(request.body.split(b"\n")[:-1], send)
        self.bulks[self.fault.__name__] += 1
        answer = self.fault(bulk)
        self.journal.acknowledge(_acknowledged(bulk, answer))
        return answer


def _to_response(answer: Answer) -> Response | None:
    if answer.body is None:
        return None
    headers = {"content-type": answer.type, "x-elastic-product": "Elasticsearch"}
    if not answer.is_cut:
        return Response(answer.status, headers, answer.body)
    headers |= {"content-length": str(len(answer.body)), "connection": "close"}
    return Response(answer.status, headers, answer.body[: len(answer.body) // 2])


def _acknowledged(bulk: Bulk, answer: Answer) -> list[int]:
    """Return the numbers of the events that the client will take as stored."""
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
    """Yield a proxy before the node at an http:// URL."""
    wire = ElasticWire(url, journal)
    try:
        yield wire
    finally:
        wire.close()
