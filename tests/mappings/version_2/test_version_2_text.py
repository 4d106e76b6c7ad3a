"""How texts were read for the search by indices of version 2."""

import subprocess
import sys

import pytest

from mappings.version_2.text import readable
from tests.support.repository import ROOT


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (r"\u4f59\u989d", "余额"),
        (r"\\u4f59\\u989d", "余额"),  # a tool's arguments: JSON in JSON
        (r"\ud83d\ude00", "😀"),
        (r"\ud83d alone", "\ufffd alone"),
        (r"first\nsecond\tthird", "first second third"),
        ("API호출", "API 호출"),
        ("호출api 500개", "호출 api 500 개"),
        ("\uff10호 é호 호x", "\uff10 호 é 호 호 x"),
        ("호_x 호-x 호テ 호超", "호_x 호-x 호テ 호超"),  # the tokenizer parts these by itself
        (r"\ud638api", "호 api"),
        (r"a\\\n\\\\u4f59\\b", "a 余 "),  # escaped more than once, in a row
    ],
)
def test_a_text_is_read_as_the_words_in_it(written: str, words: str) -> None:
    assert readable(written) == words


@pytest.mark.parametrize("text", ["", "plain text", "余额不足 error", "호출 시간", "a\nb"])
def test_a_text_that_is_read_rightly_anyhow_is_the_same_object(text: str) -> None:
    assert readable(text) is text


@pytest.mark.parametrize("text", ["'\\\\' * 1_000_000", "'\\\\u4f59' + '\\\\' * 1_000_000"])
def test_a_megabyte_of_backslashes_does_not_stop_the_program(text: str) -> None:
    # Tried from each of them it took an hour, and no other thread of the indexer ran meanwhile.
    program = f"from mappings.version_2.text import readable; readable({text})"

    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)
