"""Any text is found whole, by its words and by its runs, however it is cut, quoted and encoded; other texts are not.

The clauses are evaluated here as Elasticsearch does: a phrase is words side by side in one value.
"""

# ruff: noqa: RUF001  # full-width characters are what is tested

import json
import unicodedata
from itertools import pairwise
from typing import Any, Literal

from hypothesis import assume, given
from hypothesis import strategies as st

from api.request.query_language import Word, parse
from indexer.event.decode import Window, decode
from mappings.words.folded import GAP, split
from tests.support.streams import TEXT_STREAMS

WORDS = st.sampled_from(
    [
        "timeout",
        "max_tokens",
        "api.example.com",
        "Straße",
        "café",
        "余额不足",
        "超时",
        "カタカナ",
        "배포",
        "หมดเวลา",
        "🙂",
        "7",
    ]
)
SAID = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
Form = Literal["NFC", "NFD"]
FORMS: st.SearchStrategy[Form] = st.sampled_from(("NFC", "NFD"))


def values(**fields: Any) -> list[list[str]]:
    log = decode(json.dumps({"created_at": 1, **fields}).encode(), Window(0, 2**60))
    return [split(value) for value in log.own.get("text", [])]


def matches(word: Word, found: list[list[str]]) -> bool:
    size = len(word.parts)
    return any(tuple(value[at : at + size]) == word.parts for value in found for at in range(len(value) - size + 1))


def is_found(query: str, found: list[list[str]]) -> bool:
    words = parse(query)
    return all(matches(word, found) for word in words.wanted) and not any(
        matches(word, found) for word in words.excluded
    )


@given(SAID, st.lists(st.integers(1, 60), max_size=12), st.sampled_from(sorted(TEXT_STREAMS)), FORMS, FORMS)
def test_a_text_is_found_however_it_is_cut(said: str, cuts: list[int], kind: str, written: Form, asked: Form) -> None:
    text = unicodedata.normalize(written, said)
    borders = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in pairwise(borders)]
    found = values(request_detail={"response_body": TEXT_STREAMS[kind](pieces)})

    assert is_found(f'"{unicodedata.normalize(asked, said)}"', found)
    assert is_found(unicodedata.normalize(asked, said), found)
    assert not is_found(f'-"{said}"', found)


@given(SAID, st.integers(0, 5), FORMS, FORMS)
def test_a_text_is_found_at_any_depth_of_quoting(said: str, depth: int, written: Form, asked: Form) -> None:
    body = unicodedata.normalize(written, f"first\n{said}\tlast")
    for _ in range(depth):
        body = json.dumps({"content": body}, ensure_ascii=depth % 2 == 0)
    found = values(request_detail={"request_body": body})

    assert is_found(f'"first {unicodedata.normalize(asked, said)} last"', found)


@given(SAID, SAID)
def test_another_text_is_not_found(said: str, other: str) -> None:
    found = values(content=said)
    mine, theirs = (" ".join(split_of(text)) for text in (said, other))
    assume(f" {theirs} " not in f" {mine} ")

    assert not is_found(f'"{other}"', found)
    assert is_found(f'-"{other}"', found)


def split_of(text: str) -> list[str]:
    [words] = values(content=text)
    return words


@given(st.text("余额不足超时错误", min_size=2, max_size=12), st.text("余额不足超时错误", min_size=2, max_size=4))
def test_a_run_is_found_exactly_where_it_is(text: str, run: str) -> None:
    assert is_found(run, values(content=text)) == (run in text)
    assert not is_found(run, values(content="，".join(text)))


# Decision 36: whether a backslash in plain text is an escape remains ambiguous.
@given(st.text(st.characters(exclude_characters="\\"), max_size=60))
def test_any_text_finds_itself(text: str) -> None:
    quoted = parse(f'"{text.replace(chr(34), " ")}"').wanted
    assume(quoted)

    assert all(matches(word, values(content=text)) for word in quoted)


def test_no_word_is_a_gap() -> None:
    assert values(content=f"{GAP} a {GAP}{GAP}") == [["a"]]
