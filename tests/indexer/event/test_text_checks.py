"""Half a surrogate pair is replaced, and nothing else is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.event import text_checks
from indexer.event.text_checks import with_whole_characters

ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
PIECES = [
    rb"\ud800",
    rb"\uDBFF",
    rb"\udc00",
    rb"\uDFFF",
    rb"\\",
    rb"\n",
    rb"\"",
    rb"\u4f59",
    rb"\ud7ff",
    b"u",
    b"ud800",
    b"a",
]
texts = st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)


def one_escape_after_the_other(text: bytes) -> bytes:
    return ESCAPES.sub(lambda match: rb"\ufffd" if match[1] else match[0], text)


@pytest.mark.parametrize("part", [1, 7, 20])
@given(text=texts)
def test_halves_are_replaced_as_if_each_escape_was_read_in_turn(part: int, text: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_checks, "PART", part)

        assert with_whole_characters(text) == one_escape_after_the_other(text)


def test_bytes_that_no_json_holds_are_left_alone() -> None:
    assert with_whole_characters(b"\0\\ud800") == b"\0\\ud800"
