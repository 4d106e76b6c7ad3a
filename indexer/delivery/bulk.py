"""One bulk request: operations in, what became of each out."""

import re
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, Elasticsearch, OrjsonSerializer

from indexer.dead_letters.refusals import refusal
from indexer.delivery.outcome import Outcome, is_too_large, item_outcome, request_outcome
from indexer.event.document import Operation
from indexer.metrics import IndexerMetrics
from indexer.settings import IndexerSettings

PATH = (
    "/_bulk?require_alias=true"  # an index is created by us, with its mapping, or not at all
    "&filter_path=items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason"
)
_TYPE = re.compile(r"[A-Za-z_]{0,60}")  # of Elasticsearch's errors and of the client's
OVERLOADED = (408, 429)
BULK_HEADERS = {"content-type": "application/x-ndjson", "accept": "application/json"}


class _Cause(msgspec.Struct):
    reason: str | None = None


class _Error(msgspec.Struct):
    type: str = ""
    reason: str | None = ""
    caused_by: _Cause | None = None

    def text(self) -> str:
        """Return the text of Elasticsearch. It may quote a document: nothing that is stored or logged may hold it."""
        return self.reason or ""

    def name(self) -> str:
        """Return the type of the error."""
        return self.type if _TYPE.fullmatch(self.type) else "an error of an unknown type"


class _Item(msgspec.Struct):
    status: int
    error: _Error | None = None


class _Answer(msgspec.Struct):
    items: list[dict[str, _Item]]


@dataclass(slots=True, frozen=True)
class ItemResult:
    """What became of one operation, and why, in words for an operator."""

    outcome: Outcome
    why: str = ""
    is_overload: bool = False


Sorted = dict[Outcome, list[tuple[Operation, str]]]  # outcome → operations, each with its reason


@dataclass(slots=True, frozen=True)
class BulkAnswer:
    """The operations by their outcome, and what the answer says about the load of Elasticsearch."""

    found: Sorted
    is_overloaded: bool = False
    is_timed_out: bool = False
    is_refused: bool = False  # the request as a whole: no item has an outcome of its own


def connect(settings: IndexerSettings) -> Elasticsearch:
    """Return the Elasticsearch client of a program."""
    return Elasticsearch(
        **settings.client_options(),
        connections_per_node=settings.indexer_senders + 2,  # the senders, the maintenance, and one to spare
        serializer=OrjsonSerializer(),
    )


class Bulk:
    """Bulk requests over one client.

    Threads: every sender. Blocks: until the answer or the timeout. Raises: nothing for what Elasticsearch or the
    network does.
    """

    def __init__(self, client: Elasticsearch, timeout_seconds: float, metrics: IndexerMetrics) -> None:
        self._client = client.options(request_timeout=timeout_seconds)
        self._metrics = metrics

    def send(self, operations: Sequence[Operation]) -> BulkAnswer:
        """Send one request and return what became of the operations.

        An answer that is missing, cut, too short or unreadable says nothing about the operations: they are sent again,
        which ids and versions make safe.
        """
        started = time.monotonic()
        answer = self._answer(operations)
        self._metrics.bulk_seconds.observe(time.monotonic() - started)
        self._metrics.bulk_requests.labels(_label(answer.found)).inc()
        return answer

    def _answer(self, operations: Sequence[Operation]) -> BulkAnswer:
        try:
            answer = self._post(operations)
        except ApiError as error:
            results = _refused(operations, error.meta.status, _cause(error))
            is_overloaded = error.meta.status in OVERLOADED
            return BulkAnswer(by_outcome(operations, results), is_overloaded, is_refused=True)
        except TransportError as error:
            results = _refused(operations, 0, _Error(type(error).__name__))
            is_timed_out = isinstance(error, ConnectionTimeout)
            return BulkAnswer(by_outcome(operations, results), is_timed_out, is_timed_out, is_refused=True)
        results = item_results(answer, [operation.size for operation in operations])
        return BulkAnswer(by_outcome(operations, results), any(result.is_overload for result in results))

    def _post(self, operations: Sequence[Operation]) -> Any:
        parts: list[bytes | memoryview] = []
        for operation in operations:
            parts += (operation.action, memoryview(operation.value)[:-1], operation.tail)
        body = b"".join(parts)
        return self._client.perform_request("POST", PATH, headers=BULK_HEADERS, body=body, endpoint_id="bulk").body


def item_results(answer: Any, sizes: Sequence[int]) -> list[ItemResult]:
    """Return the results of a bulk answer for operations of these sizes, bytes.

    Its flag `errors` is not read: only the items say what happened.
    """
    operations = len(sizes)
    try:
        items = [next(iter(item.values())) for item in msgspec.convert(answer, _Answer).items]
    except (msgspec.ValidationError, StopIteration):
        return [ItemResult(Outcome.RETRY, "the answer of Elasticsearch to a bulk request cannot be read")] * operations
    if len(items) != operations:
        why = f"the answer of Elasticsearch has {len(items)} items for {operations} operations"
        return [ItemResult(Outcome.RETRY, why)] * operations
    return [
        _STORED if item.status in (200, 201) else _item_result(item, size)
        for item, size in zip(items, sizes, strict=True)
    ]


_STORED = ItemResult(Outcome.INDEXED)


def _item_result(item: _Item, size: int) -> ItemResult:
    error = item.error or _Error()
    if is_too_large(item.status, error.text(), size):
        return ItemResult(Outcome.DEAD_LETTER, refusal(error.text()))
    outcome = item_outcome(item.status, error.type, error.text())
    if outcome is Outcome.DEAD_LETTER:
        cause = error.caused_by.reason if error.caused_by else ""
        return ItemResult(outcome, refusal(error.text(), cause or ""))
    is_overload = item.status in OVERLOADED and outcome is Outcome.RETRY
    return ItemResult(outcome, f"Elasticsearch answers {item.status} {error.name()}", is_overload)


def _refused(operations: Sequence[Operation], status: int, error: _Error) -> list[ItemResult]:
    size = sum(operation.size for operation in operations)
    outcome = request_outcome(status, error.type, error.text(), len(operations), size)
    why = (
        f"Elasticsearch refused the request: {status} {error.name()}"
        if status
        else f"Elasticsearch is away: {error.name()}"
    )
    return [ItemResult(outcome, why)] * len(operations)


def _cause(error: ApiError) -> _Error:
    body = error.body
    found = body.get("error") if isinstance(body, dict) else None
    return _Error(str(found.get("type", "")), str(found.get("reason", ""))) if isinstance(found, dict) else _Error()


def by_outcome(operations: Iterable[Operation], results: Iterable[ItemResult]) -> Sorted:
    """Return operations by their outcome, each with its reason."""
    found: Sorted = defaultdict(list)
    for operation, result in zip(operations, results, strict=True):
        found[result.outcome].append((operation, result.why))
    return found


def _label(outcomes: Collection[Outcome]) -> str:
    if all(outcome in (Outcome.INDEXED, Outcome.DUPLICATE) for outcome in outcomes):
        return "stored"
    return "partly" if Outcome.INDEXED in outcomes else "refused"
