"""Bodies that are made to be slow: the work grows with their length, and so does the memory."""

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType

import pytest

from mappings.body_text.kinds import text_of
from tests.support.repository import ROOT
from tests.support.streams import dashscope_so_far, gemini_array, openai_chat


def nested(size: int) -> str:
    """Return JSON quoted in JSON until it is so large: each level doubles the backslashes."""
    text = "first\nsecond"
    while len(text) < size:
        text = json.dumps({"k": text})
    return text


Make = Callable[[int], str]  # about so many characters
BODIES: dict[str, Make] = {
    "data without JSON": lambda size: "data: x\n" * (size // 8),
    "data without anything": lambda size: "data:\n" * (size // 6),
    "chunks without likeness": lambda size: "".join(f'data: {{"k{n}":"v{n}"}}\n\n' for n in range(size // 22)),
    "broken chunks": lambda size: 'data: {"a":"b\n' * (size // 14),
    "broken nested chunks": lambda size: 'data: {"a":{"b":[\n\n' * (size // 19),
    "one chunk that is cut": lambda size: 'data: {"a":"' + "x\\n" * (size // 3),
    "one chunk without quotes": lambda size: "data: {" + "a" * size,
    "one chunk of blanks": lambda size: "data: {" + " " * size + "a",
    "one deep chunk": lambda size: "data: " + '{"a":' * (size // 5),
    "one chunk of brackets": lambda size: "data: " + "[" * size,
    "one chunk over many lines": lambda size: "data: {\n" + 'data: "a":1,\n' * (size // 13),
    "many chunks": lambda size: openai_chat(["ab"] * (size // 230)),
    "many tiny chunks": lambda size: '{"delta":"a"}\n' * (size // 14),
    "many choices": lambda size: "".join(
        f'data: {{"choices":[{{"index":{n % 1000},"delta":{{"content":"a"}}}}]}}\n\n' for n in range(size // 60)
    ),
    "many names in a chunk": lambda size: "data: {" + ",".join(f'"{n}":""' for n in range(size // 10)) + "}\n\n",
    "many names": lambda size: "{" + ",".join(f'"{n}":"\\n"' for n in range(size // 12)) + "}",
    "the text so far": lambda size: dashscope_so_far(["ab"] * int(size**0.5)),
    "backslashes": lambda size: "\\" * size,
    "backslashes in a string": lambda size: '{"a":"' + "\\" * size,
    "half escapes": lambda size: '{"a":"' + "\\u" * (size // 2),
    "codes": lambda size: "x" + "\\u4f59" * (size // 6),
    "JSON in JSON in JSON": nested,
    "JSON in JSON in JSON, cut": lambda size: nested(2 * size)[:size],
    "openings in JSON": lambda size: '{"a":"\\n' * (size // 8),
    "openings in text": lambda size: "x " + '{"a\\n' * (size // 6),
    "deep openings in text": lambda size: "x\\ " + '{"a":{' * (size // 6) + "?",
    "brackets in text": lambda size: "x\\" + "[ " * (size // 2),
    "brackets and blanks": lambda size: "x\\" + ("[" + " " * 1000) * (size // 1001),
    "quotes": lambda size: '"\\' * (size // 2),
    "escapes outside of strings": lambda size: '{"a":"b"' + "\\ " * (size // 2),
    "halves of characters": lambda size: '{"a":"' + "\\ud83d x" * (size // 8) + '"}',
    "escapes that JSON does not know": lambda size: '{"a":"' + "\\d" * (size // 2) + '"}',
    "base64": lambda size: "A" * size,
    "nearly base64": lambda size: ("A" * 999 + " ") * (size // 1000),
    "numbers": lambda size: "[" + "0.123," * (size // 6) + "0]",
    "an array that is cut": lambda size: gemini_array(["ab\\"] * (size // 330))[: size * 2 // 3],
    "a deep array": lambda size: '[{"candidates":' + "[" * size,
    "escaped lines": lambda size: "a\\n\n" * (size // 4),
    "line ends": lambda size: "\r" * size,
    "chunks without line ends": lambda size: 'data: {"delta":"x"}' * (size // 19),
    "a stream in a string": lambda size: json.dumps({"b": openai_chat(["ab"] * (size // 300))}),
    "many long marks": lambda size: "".join(
        f'data: {{"item_id":"{"y" * 900}{n}","x":{{"delta":"a"}}}}\n\n' for n in range(size // 940)
    ),
}


def calls(body: str) -> int:
    """Return how many functions are called, Python's and C's, while a body is read."""
    count = 0

    def called(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        text_of(body)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("name", BODIES)
def test_twice_the_length_is_at_most_twice_the_calls(name: str) -> None:
    once, twice = calls(BODIES[name](20_000)), calls(BODIES[name](40_000))

    assert twice < 2.3 * once + 500


@pytest.mark.parametrize("name", BODIES)
def test_memory_grows_with_the_length(name: str) -> None:
    body = BODIES[name](100_000)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        text_of(body)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()

    assert peak < 60 * len(body)


@pytest.mark.parametrize("name", BODIES)
def test_the_text_is_hardly_longer_than_the_body(name: str) -> None:
    body = BODIES[name](20_000)

    assert len(text_of(body)) <= 1.1 * len(body) + 100


def test_a_megabyte_of_each_does_not_stop_the_program() -> None:
    # Each takes less than a second. What grows with the square of the length takes minutes within one call.
    program = (
        "from tests.mappings.body_text.test_bounds import BODIES\n"
        "from mappings.body_text.kinds import text_of\n"
        "for make in BODIES.values(): text_of(make(1_000_000))"
    )

    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=300)
