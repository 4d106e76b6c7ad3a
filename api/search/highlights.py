"""Where each log of a page matches the query. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from api.request.query_language import Words
from api.store.answers import Hit

EXACT_FIELDS = ("request_id", "model", "token_name", "group", "user", "ip", "endpoint")


def highlights(hits: Sequence[Hit], query: Words | None) -> list[dict[str, Any]]:
    """Return, for each log, the fields that match, and fragments of those that are texts.

    A fragment is HTML: its text is escaped, matches are in `<em>`.
    """
    return [_highlight(hit, query) for hit in hits]


def _highlight(hit: Hit, query: Words | None) -> dict[str, Any]:
    fragments = {field.rpartition(".")[2]: found for field, found in hit.highlight.items()}
    exact = [field for field in EXACT_FIELDS if query and _is_found(hit.source.get(field), query)]
    return {"matched": [*fragments, *exact], "fragments": fragments}


def _is_found(raw: Raw | None, query: Words) -> bool:
    value = msgspec.json.decode(raw) if raw else None
    return isinstance(value, str) and any(_matches(value, query))


def _matches(value: str, query: Words) -> Iterator[bool]:
    yield value == query.whole != ""
    for word in query.wanted:
        yield value.startswith(word.text) if word.prefix else value == word.text
