"""JSON within other text, and text whose escapes may or may not be JSON's: see decision 36."""

import pytest

from mappings.body_text.kinds import text_of


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r'upstream: {"error":{"message":"a\nb"}} (id 7)', 'upstream: {"error":{"message":"a\nb"}} (id 7)'),
        (r'upstream: [{"message":"a\nb"}]', 'upstream: [{"message":"a\nb"}]'),
        (r'body: "{\"error\":{\"message\":\"a\\nb\"}}"', 'body: "{"error":{"message":"a\nb"}}"'),
        (r"body: {\"error\":{\"message\":\"a\\nb\"}}", 'body: {"error":{"message":"a\nb"}}'),
        (r'upstream: {"error":{"message":"a\nb', 'upstream: {"error":{"message":"a\nb'),
        ("HTTP/1.1 500\n\n" + r'{"error":"a\nb"}', 'HTTP/1.1 500\n\n{"error":"a\nb"}'),
        (r'lo\nworld"},{"role":"user","content":"c\nd"}]', 'lo\nworld"},{"role":"user","content":"c\nd"}]'),
        (r'x","arguments":"{\"a\":\"b\\nc\"}"}', 'x","arguments":"{"a":"b\nc"}"}'),
        (r"first\nsecond", "first\nsecond"),
        (r"{'error': {'message': \"a\nb\"}}", "{'error': {'message': \"a\nb\"}}"),
        (r"\u4f59\u989d", "余额"),
        (r"\\u4f59\\u989d", "余额"),
        (r"C:\new \u4f59", r"C:\new 余"),
    ],
)
def test_json_in_other_text_is_decoded(written: str, text: str) -> None:
    assert text_of(written) == text


@pytest.mark.parametrize(
    "written",
    [
        r"C:\new\table",
        r"open C:\new\table failed",
        r'open "C:\new\table" failed',
        r'"C:\new\table"',
        r"\nabla \cdot \vec{B}",
        r"\frac{a}{b}",
        r"\d+\n",
        "first\n" + r"C:\new" + "\nthird",
        r"{\bf x}",
        r'{"path": "C:\Users\new"}',
        r'say {"path": "C:\Users\new"}',
    ],
)
def test_what_json_did_not_escape_stays_as_it_is(written: str) -> None:
    assert text_of(written) == written


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"src\new\table", "src\new\table"),  # all are escapes of JSON: read as if it had written them
        (r"\nabla", "\nabla"),
        (r'say {"path": "C:\new"}', 'say {"path": "C:\new"}'),  # it can be parsed
    ],
)
def test_what_remains_ambiguous_is_read_as_json(written: str, text: str) -> None:
    assert text_of(written) == text


def test_each_line_is_judged_by_itself() -> None:
    written = r"C:\new" + "\n" + r"first\nsecond" + "\n" + r"\alpha\nu"

    assert text_of(written) == r"C:\new" + "\nfirst\nsecond\n" + r"\alpha\nu"
