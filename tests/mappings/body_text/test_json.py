"""JSON is read with its escapes decoded, at any depth of quoting; what is no JSON keeps its backslashes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.body_text.kinds import text_of

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\b\f"), max_size=60)
# Decoded wherever it stands, quoted or not.
NO_CODE = ANY_TEXT.filter(lambda text: "\\u" not in text)


def quoted(text: str, depth: int, *, ascii_only: bool) -> str:
    """Return a text in an object in a string in an object …, so deep."""
    for level in range(depth):
        value: object = {"content": text} if level % 2 else [text, level]
        text = json.dumps(value, ensure_ascii=ascii_only)
    return text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r'{"q": "first\nsecond\tthird \"x\""}', '{"q": "first\nsecond\tthird "x""}'),
        (r'{"q": "\u4f59\u989d"}', '{"q": "余额"}'),
        (r'{"q": "\ud83d\ude42 \ud83d"}', '{"q": "🙂 \ufffd"}'),
        (r'{"q": "a\/b\bc\fd"}', '{"q": "a/b c d"}'),
        (r'{"a": "{\"b\": \"c\\nd\", \"e\": \"\\u4f59\"}"}', '{"a": "{"b": "c\nd", "e": "余"}"}'),
        (r'{"a": "[\"b\\nc\"]"}', '{"a": "["b\nc"]"}'),
        (r'{"a": "\"b\\nc\""}', '{"a": ""b\nc""}'),
        (r'["a\nb", {"c": "d\ne"}]', '["a\nb", {"c": "d\ne"}]'),
        (r'"{\"a\": \"b\\nc\"}"', '"{"a": "b\nc"}"'),
        ('{"a": "b\n\\nc"}', '{"a": "b\n\nc"}'),  # a line end within a string
        (r'{"a": "b\dc\n", "d": "e\nf"}', r'{"a": "b\dc\n", "d": "e' + '\nf"}'),  # an escape that JSON does not know
        (r'{"a": "it\'s b\nc"}', '{"a": "it\'s b\nc"}'),  # nor does it know this one, but some clients write it
        (r'{"a": 1.50, "a": 1e5}', r'{"a": 1.50, "a": 1e5}'),
        ("{\n" + r'  "a": "b\nc"' + "\n}\n", '{\n  "a": "b\nc"\n}\n'),
        (r'{"a": "b\nc"}' + "\n" + r'{"a": "d\ne"}', '{"a": "b\nc"}\n{"a": "d\ne"}'),
    ],
)
def test_a_string_is_its_value(body: str, text: str) -> None:
    assert text_of(body) == text


@pytest.mark.parametrize(
    "said",
    [
        r"C:\new\table",
        r"C:\new\table 余 \nabla",
        r"\nabla \times \vec{B} = \frac{1}{c}",
        r"$\theta$",
        r"\d+\s*\bword\b",
        r"\\server\new\files",
        r'"C:\new\table"',
        r"{\bf x}, [\nu], {'a': '\n'}",
        r'print("a\nb")',
        r"a\nb",
    ],
)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_backslashes_that_were_said_invent_no_words(said: str, depth: int) -> None:
    body = quoted(said, depth, ascii_only=True)

    assert said in text_of(body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r'{"a": "b\nc', '{"a": "b\nc'),
        ('{"a": "b\\nc\\', '{"a": "b\nc'),
        (r'{"a": "b\nc\u4f', '{"a": "b\nc'),
        (r'{"a": "b\nc\\u4f', r'{"a": "b' + "\n" + r"c\u4f"),
        (r'{"a": "b\nc\ud83d', '{"a": "b\nc\ufffd'),
        (r'{"a": "{\"b\": \"c\\nd', '{"a": "{"b": "c\nd'),
        (r'{"a": "{\"b\": \"c\\nd\\', '{"a": "{"b": "c\nd'),
        (r'{"a": "{\"b\": \"c\\nd\", \"e', '{"a": "{"b": "c\nd", "e'),
        (r'{"a": "x\ny", "b": {"c": [1,', '{"a": "x\ny", "b": {"c": [1,'),
    ],
)
def test_a_body_that_was_cut_is_read_as_far_as_it_goes(body: str, text: str) -> None:
    assert text_of(body) == text


@given(NO_CODE, st.integers(1, 6), st.booleans())
def test_any_text_is_found_at_any_depth(text: str, depth: int, ascii_only: bool) -> None:
    assert text_of(text) in text_of(quoted(text, depth, ascii_only=ascii_only)) or text in text_of(
        quoted(text, depth, ascii_only=ascii_only)
    )


@given(NO_CODE, st.integers(1, 4), st.booleans(), st.data())
def test_a_cut_anywhere_loses_nothing_before_it(text: str, depth: int, ascii_only: bool, data: st.DataObject) -> None:
    whole = json.dumps({"a": quoted(text, depth, ascii_only=ascii_only), "b": "x"}, ensure_ascii=ascii_only)
    end = data.draw(st.integers(0, len(whole)))

    found, cut = text_of(whole), text_of(whole[:end])

    # The last escape may be missing.
    assert found.startswith(cut.rstrip('\\"\ufffd')[:-1])


@pytest.mark.parametrize(
    "body", ["", "plain", '{"a": "b"}', "余额", "first\nsecond", '{"a":"' + "words " * 500 + '"}', "\\", "C:\\new"]
)
def test_a_body_that_is_its_text_is_the_same_object_or_equal(body: str) -> None:
    assert text_of(body) == body or body == "\\"


def test_a_body_without_escapes_is_not_copied() -> None:
    body = '{"a": "b"}' * 1000

    assert text_of(body) is body
