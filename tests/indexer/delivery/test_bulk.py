"""The classification against what a real Elasticsearch answers when it is made to refuse."""

import time
from collections.abc import Callable

import pytest
from elasticsearch import Elasticsearch, OrjsonSerializer
from kafka import TopicPartition

from indexer.delivery.bulk import Bulk
from indexer.delivery.indices import Indices
from indexer.delivery.outcome import Outcome
from indexer.event.document import IndexTarget, Operation
from indexer.event.origin import Origin
from indexer.metrics import IndexerMetrics
from indexer.offsets import Span
from mappings.index import index_name, write_alias
from mappings.instant import DAY_MS
from tests.support.logs import Logs

NOW = int(time.time() * 1000)
ORIGIN = Origin("t", 0, 0, 0)
SPAN = Span(TopicPartition("t", 0), 1, 1, 1)


@pytest.fixture
def target(logs: Logs) -> str:
    today, tomorrow = (write_alias(logs.alias, "day", moment) for moment in (NOW, NOW + DAY_MS))
    Indices(logs.client, IndexTarget(logs.alias, "day"), 30, 400).prepare([today, tomorrow])
    return today


def put(target: str, value: bytes, document_id: str = "1", version: int = 1) -> Operation:
    action = (
        f'{{"index":{{"_index":"{target}","_id":"{document_id}","version":{version},"version_type":"external"}}}}\n'
    )
    return Operation(
        None, Origin("t", 0, 0, 0), SPAN, target, action.encode(), value, b',"gateway_logs":{"tie":1}}\n', 100, 100
    )


def send(logs: Logs, *operations: Operation) -> list[Outcome]:
    client = Elasticsearch(logs.client.transport.node_pool.get().base_url, serializer=OrjsonSerializer(), max_retries=0)
    with client:
        found = Bulk(client, 20, IndexerMetrics()).send(operations).found
    outcomes = {id(operation): outcome for outcome, of_it in found.items() for operation, _ in of_it}
    return [outcomes[id(operation)] for operation in operations]


def good(target: str, document_id: str = "good") -> Operation:
    return put(target, b'{"created_at":%d}' % NOW, document_id)


def test_stored_then_there_already_then_newer(logs: Logs, target: str) -> None:
    value = b'{"created_at":%d}' % NOW

    fates = send(logs, *(put(target, value, version=version) for version in (5, 5, 4, 6)))

    assert fates == [Outcome.INDEXED, Outcome.DUPLICATE, Outcome.DUPLICATE, Outcome.INDEXED]


@pytest.mark.parametrize(
    "value",
    [
        b'{"created_at":"never"}',
        b'{"created_at":NOW,"code":"200"}',
        b'{"created_at":NOW,"code":{"a":1}}',
        b'{"created_at":NOW,"a":1,"a":2}',
        b'{"created_at":NOW,"metadata":{"a":"1","a":"2"}}',
        b'{"created_at":NOW,"":1}',
        b'{"created_at":NOW,"x":NaN}',
        b'{"created_at":NOW,"x":"\xff"}',
        b'{"created_at":NOW,"metadata":{"%s":"v"}}' % (b"k" * 40_000),
        b'{"created_at":NOW,"x":}',
        b"[1]",
    ],
)
def test_a_document_that_can_never_be_stored_is_a_dead_letter_and_its_neighbours_are_stored(
    logs: Logs, target: str, value: bytes
) -> None:
    value = value.replace(b"NOW", b"%d" % NOW)

    assert send(logs, good(target), put(target, value), good(target, "other")) == [
        Outcome.INDEXED,
        Outcome.DEAD_LETTER,
        Outcome.INDEXED,
    ]


def block_writes(client: Elasticsearch, index: str) -> None:
    client.indices.add_block(index=index, block="write")


def close(client: Elasticsearch, index: str) -> None:
    client.indices.close(index=index)


def delete(client: Elasticsearch, index: str) -> None:
    client.indices.delete(index=index)


def flood(client: Elasticsearch, index: str) -> None:
    client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": True})


@pytest.mark.parametrize("trouble", [block_writes, close, delete, flood])
def test_an_index_that_cannot_be_written_holds_its_logs_and_no_others(
    logs: Logs, target: str, trouble: Callable[[Elasticsearch, str], None]
) -> None:
    tomorrow = write_alias(logs.alias, "day", NOW + DAY_MS)
    trouble(logs.client, index_name(target))

    assert send(logs, good(target), good(tomorrow)) == [Outcome.HOLD, Outcome.INDEXED]


def test_a_request_beyond_what_elasticsearch_takes_is_split(logs: Logs, target: str) -> None:
    large = b'{"created_at":%d,"x":"%b"}' % (NOW, b"x" * 21_000_000)

    assert send(logs, *(put(target, large, str(number)) for number in range(5))) == [Outcome.SPLIT] * 5


def test_an_index_is_never_made_by_writing_to_it(logs: Logs, target: str) -> None:
    assert send(logs, good(f"{logs.alias}-1999.01.01"), good(target)) == [Outcome.HOLD, Outcome.INDEXED]
    assert not logs.client.indices.exists(index=f"{logs.alias}-1999.01.01")


def test_an_id_that_poisons_the_whole_request_is_found_by_splitting(logs: Logs, target: str) -> None:
    poison = put(target, b'{"created_at":%d}' % NOW, "x" * 600)

    assert send(logs, good(target), poison) == [Outcome.SPLIT, Outcome.SPLIT]
    assert send(logs, poison) == [Outcome.DEAD_LETTER]


def test_nobody_there_means_again() -> None:
    with Elasticsearch("http://127.0.0.1:9", max_retries=0) as client:
        lone = good("t")
        found = Bulk(client, 2, IndexerMetrics()).send([lone]).found

    assert found == {Outcome.RETRY: [(lone, "Elasticsearch is away: ConnectionError")]}
