"""Where each log of a page matches the query. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct

from api.envelope import DETAIL_BODIES, fields_of
from api.request.query_language import Word, Words
from api.search.fragments import FRAGMENTS, fragments
from api.store.answers import Hit
from mappings.body_text.assembly import BREAK
from mappings.body_text.kinds import text_of

EXACT_FIELDS = ("request_id", "model", "token_name", "group", "user", "ip", "endpoint")
MAX_LOOKED_AT = 262_144  # characters of each text that are looked at
MAX_PAGE = 4_194_304  # characters of all texts of a page
_NULL = Raw(b"null")


class Room(Struct):
    """How many characters of a page may still be looked at, part by part."""

    left: int = MAX_PAGE


def highlights(hits: Sequence[Hit], query: Words | None, room: Room) -> list[dict[str, Any]]:
    """Return, for each log, the fields that match, and fragments of those that are texts.

    A fragment is HTML: its text is escaped, matches are in `<em>`. Only the first characters of a text are looked at.
    """
    phrases = [phrase for word in query.wanted for phrase in _phrases(word)] if query else []
    found = []
    for hit in hits:
        texts = {name: text[:MAX_LOOKED_AT][: room.left] for name, text in _texts(hit.source)} if phrases else {}
        room.left = max(room.left - sum(map(len, texts.values())), 0)
        marked = {name: _fragments(text, phrases) for name, text in texts.items()}
        exact = [field for field in EXACT_FIELDS if query and _is_found(hit.source.get(field), query)]
        given = {name: some for name, some in marked.items() if some}
        found.append({"matched": [*given, *exact], "fragments": given})
    return found


def _phrases(word: Word) -> Iterator[str]:
    for parts in filter(None, (word.parts, word.unescaped)):
        yield f" {' '.join(parts)}{'' if word.prefix else ' '}"


def _texts(source: Mapping[str, Raw]) -> Iterator[tuple[str, str]]:
    detail = fields_of(source.get("request_detail", _NULL))
    for name, raw in (("content", source.get("content")), *((name, detail.get(name)) for name in DETAIL_BODIES)):
        if text := _string(raw):
            yield name, text


def _fragments(written: str, phrases: Sequence[str]) -> list[str]:
    found: list[str] = []
    for text in text_of(written).split(BREAK):
        found += fragments(text, phrases)
        if len(found) >= FRAGMENTS:
            break
    return found[:FRAGMENTS]


def _is_found(raw: Raw | None, query: Words) -> bool:
    value = _string(raw)
    return value is not None and any(_matches(value, query))


def _matches(value: str, query: Words) -> Iterator[bool]:
    yield value == query.whole != ""
    for word in query.wanted:
        yield value.startswith(word.text) if word.prefix else value == word.text


def _string(raw: Raw | None) -> str | None:
    value = msgspec.json.decode(raw) if raw else None
    return value if isinstance(value, str) else None
