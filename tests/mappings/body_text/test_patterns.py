"""Chunks that are written alike are not parsed, and mean the same as if they were."""

from collections.abc import Callable
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.body_text.kinds import text_of
from mappings.body_text.learning import LearntPatterns
from mappings.body_text.patterns import line_pattern
from mappings.body_text.stream import StreamReader
from tests.support.streams import (
    TEXT_STREAMS,
    TOOL_STREAMS,
    chat_chunks,
    cut_into,
    ollama_chat,
    openai_chat_choices,
    server_sent_events,
)

BUILDERS = {name: build for name, build in {**TEXT_STREAMS, **TOOL_STREAMS}.items() if build is not ollama_chat}
# What often stands beside the hole of a pattern, or looks like the end of one.
HARD = st.sampled_from(['"', "\\", '","', '"}', '"},"finish_reason":null}]}', "\\u0022", "\n", "🙂", "余", "a", " "])
PIECES = st.lists(st.one_of(HARD, st.lists(HARD, max_size=4).map("".join)), min_size=1, max_size=12)


def parsed_only(body: str) -> str:
    """Return the text of a stream every chunk of which is parsed."""
    with patch.object(LearntPatterns, "learn", lambda *_: None):
        return text_of(body)


@given(PIECES, st.sampled_from(sorted(BUILDERS)))
def test_the_text_is_that_of_the_parsed_chunks(pieces: list[str], name: str) -> None:
    body = BUILDERS[name](pieces)

    assert text_of(body) == parsed_only(body)


@given(st.lists(PIECES, min_size=2, max_size=4))
def test_the_same_holds_for_choices_that_take_turns(choices: list[list[str]]) -> None:
    body = openai_chat_choices(*choices)

    assert text_of(body) == parsed_only(body)


words = st.sampled_from(["", "a", "b c", '"'])
scalar = st.one_of(st.none(), st.booleans(), st.integers(0, 30), st.floats(0, 9), words)
chunk = st.recursive(
    st.dictionaries(st.sampled_from(["delta", "content", "index", "type", "x", "id"]), scalar, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from(["delta", "choices", "content", "x"]), st.one_of(scalar, inner)),
    max_leaves=6,
)


@given(st.lists(chunk, min_size=1, max_size=10))
def test_the_same_holds_for_chunks_of_any_form(chunks: list[dict[str, object]]) -> None:
    body = server_sent_events(chunks)

    assert text_of(body) == parsed_only(body)


def parsed_chunks(read: Callable[[], object]) -> int:
    """Return how many chunks were parsed while something was read."""
    with patch.object(StreamReader, "_add", autospec=True, side_effect=StreamReader._add) as add:
        read()
    return int(add.call_count)


@pytest.mark.parametrize("name", sorted(set(BUILDERS) - {"gemini_array"}))
def test_hardly_any_chunk_of_a_long_stream_is_parsed(name: str) -> None:
    body = BUILDERS[name](cut_into("The rollback finished as planned. " * 40, 4))

    assert parsed_chunks(lambda: text_of(body)) < 10


def test_a_pattern_takes_only_what_is_written_like_it() -> None:
    found: list[str] = []
    pattern = line_pattern('{"n":7,"s":"a","e":1}', "", [("n", found.append), ("s", found.append)])

    assert pattern
    assert [line for line in LINES if pattern.take(f"{line}\n", 0, "")] == LINES[:4]
    assert found == ["8", "b", "-1.5e3", '\\"c', "8", "", "8", "\\\\"]
    assert not pattern.take(f"{LINES[0]}\n", 0, "another event")


@pytest.mark.parametrize(
    ("between", "taken"),
    [("\n", 3), ("\n\n", 3), ("\nevent: e\n", 3), ("\nevent: f\n", 1), ("\n: x\n", 1), ("\ndata: {}\n", 1)],
)
def test_lines_in_a_row_are_taken_where_nothing_is_passed_over(between: str, taken: int) -> None:
    found: list[str] = []
    lines = [f'data: {{"s":"{text}"}}\n' for text in "abcd"]
    pattern = line_pattern(lines[0].rstrip(), "e", [("s", found.append)], end=len(lines[0]))
    assert pattern

    end = pattern.take(between.join(lines), len(lines[0] + between), "e")

    assert found == ["b", "c", "d"][:taken]
    assert end == len(between.join(lines[: taken + 1]))


LINES = [
    '{"n":8,"s":"b","e":1}',
    '{"n":-1.5e3,"s":"\\"c","e":1}',
    '{"n":8,"s":"","e":1}',
    '{"n":8,"s":"\\\\","e":1}',
    '{"n":8,"s":"b","e":2}',
    '{"n":8,"s":"b","x":"c","e":1}',
    '{"n":8,"s":"b\\","e":1}',
    '{"n":[8],"s":"b","e":1}',
    '{"n":8,"s":"b","e":1} ',
    '{"n":8,"e":1}',
    '{"n":',
    "",
]


def test_no_pattern_is_made_where_a_name_is_not_unique() -> None:
    line = server_sent_events([*chat_chunks([{"content": "a", "x": {"content": "b"}}])]).splitlines()[0]

    assert line_pattern(line, "", [("content", print)]) is None
    assert line_pattern(line, "", []) is None
