"""Logs behind an alias of their own, stored as the indexer stores them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import uuid4

from elasticsearch import Elasticsearch

from indexer.event.decode import Window, decode
from indexer.event.document import sizes
from mappings.index import BODY, OWN, index_name, template, write_alias

Event = dict[str, Any]


def tie(event: Event) -> int:
    """Return the number that orders logs which are equal otherwise: 63 bits, unlike any other's."""
    return int.from_bytes(blake2b(repr(event).encode(errors="backslashreplace"), digest_size=8).digest(), "big") >> 1


class Logs(NamedTuple):
    """An alias of its own, and a way to put logs behind it as the indexer would."""

    client: Elasticsearch
    alias: str

    def store(self, events: Sequence[Event], own: Event | None = None) -> None:
        """Index events as the indexer does, searchable on return; `own` joins what it adds to an event."""
        lines = [line for event in events for line in self._lines(event, own or {})]
        answer = self.client.bulk(operations=lines, refresh=True)
        assert not answer["errors"], [item for item in answer["items"] if "error" in item["index"]][:1]

    def _lines(self, event: Event, own: Event) -> Iterator[Event]:
        log = decode(json.dumps(event).encode(), Window(0, 2**60))
        yield {"index": {"_index": index_name(write_alias(self.alias, "day", log.created_ms))}}
        yield {**json.loads(log.value), OWN: {"tie": tie(event), **sizes(log), **log.own, **own}}


@contextmanager
def fresh_logs(client: Elasticsearch) -> Iterator[Logs]:
    """Give an alias of its own with its template, and remove both with their indices at the end."""
    name = f"test-{uuid4().hex[:12]}"
    body = template(name) | {"template": {**BODY, "aliases": {name: {}}}}  # made by the first log, not by the indexer
    client.indices.put_index_template(name=name, body=body)
    try:
        yield Logs(client, name)
    finally:
        remove_logs(client, name)


def remove_logs(client: Elasticsearch, name: str) -> None:
    """Delete the indices and the template of an alias."""
    for index in client.indices.get(index=f"{name}-*", expand_wildcards="all"):
        client.indices.delete(index=index)
    for template_name in (name, f"{name}-v2", f"{name}-progress"):
        client.options(ignore_status=404).indices.delete_index_template(name=template_name)
    client.options(ignore_status=404).cluster.delete_component_template(name=f"{name}-signing-key")
