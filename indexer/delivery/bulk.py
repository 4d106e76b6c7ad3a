"""A batch goes to Elasticsearch, and every operation of it gets its fate from the answer."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch, OrjsonSerializer

from indexer.delivery.fate import Fate, item_fate, request_fate
from indexer.event.document import Operation
from indexer.settings import IndexerSettings

PATH = (
    "/_bulk?require_alias=true"  # an index that is not there is made by us, with its mapping, or not at all
    "&filter_path=items.*.status,items.*.error.type,items.*.error.reason"
)
HEADERS = {"content-type": "application/x-ndjson", "accept": "application/json"}


class _Error(msgspec.Struct):
    type: str = ""
    reason: str = ""


class _Item(msgspec.Struct):
    status: int
    error: _Error | None = None


class _Answer(msgspec.Struct):
    items: list[dict[str, _Item]]


@dataclass(slots=True, frozen=True)
class Verdict:
    """What becomes of an operation, and why, in words for an operator."""

    fate: Fate
    why: str = ""


def connect(settings: IndexerSettings) -> Elasticsearch:
    """Return the one client of a program."""
    return Elasticsearch(
        **settings.client_options(),
        connections_per_node=settings.indexer_senders + 2,  # the senders, the upkeep, and one to spare
        serializer=OrjsonSerializer(),
    )


class Bulk:
    """One Elasticsearch client, shared by the senders, and the bulk request over it."""

    def __init__(self, client: Elasticsearch, timeout_seconds: float) -> None:
        self._client = client.options(request_timeout=timeout_seconds)

    def send(self, operations: list[Operation]) -> list[Verdict]:
        """Send one request and return a verdict for each operation, in their order.

        Never raises for what Elasticsearch or the network does: an answer that is missing, cut, short or not to
        be read means that nothing is known, and nothing known means: again. Ids and versions make that safe.
        """
        try:
            answer = self._post(operations)
        except ApiError as error:
            return _refused(operations, error.meta.status, _cause(error))
        except TransportError as error:
            return _refused(operations, 0, _Error(type(error).__name__))
        return verdicts(answer, len(operations))

    def _post(self, operations: list[Operation]) -> Any:
        parts: list[bytes | memoryview] = []
        for operation in operations:
            parts += (operation.action, memoryview(operation.value)[:-1], operation.tail)
        body = b"".join(parts)
        return self._client.perform_request("POST", PATH, headers=HEADERS, body=body, endpoint_id="bulk").body


def verdicts(answer: Any, operations: int) -> list[Verdict]:
    """Return the verdicts of a bulk answer. The flag `errors` is not read: only the items can say what happened."""
    try:
        items = [next(iter(item.values())) for item in msgspec.convert(answer, _Answer).items]
    except (msgspec.ValidationError, StopIteration):
        return [Verdict(Fate.RETRY, "the answer of Elasticsearch to a bulk request cannot be read")] * operations
    if len(items) != operations:
        why = f"the answer of Elasticsearch has {len(items)} items for {operations} operations"
        return [Verdict(Fate.RETRY, why)] * operations
    return [_STORED if item.status in (200, 201) else _item_verdict(item) for item in items]


_STORED = Verdict(Fate.INDEXED)


def _item_verdict(item: _Item) -> Verdict:
    error = item.error or _Error()
    fate = item_fate(item.status, error.type, error.reason)
    if fate is Fate.DEAD_LETTER:
        return Verdict(fate, f"Elasticsearch refused the document: {_without_content(error)}")
    return Verdict(fate, f"Elasticsearch answers {item.status} {error.type}")


def _without_content(error: _Error) -> str:
    # The reason ends in a preview of the value: what was in an event stays out of headers and log lines.
    return f"{error.type}: {error.reason.partition(' in document with id')[0]}"[:500]


def _refused(operations: list[Operation], status: int, error: _Error) -> list[Verdict]:
    size = sum(operation.size for operation in operations)
    fate = request_fate(status, error.type, error.reason, len(operations), size)
    why = (
        f"Elasticsearch refused the request: {status} {error.type}"
        if status
        else f"Elasticsearch is away: {error.type}"
    )
    return [Verdict(fate, why)] * len(operations)


def _cause(error: ApiError) -> _Error:
    body = error.body
    found = body.get("error") if isinstance(body, dict) else None
    return _Error(str(found.get("type", "")), str(found.get("reason", ""))) if isinstance(found, dict) else _Error()


def by_fate(operations: Iterable[Operation], found: Iterable[Verdict]) -> dict[Fate, list[tuple[Operation, str]]]:
    """Sort operations by their fate, each with its reason."""
    sorted_out: dict[Fate, list[tuple[Operation, str]]] = defaultdict(list)
    for operation, verdict in zip(operations, found, strict=True):
        sorted_out[verdict.fate].append((operation, verdict.why))
    return sorted_out
