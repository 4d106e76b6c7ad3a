"""How long Elasticsearch is asked: a proxy before it that notes when each request of the API begins and ends."""

import time
from typing import NamedTuple, Self

from stack.network.address import parse_address
from stack.network.connection import Response
from stack.network.http_proxy import Forward, HttpProxy, Request


class Asked(NamedTuple):
    """The time of one request, epoch ms."""

    begin: float
    end: float


class ElasticsearchClock:
    """A proxy before Elasticsearch that notes the times of requests, until it is closed."""

    def __init__(self, elasticsearch_url: str) -> None:
        self._asked: list[Asked] = []
        self._proxy = HttpProxy(parse_address(elasticsearch_url, 9200), self._respond)
        self.url = self._proxy.url

    def __enter__(self) -> Self:
        """Return the clock."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the proxy."""
        self._proxy.close()

    def asked_ms(self, begin: float, end: float) -> float:
        """Return for how long of this time at least one request was under way."""
        return covered_ms([one for one in self._asked if one.begin < end and one.end > begin], begin, end)

    def _respond(self, request: Request, forward: Forward) -> Response:
        begin = time.time() * 1000
        response = forward(request)
        if request.method != "HEAD":  # the API checks now and then that the alias exists
            self._asked.append(Asked(begin, time.time() * 1000))
        return response


def covered_ms(asked: list[Asked], begin: float, end: float) -> float:
    """Return the length of what these times cover together between two moments."""
    covered, until = 0.0, begin
    for one in sorted(asked):
        last = min(one.end, end)
        covered += max(0.0, last - max(one.begin, until))
        until = max(until, last)
    return covered
