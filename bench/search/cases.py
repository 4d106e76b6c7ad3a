"""Each search shape with the requests that the API makes of it, recorded, and proven to find the same logs bare."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from bench.connection import Connection
from bench.errors import BenchError
from bench.programs import running_api
from bench.search.load import Ground
from bench.search.recorder import Recorded, Recorder, replay
from bench.search.shapes import Shape, shapes
from bench.servers import Servers


class Case(NamedTuple):
    """A shape, what the API asks Elasticsearch for it, and how many logs it finds."""

    shape: Shape
    requests: Sequence[Recorded]
    total: int


def cases(servers: Servers, ground: Ground) -> list[Case]:
    """Return a case for every shape, through an API of its own; BenchError where both sides differ."""
    with (
        Recorder(servers.elasticsearch_url) as recorder,
        running_api(servers, ground.place.alias, recorder.url) as url,
        Connection(url) as api,
        Connection(servers.elasticsearch_url) as elasticsearch,
    ):
        return [_case(shape, api, recorder, elasticsearch) for shape in shapes(ground)]


def _case(shape: Shape, api: Connection, recorder: Recorder, elasticsearch: Connection) -> Case:
    recorder.take()
    found = json.loads(api.send("GET", shape.path))["data"]
    requests = recorder.take()
    bare = [number for answer in replay(elasticsearch, requests) for number in _ids(json.loads(answer))]
    if [log["id"] for log in found["logs"]] != bare:
        raise BenchError(f"{shape.name}: the API and the bare requests find different logs: their times say nothing")
    return Case(shape, requests, found["total"])


def _ids(answer: dict[str, Any]) -> list[int]:
    hits = [hit for response in answer.get("responses", []) for hit in response["hits"]["hits"]]
    return [hit["_source"]["id"] for hit in hits]
