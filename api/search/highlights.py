"""Where in each log of a page the words of the query were found. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from api.request.query_language import Words
from api.store.answers import Hit

WHOLE = ("request_id", "model", "token_name", "group", "user", "ip", "endpoint")


def highlights(hits: Sequence[Hit], query: Words | None) -> list[dict[str, Any]]:
    """Return, for each log, the fields that matched, and fragments of those that are texts.

    A fragment is HTML: the text is escaped, and what was found stands in `<em>`.
    """
    return [_highlight(hit, query) for hit in hits]


def _highlight(hit: Hit, query: Words | None) -> dict[str, Any]:
    fragments = {field.rpartition(".")[2]: found for field, found in hit.highlight.items()}
    whole = [field for field in WHOLE if query and _is_found(hit.source.get(field), query)]
    return {"matched": [*fragments, *whole], "fragments": fragments}


def _is_found(raw: Raw | None, query: Words) -> bool:
    value = msgspec.json.decode(raw) if raw else None
    return isinstance(value, str) and any(_matches(value, query))


def _matches(value: str, query: Words) -> Iterator[bool]:
    yield value == query.whole != ""
    for word in query.wanted:
        yield value.startswith(word.text) if word.prefix else value == word.text
