"""Logs in indices of version 2, as release 0.2 made them: its settings and mappings, and its form of a document."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from indexer.event.decode import Window, decode
from indexer.event.layout_2 import own_2
from mappings.index import OWN, write_alias
from mappings.version_2.index import BODY_2
from tests.support.logs import Event, Logs, tie


def store_in_version_2(logs: Logs, events: Sequence[Event]) -> None:
    """Index events in indices of version 2 behind the alias, searchable on return."""
    with _older_template(logs):
        lines = [line for event in events for line in _lines(logs.alias, event)]
        answer = logs.client.bulk(operations=lines, refresh=True)
    assert not answer["errors"], [item for item in answer["items"] if "error" in item["index"]][:1]


@contextmanager
def _older_template(logs: Logs) -> Iterator[None]:
    name = f"{logs.alias}-version-2"
    body = {"index_patterns": [f"{logs.alias}-*"], "priority": 1000}
    logs.client.indices.put_index_template(name=name, body=body | {"template": {**BODY_2, "aliases": {logs.alias: {}}}})
    try:
        yield
    finally:
        logs.client.indices.delete_index_template(name=name)


def _lines(alias: str, event: Event) -> Iterator[Event]:
    log = decode(json.dumps(event).encode(), Window(0, 2**60))
    own = {"tie": tie(event), **own_2(log)}
    yield {"index": {"_index": f"{write_alias(alias, 'day', log.created_ms)}-v2"}}
    yield {**json.loads(log.value), OWN: own}
