"""The same searches on an index of each version, in turn."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import NamedTuple

import msgspec

from api.clauses import Body
from bench.mapping.sides import SIDES
from bench.percentiles import percentile
from bench.programs import search_connection
from indexer.event.document import IndexTarget
from stack.errors import CommandError

QUERIES: Mapping[str, str] = {
    "word, common": "temperature",
    "word, rare": "api-500.example.com",
    "word, absent": "zyzzyva",
    "two words": "temperature timeout",
    "phrase": '"the service"',
    "Chinese, two characters": "超时",
    "Chinese, four characters": "请求超时",
    "exclusion": "temperature -timeout",
    "prefix": "tempera*",
    "prefix after a part": "api.exam*",
}
_HEADERS = {"Content-Type": "application/x-ndjson", "Accept": "application/json"}


class Searched(NamedTuple):
    """The medians of one search, milliseconds, and how many logs it finds in each version."""

    name: str
    totals: tuple[int, int]
    before_ms: float
    now_ms: float


def compare_searches(url: str, targets: Sequence[IndexTarget], repetitions: int) -> list[Searched]:
    """Time each search on both versions, alternately, without the request cache."""
    with search_connection(url) as connection:

        def ask(target: IndexTarget, bodies: Sequence[Body]) -> bytes:
            header = msgspec.json.encode({"index": target.alias, "request_cache": False})
            lines = b"".join(b"%b\n%b\n" % (header, msgspec.json.encode(body)) for body in bodies)
            return connection.fetch("POST", "/_msearch", lines, _HEADERS)

        found = []
        for name, text in QUERIES.items():
            asked = [(target, side.searches(text)) for side, target in zip(SIDES, targets, strict=True)]
            totals = [_total(ask(*one)) for one in asked]
            times: list[list[float]] = [[], []]
            for number in range(repetitions):
                for which in (0, 1) if number % 2 else (1, 0):
                    started = perf_counter()
                    ask(*asked[which])
                    times[which].append((perf_counter() - started) * 1000)
            before, now = (percentile(one, 0.5) for one in times)
            found.append(Searched(name, (totals[0], totals[1]), before, now))
        return found


def _total(answer: bytes) -> int:
    responses = msgspec.json.decode(answer)["responses"]
    if any("error" in response for response in responses):
        raise CommandError("Elasticsearch refused a search of the benchmark.")
    return int(responses[1]["hits"]["total"]["value"])
