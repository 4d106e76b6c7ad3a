"""Record the requests that the API sends to Elasticsearch, and send them again without the API."""

import json
from collections.abc import Sequence
from typing import Self

from stack.network.address import parse_address
from stack.network.connection import Connection, Response
from stack.network.http_proxy import Forward, HttpProxy, Request

PIT_ID = b"{point in time}"  # replaces the id of the point in time, which differs each time
SEARCH_METHODS = frozenset({"POST", "DELETE"})  # with HEAD the API checks now and then that the alias exists


class Recorder:
    """A proxy before Elasticsearch that records requests, until it is closed."""

    def __init__(self, elasticsearch_url: str) -> None:
        self._recorded: list[Request] = []
        self._pit_id = PIT_ID
        self._proxy = HttpProxy(parse_address(elasticsearch_url, 9200), self._respond)
        self.url = self._proxy.url

    def __enter__(self) -> Self:
        """Return the recorder."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the proxy."""
        self._proxy.close()

    def take(self) -> list[Request]:
        """Return the requests since the last call."""
        recorded, self._recorded = self._recorded, []
        return recorded

    def _respond(self, request: Request, forward: Forward) -> Response:
        response = forward(request)
        if request.method in SEARCH_METHODS:
            self._recorded.append(request._replace(body=request.body.replace(self._pit_id, PIT_ID)))
        if _opens_pit(request):
            self._pit_id = _pit_id(response.body)
        return response


def replay(connection: Connection, requests: Sequence[Request]) -> list[bytes]:
    """Send recorded requests to Elasticsearch, one after the other; return the bodies of the answers."""
    pit_id = PIT_ID
    answers = []
    for request in requests:
        body = request.body.replace(PIT_ID, pit_id) or None
        answer = connection.fetch(request.method, request.path, body, request.headers)
        if _opens_pit(request):
            pit_id = _pit_id(answer)
        answers.append(answer)
    return answers


def _opens_pit(request: Request) -> bool:
    return request.method == "POST" and request.path.partition("?")[0].endswith("/_pit")


def _pit_id(answer: bytes) -> bytes:
    return str(json.loads(answer)["id"]).encode()
