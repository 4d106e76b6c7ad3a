"""Fragments of a text with its matches marked."""

# ruff: noqa: RUF001  # full-width characters are what is tested

import msgspec
import pytest
from msgspec import Raw

from api.request.query_language import parse
from api.search.fragments import FRAGMENTS, fragments
from api.search.highlights import MAX_LOOKED_AT, MAX_PAGE, Room, highlights
from api.store.answers import Hit
from tests.support.streams import openai_chat


def marked(text: str, query: str) -> list[str]:
    return fragments(text, [f" {' '.join(word.parts)}{'' if word.prefix else ' '}" for word in parse(query).wanted])


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("Call api.OpenAI.com now", "openai", ["Call api.<em>OpenAI</em>.com now"]),
        ("Call api.OpenAI.com now", "api.openai.com", ["Call <em>api.OpenAI.com</em> now"]),
        ("a <b> & 'c' x", "x c", ["a &lt;b&gt; &amp; &#x27;<em>c</em>&#x27; <em>x</em>"]),
        ("请求超时，账户余额不足。", "余额不足", ["请求超时，账户<em>余额不足</em>。"]),
        ("余额，不足", "余额不足", []),
        ("Cafe\u0301 ＧＰＴ", "café gpt", ["<em>Cafe\u0301</em> <em>ＧＰＴ</em>"]),
        ("\x1b[31mERR\x1b[1mOR\x1b[0m x", "error", ["\x1b[31m<em>ERR\x1b[1mOR</em>\x1b[0m x"]),
        ("timeouts and time", "time*", ["<em>timeouts</em> and <em>time</em>"]),
        ("timeouts", "time", []),
        ("a a a", '"a a"', ["<em>a a a</em>"]),
        ("ab", "ab b", ["<em>ab</em>"]),
        ("", "x", []),
    ],
)
def test_matches_are_marked_and_the_rest_is_escaped(text: str, query: str, found: list[str]) -> None:
    assert marked(text, query) == found


def test_a_long_text_gives_a_few_short_fragments() -> None:
    text = ("lorem ipsum dolor sit amet " * 100 + "needle ") * 50

    found = marked(text, "needle")

    assert len(found) == FRAGMENTS
    assert all(fragment.count("<em>needle</em>") == 1 and len(fragment) < 200 for fragment in found)


@pytest.mark.parametrize("filler", ["x" * 3000, "超" * 3000, "word " * 600])
def test_a_phrase_is_marked_wherever_it_is(filler: str) -> None:
    for cut in range(990, 1010):
        assert "<em>two words</em>" in "".join(marked(f"{filler[:cut]} two words {filler}", '"two words"'))


def hit(**detail: str) -> Hit:
    return Hit({"request_detail": Raw(msgspec.json.encode(detail))})


def test_a_stream_is_shown_as_it_reads() -> None:
    [found] = highlights(
        [hit(response_body=openai_chat(["Deploy", "ment fail", "ed"]))], parse('"deployment failed"'), Room()
    )

    assert found == {"matched": ["response_body"], "fragments": {"response_body": ["<em>Deployment failed</em>"]}}


def test_only_the_first_characters_of_a_text_and_of_a_page_are_looked_at() -> None:
    late = hit(request_body=" " * MAX_LOOKED_AT + "needle", response_body="needle")
    full = hit(request_body="needle" + " " * MAX_LOOKED_AT)
    number = MAX_PAGE // MAX_LOOKED_AT

    found = highlights([late, *[full] * (number + 1)], parse("needle"), Room())

    assert found[0]["matched"] == ["response_body"]
    assert [one["matched"] for one in found[1:]] == [["request_body"]] * (number - 1) + [[], []]


def test_a_log_without_texts_has_no_fragments() -> None:
    hits = [Hit({}), Hit({"request_detail": Raw(b"null")}), Hit({"content": Raw(b"5"), "request_detail": Raw(b"[]")})]

    assert highlights(hits, parse("x"), Room()) == [{"matched": [], "fragments": {}}] * 3
    assert highlights(hits, None, Room()) == [{"matched": [], "fragments": {}}] * 3
