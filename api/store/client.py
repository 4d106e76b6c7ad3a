"""The requests to Elasticsearch: bodies in, answers out, and what an error means for the caller."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType
from typing import Any

import msgspec
from elastic_transport import ConnectionTimeout, Serializer, TransportError
from elasticsearch import ApiError as ElasticsearchError
from elasticsearch import AsyncElasticsearch

from api.clauses import Body
from api.errors import ApiError
from api.metrics import ApiMetrics
from api.query import PIT_KEEP_ALIVE, has_range, trial_body
from api.settings import ApiSettings
from api.store.answers import Found, read_answers
from api.store.error_words import why_no_answer, words_of_error
from api.store.large_answers import LargeAnswers, TakingTurns
from api.store.liveness import Liveness, unavailable
from api.store.turns import Turns

LARGE_READS = 2  # of documents, at one time
CLIENT_SLACK_S = 1  # so that the search times out in Elasticsearch before the connection does
_WHOLE_RESULTS = {"allow_partial_search_results": False}
_COMPATIBLE = "application/vnd.elasticsearch+json"
TOO_WIDE = (
    "query matches too many different words for Elasticsearch: make the prefixes before `*` longer, "
    "or search for fewer words"
)

_TIMED_OUT = (504, "the search timed out: narrow the time window or the query")
_SHARDS_MISSING = (503, "some shards are not available at the moment: try again later")
_OVERLOADED = (503, "Elasticsearch is overloaded: try again in a moment")
MISSING = "the index does not exist yet: the indexer creates it at start"
NOT_AUTHORIZED = "Elasticsearch refuses the credentials of this service"
_UNEXPECTED = (500, "the search failed inside the service")
# By words of the error, where one status has several causes.
_BY_WORDS: Mapping[tuple[bytes, ...], tuple[int, str]] = {
    (b"expanded to too many terms", b"too_many_clauses", b"too_many_nested_clauses"): (400, TOO_WIDE),
    (b"Time exceeded", b"search_timeout_exception"): _TIMED_OUT,
    (b"due to missing shards", b"no_shard_available", b"index_closed", b"cluster_block"): _SHARDS_MISSING,
}
_BY_STATUS: Mapping[int, tuple[int, str]] = {
    404: (503, MISSING),
    **dict.fromkeys((401, 403), (503, NOT_AUTHORIZED)),
    **dict.fromkeys((408, 429, 502, 503, 504), _OVERLOADED),
}


class _PassThrough(Serializer):
    """Passes JSON as bytes in both directions: the caller encodes and decodes it, once."""

    mimetype = _COMPATIBLE

    def loads(self, data: bytes) -> bytes:
        return data

    def dumps(self, data: bytes) -> bytes:
        return data


def open_client(settings: ApiSettings, connections: int) -> AsyncElasticsearch:
    """Return a client whose answers are bytes.

    A request that could not be sent is retried once on each node: one may be down, or have closed an idle connection.
    """
    options = settings.client_options()
    return AsyncElasticsearch(
        **{**options, "max_retries": len(options["hosts"])},
        retry_on_status=(),
        connections_per_node=connections,
        node_class=TakingTurns,
        serializers=dict.fromkeys((_COMPATIBLE, "application/json"), _PassThrough()),
    )


class Store:
    """The logs behind the alias."""

    def __init__(self, settings: ApiSettings, liveness: Liveness, metrics: ApiMetrics) -> None:
        self.timeout_s = timeout_s = settings.api_search_timeout_s
        self.alias = settings.index_alias
        self._client = open_client(settings, settings.api_connections)
        self._searcher = self._client.options(request_timeout=timeout_s + CLIENT_SLACK_S)
        self._timeout = f"{int(timeout_s * 1000)}ms"
        self._liveness = liveness
        self._metrics = metrics
        # Each takes some milliseconds to decode. Forty that arrive together would hold up everything else for a second.
        self.large_reads = asyncio.Semaphore(LARGE_READS)
        self._large_answers = LargeAnswers(liveness.heard)
        self.turns = Turns()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def search(
        self, bodies: Sequence[Body], preference: str = "", indices: Sequence[str] = (), whose: str = ""
    ) -> Sequence[Found]:
        """Return the answers to the bodies, in one round trip; raise `ApiError` where one of them is not whole.

        Searches with one `preference` are answered by the same copies of the shards: another copy may not have
        refreshed yet. `indices` are those to search, without them all behind the alias. `whose` values the answers
        list, if they do: see `LargeAnswers.reading`.
        """
        target: Body = {"index": indices or self.alias, **({"preference": preference} if preference else {})}
        lines = b"".join(self._lines(body, target) for body in bodies)
        # The extra round inside the cluster pays only where a range can rule out whole indices.
        params = {"pre_filter_shard_size": "1"} if any(map(has_range, bodies)) else {}
        async with self._large_answers.reading(whose):
            return await self._found(params, lines)

    async def search_shard(self, body: Body, index: str, shard: int) -> Found:
        """Return the answer of one shard to a body; raise `ApiError` where it is not whole."""
        header = {"index": index, "preference": f"_shards:{shard}", **_WHOLE_RESULTS}
        async with self._large_answers.reading():
            [found] = await self._found({}, self._pair(header, body))
        return found

    async def try_search(self) -> None:
        """Run the cheapest search; raise the `ApiError` that a caller would get: missing shards, wrong credentials."""
        await self.search([trial_body([])])

    async def request(
        self, method: str, path: str, params: Mapping[str, str] = MappingProxyType({}), body: bytes = b""
    ) -> bytes:
        """Return the answer to one request; raise `ApiError` where it fails."""
        if not self._liveness.answers:
            raise unavailable()
        return await self._liveness.guard(self._request(method, path, params, body))

    @asynccontextmanager
    async def point_in_time(self) -> AsyncIterator[str]:
        """Open a point in time for a few searches, see `api.query.in_point_in_time`."""
        params = {"keep_alive": PIT_KEEP_ALIVE, "allow_partial_search_results": "false"}
        answer = await self.request("POST", f"/{self.alias}/_pit", params)
        pit: str = msgspec.json.decode(answer, type=dict[str, Any])["id"]
        try:
            yield pit
        finally:
            with suppress(ApiError):  # it expires by itself too
                await self.request("DELETE", "/_pit", body=msgspec.json.encode({"id": pit}))

    async def _found(self, params: Mapping[str, str], lines: bytes) -> Sequence[Found]:
        answer = await self.request("POST", "/_msearch", params, lines)
        await self.turns.wait()  # to decode it, and for what the caller makes of it
        return _checked(answer)

    def _lines(self, body: Body, target: Body) -> bytes:
        header: Body = {} if "pit" in body else {**target, **_WHOLE_RESULTS}
        return self._pair(header, body)

    def _pair(self, header: Body, body: Body) -> bytes:
        # Sorted keys: the request cache compares bytes, and the same search must be the same bytes.
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
            raise timed_out(why_no_answer(error)) from error
        except TransportError as error:
            raise unavailable(why_no_answer(error)) from error
        self._liveness.heard()
        return bytes(answer.body)


def _text(body: Any) -> bytes:
    # A proxy may answer in place of Elasticsearch, with an HTML page.
    return body if isinstance(body, bytes) else str(body or "").encode()


def _checked(answer: bytes) -> Sequence[Found]:
    found = read_answers(answer)
    for each in found:
        _check(each)
    return found


def _check(found: Found) -> None:
    if error := bytes(found.error):
        raise _meaning(found.status, error)
    if found.timed_out:
        raise timed_out("timed_out is true in the answer")
    if found.shards.failed:
        raise unavailable(f"{found.shards.failed} shards failed")


def _meaning(status: int, error: bytes) -> ApiError:
    """Return what an error of Elasticsearch means for the caller; the reason for the log line quotes no log."""
    reason = words_of_error(status, error)
    by_words = (meaning for marks, meaning in _BY_WORDS.items() if any(mark in error for mark in marks))
    return ApiError(*next(by_words, _BY_STATUS.get(status, _UNEXPECTED)), reason=reason)


def timed_out(reason: str) -> ApiError:
    """Return the error of a search that took too long."""
    return ApiError(*_TIMED_OUT, reason=reason)
