"""The calls to Elasticsearch: bodies in, answers out, and what its errors mean for the caller."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType
from typing import Any

import msgspec
from elastic_transport import ConnectionTimeout, Serializer, TransportError
from elasticsearch import ApiError as ElasticsearchError
from elasticsearch import AsyncElasticsearch

from api.errors import ApiError
from api.metrics import Metrics
from api.query import Body, has_range, trial_body
from api.settings import ApiSettings
from api.store.answers import Found, read_answers
from api.store.liveness import Watch, unavailable

CLIENT_SLACK_S = 1  # the server is to say that the time is up, not the connection
PIT_KEEP_ALIVE = "5m"  # from one search to the next: an export may have a slow reader
_PARTIAL = {"allow_partial_search_results": False}
_COMPAT = "application/vnd.elasticsearch+json"
TOO_WIDE = (
    "query matches too many different words for Elasticsearch: make the beginnings before `*` longer, "
    "or search for fewer words"
)

_TOO_LONG = (504, "the search ran out of time: narrow the time window or the query")
_NOT_WHOLE = (503, "a part of the logs cannot be reached at the moment: try again later")
_OVERLOADED = (503, "the log store is overloaded: try again in a moment")
_NO_INDEX = (503, "the index is not there yet: the indexer makes it with the first log")
_NO_LOGIN = (503, "the log store refuses this service's login")
_UNFORESEEN = (500, "the search failed inside the service")
# By the exceptions' names and words where the status is 400 for one and 500 for another.
_BY_WORDS: Mapping[tuple[bytes, ...], tuple[int, str]] = {
    (b"expanded to too many terms", b"too_many_clauses", b"too_many_nested_clauses"): (400, TOO_WIDE),
    (b"Time exceeded", b"search_timeout_exception"): _TOO_LONG,
    (b"due to missing shards", b"no_shard_available", b"index_closed", b"cluster_block"): _NOT_WHOLE,
}
_BY_STATUS: Mapping[int, tuple[int, str]] = {
    404: _NO_INDEX,
    **dict.fromkeys((401, 403), _NO_LOGIN),
    **dict.fromkeys((408, 429, 502, 503, 504), _OVERLOADED),
}


class _AsItCame(Serializer):
    """Hands JSON through as bytes, both ways: it is written and parsed once, by whoever needs it."""

    mimetype = _COMPAT

    def loads(self, data: bytes) -> bytes:
        return data

    def dumps(self, data: bytes) -> bytes:
        return data


def connect(settings: ApiSettings, connections: int) -> AsyncElasticsearch:
    """Return a client whose answers are bytes.

    What could not be sent is sent once more to each node: one may be gone, or have closed an idle connection.
    """
    options = settings.client_options()
    return AsyncElasticsearch(
        **{**options, "max_retries": len(options["hosts"])},
        retry_on_status=(),
        connections_per_node=connections,
        serializers=dict.fromkeys((_COMPAT, "application/json"), _AsItCame()),
    )


class Store:
    """The logs behind the alias."""

    def __init__(self, settings: ApiSettings, watch: Watch, metrics: Metrics) -> None:
        timeout_s = settings.api_search_timeout_s
        self.client = connect(settings, settings.api_connections)
        self._searcher = self.client.options(request_timeout=timeout_s + CLIENT_SLACK_S)
        self._timeout = f"{int(timeout_s * 1000)}ms"
        self.alias = settings.index_alias
        self._watch = watch
        self._metrics = metrics

    async def search(self, bodies: Sequence[Body], pit: str = "") -> Sequence[Found]:
        """Return the answers to the bodies, in one round trip; each is whole, or `ApiError` is raised."""
        lines = b"".join(self._lines(body, pit) for body in bodies)
        # Worth its own round inside the cluster only where a range can rule out whole indices.
        params = {"pre_filter_shard_size": "1"} if any(map(has_range, bodies)) else {}
        return _whole(await self.ask("POST", "/_msearch", params, lines))

    async def search_shard(self, body: Body, index: str, shard: int) -> Found:
        """Return one shard's answer to a body."""
        header = {"index": index, "preference": f"_shards:{shard}", **_PARTIAL}
        [found] = _whole(await self.ask("POST", "/_msearch", body=self._pair(header, body)))
        return found

    async def try_search(self) -> None:
        """Search for nothing; raise what a caller would be told: of the login, of shards that are away."""
        header = {"index": self.alias, **_PARTIAL}
        _whole(await self.ask("POST", "/_msearch", body=self._pair(header, trial_body([]))))

    async def ask(
        self, method: str, path: str, params: Mapping[str, str] = MappingProxyType({}), body: bytes = b""
    ) -> bytes:
        """Return the answer to one request; raise `ApiError` where there is none."""
        if not self._watch.answers:
            raise unavailable()
        return await self._watch.guard(self._request(method, path, params, body))

    @asynccontextmanager
    async def point_in_time(self) -> AsyncIterator[str]:
        """Hold the logs still for a few searches."""
        params = {"keep_alive": PIT_KEEP_ALIVE, "allow_partial_search_results": "false"}
        answer = await self.ask("POST", f"/{self.alias}/_pit", params, b"")
        pit: str = msgspec.json.decode(answer, type=dict[str, Any])["id"]
        try:
            yield pit
        finally:
            with suppress(ApiError):  # it ends by itself too; the page is what counts
                await self.ask("DELETE", "/_pit", {}, msgspec.json.encode({"id": pit}))

    def _lines(self, body: Body, pit: str) -> bytes:
        header: Body = {} if pit else {"index": self.alias, **_PARTIAL}
        held: Body = {"pit": {"id": pit, "keep_alive": PIT_KEEP_ALIVE}} if pit else {}
        return self._pair(header, {**body, **held})

    def _pair(self, header: Body, body: Body) -> bytes:
        # Sorted keys: the same search is the same bytes, which is what the request cache goes by.
        timed = msgspec.json.encode({**body, "timeout": self._timeout}, order="sorted")
        return b"%b\n%b\n" % (msgspec.json.encode(header), timed)

    async def _request(self, method: str, path: str, params: Mapping[str, str], body: bytes) -> bytes:
        kind = "application/x-ndjson" if path == "/_msearch" else "application/json"
        headers = {"accept": "application/json", **({"content-type": kind} if body else {})}
        try:
            with self._metrics.elasticsearch.time():
                answer = await self._searcher.perform_request(
                    method, path, params=params, headers=headers, body=body or None
                )
        except ElasticsearchError as error:
            raise _meaning(error.meta.status, _text(error.body)) from error
        except ConnectionTimeout as error:
            raise _time_is_up(str(error)) from error
        except TransportError as error:
            raise unavailable(str(error)) from error
        self._watch.heard()
        return bytes(answer.body)


def _text(body: Any) -> bytes:
    # Something between may answer in Elasticsearch's place, with a page for people.
    return body if isinstance(body, bytes) else str(body or "").encode()


def _whole(answer: bytes) -> Sequence[Found]:
    found = read_answers(answer)
    for each in found:
        _check(each)
    return found


def _check(found: Found) -> None:
    if error := bytes(found.error):
        raise _meaning(found.status, error)
    if found.timed_out:
        raise _time_is_up("timed_out in the answer")
    if found.shards.failed:
        raise unavailable(f"{found.shards.failed} shards failed")


def _meaning(status: int, error: bytes) -> ApiError:
    """Return what an error of Elasticsearch means for the caller; its own words go to the log line."""
    reason = f"{status}: {error[:2000].decode('utf-8', 'replace')}"
    by_words = (told for marks, told in _BY_WORDS.items() if any(mark in error for mark in marks))
    return ApiError(*next(by_words, _BY_STATUS.get(status, _UNFORESEEN)), reason=reason)


def _time_is_up(reason: str) -> ApiError:
    return ApiError(*_TOO_LONG, reason=reason)
