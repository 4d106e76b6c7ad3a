"""A log for an index of mapping version 2 is stored byte for byte as the release of that version stored it."""

import json
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from indexer.event.decode import Window, decode
from indexer.event.document import LAYOUT, IndexTarget, layout_of, operation
from indexer.event.origin import Origins
from indexer.offsets import Span

SPAN = Span(TopicPartition("t", 1), 1, 1, 1)
STREAM = 'data: {"choices":[{"delta":{"content":"hel"}}]}\n\ndata: {"choices":[{"delta":{"content":"lo"}}]}\n'

# What the release with mapping version 2 wrote for a record at this position: id, version and its own fields.
STORED: list[tuple[dict[str, Any], int, tuple[str, int, dict[str, Any]]]] = [
    (
        {"id": 5, "request_id": "r", "group": "g", "created_at": 1795521600000, "request_at": 1795521599000},
        1795521600123,
        ("AaINbVoAfsod3J6ukiLXFoVl", 3765481714741858240, {"tie": 4568073813733361937, "duration_ms": 1000}),
    ),
    (
        {"created_at": 1795521600000, "content": "a\\n\\u4f59b", "group": "g"},
        1795521600123,
        (
            "AaINbVoAnXHMhcBAaN4_Vj3e",
            3765481714741858240,
            {"tie": 5672536905575576687, "readable": {"content": "a 余b"}},
        ),
    ),
    (
        {
            "id": 0,
            "request_id": "0123456789012345",
            "created_at": "2026-11-24T10:00:00Z",
            "request_detail": {"request_body": '{"a":"\\u4f59\\u989d"}', "response_body": STREAM},
            "content": "한국어GPT",
        },
        1795521600123,
        (
            "AaIM_30A1idtABgX4SIgak0S",
            3765481714741858240,
            {
                "tie": 7715711247689969809,
                "readable": {"content": "한국어 GPT", "request_body": '{"a":"余额"}'},
            },
        ),
    ),
    ({"id": 1, "created_at": 5}, -1, ("AAAAAAAFqNrgeo50qUysqUp0", 708544, {"tie": 6083642080137729190})),
]


def stored(event: dict[str, Any], timestamp: int, layouts: dict[str, int]) -> tuple[str, int, dict[str, Any]]:
    value = json.dumps(event, ensure_ascii=False).encode()
    fields = {"topic": "t", "partition": 1, "offset": 7_000_000, "timestamp": timestamp, "value": value}
    sizes = {f"serialized_{part}_size": 10 for part in ("key", "value", "header")}
    record = ConsumerRecord(**(dict.fromkeys(ConsumerRecord._fields) | fields | sizes))
    target = IndexTarget("logs", "day", layouts)
    one = operation(decode(value, Window(0, 2**60)), record, Origins().of(record), SPAN, target)
    action, source = (json.loads(part) for part in (one.action, one.value[:-1] + one.tail))
    assert one.layout == layouts.get(one.target, LAYOUT)
    return action["index"]["_id"], action["index"]["version"], source["gateway_logs"]


@pytest.mark.parametrize(("event", "timestamp", "expected"), STORED)
def test_an_index_of_layout_2_gets_what_that_release_wrote(
    event: dict[str, Any], timestamp: int, expected: tuple[str, int, dict[str, Any]]
) -> None:
    layouts = {"logs-2026.11.24": 2, "logs-1970.01.01": 2}

    assert stored(event, timestamp, layouts) == expected


def test_an_index_that_is_not_known_yet_gets_the_layout_of_today() -> None:
    event, timestamp, (old_id, *_) = STORED[0]

    assert stored(event, timestamp, {"logs-2026.11.23": 2})[0] != old_id


@pytest.mark.parametrize(("version", "layout"), [(1, 2), (2, 2), (3, LAYOUT), (99, LAYOUT), (None, LAYOUT)])
def test_the_version_in_the_name_of_an_index_says_its_layout(version: int | None, layout: int) -> None:
    assert layout_of(version) == layout
