"""Whatever a word of a stream is, it is found as before: in a text that was put together, or by itself."""

import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mappings.body_text.kinds import text_of
from mappings.body_text.roles import LEFT_OUT
from tests.support.streams import json_lines, server_sent_events

NAMES = st.sampled_from(["delta", "content", "text", "choices", "index", "type", "item_id", "output", "args", "x"])
WORDS = st.text("ab cé余🙂\n", max_size=6)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-99, 10**20), st.floats(-9, 9), WORDS)
CHUNKS = st.dictionaries(
    NAMES,
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)),
    max_size=4,
)


def words(node: Any) -> Iterator[str]:
    """Yield the names and values in a chunk."""
    if isinstance(node, dict):
        for name, child in node.items():
            yield name
            yield from () if name in LEFT_OUT else words(child)
    elif isinstance(node, list):
        for child in node:
            yield from words(child)
    else:
        yield {None: "null"}.get(node) or (str(node).lower() if isinstance(node, bool) else str(node)).strip()


def is_found(word: str, text: str) -> bool:
    return all(line.strip() in text for line in word.splitlines())


@given(st.lists(CHUNKS, min_size=1, max_size=6))
def test_every_name_and_value_of_every_chunk_is_found(chunks: list[dict[str, Any]]) -> None:
    text = text_of(server_sent_events(chunks))

    assert [word for chunk in chunks for word in words(chunk) if not is_found(word, text)] == []


@given(st.lists(CHUNKS, min_size=1, max_size=6))
def test_the_same_holds_for_lines_of_json(chunks: list[dict[str, Any]]) -> None:
    text = text_of(json_lines([{"delta": "x"}, *chunks]))

    assert [word for chunk in chunks for word in words(chunk) if not is_found(word, text)] == []


@given(st.lists(st.sampled_from(["data: a b", "data:c", "event: d", ": e", "id: 7x", "f: g", "h", "", "data: {"])))
def test_every_line_is_found(lines: list[str]) -> None:
    text = text_of("\n".join(["data: x", *lines]))

    assert [word for line in lines for word in re.findall(r"\w+", line) if word not in text] == []
