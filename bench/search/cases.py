"""Each search with the Elasticsearch requests behind it, recorded, and checked to find the same logs."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from bench.data.dataset import Dataset
from bench.programs import running_api, search_connection
from bench.search.recorder import Recorder, replay
from bench.search.searches import Search, all_searches
from bench.servers import MeasuredServers
from stack.errors import CommandError
from stack.network.connection import Connection
from stack.network.http_proxy import Request


class Case(NamedTuple):
    """A search, the requests that the API sends for it, and how many logs it finds."""

    search: Search
    requests: Sequence[Request]
    total: int


def record_cases(servers: MeasuredServers, dataset: Dataset) -> list[Case]:
    """Return a case for each search; raise CommandError when the bare requests find other logs than the API."""
    with (
        Recorder(servers.elasticsearch_url) as recorder,
        running_api(servers, dataset.target.alias, recorder.url) as (url, _),
        search_connection(url) as api,
        search_connection(servers.elasticsearch_url) as elasticsearch,
    ):
        return [_case(search, api, recorder, elasticsearch) for search in all_searches(dataset)]


def _case(search: Search, api: Connection, recorder: Recorder, elasticsearch: Connection) -> Case:
    recorder.take()
    found = json.loads(api.fetch("GET", search.path))["data"]
    requests = recorder.take()
    bare = [log_id for answer in replay(elasticsearch, requests) for log_id in _ids(json.loads(answer))]
    if sorted(log["id"] for log in found["logs"]) != sorted(bare):
        raise CommandError(f"{search.name}: the API and the bare requests find different logs, so do not compare them.")
    return Case(search, requests, found["total"])


def _ids(answer: dict[str, Any]) -> list[int]:
    """Return the ids of the documents of an answer, which may be none: a page is found first, then it is read."""
    hits = [hit for response in answer.get("responses", []) for hit in response["hits"]["hits"]]
    return [hit["_source"]["id"] for hit in hits if "_source" in hit]
