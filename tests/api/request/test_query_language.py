"""The text of a query in, words out (docs/query-language.md)."""

# ruff: noqa: RUF001  # full-width characters are what is tested

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.request.query_language import (
    Word,
    Words,
    first_parts,
    has_lone_characters,
    is_in_runs,
    parse,
    split_prefix,
)


@pytest.mark.parametrize(
    ("text", "wanted", "excluded"),
    [
        ("timeout", [Word("timeout", 1)], []),
        ("  two\twords\u3000", [Word("two", 1), Word("words", 1)], []),
        ("gpt-4o max_tokens", [Word("gpt-4o", 2), Word("max_tokens", 2)], []),
        ("超时错误", [Word("超时错误", 4)], []),
        ("-timeout", [], [Word("timeout", 1, excluded=True)]),
        ("--verbose", [Word("--verbose", 1)], []),
        ("a-b", [Word("a-b", 2)], []),
        ('"two words"', [Word("two words", 2)], []),
        ('-"two words"', [], [Word("two words", 2, excluded=True)]),
        ('"two words",', [Word('two words",', 2)], []),
        ('say"two words"', [Word('say"two', 2), Word('words"', 1)], []),
        ('"unbalanced quote', [Word('"unbalanced', 1), Word("quote", 1)], []),
        ("time*", [Word("time", 1, prefix=True)], []),
        ("-time*", [], [Word("time", 1, excluded=True, prefix=True)]),
        ('"two wor"*', [Word("two wor", 2, prefix=True)], []),
        ('"two wor*"', [Word("two wor*", 2)], []),
        ("a*b", [Word("a*b", 2)], []),
        ("超时*", [Word("超时", 2)], []),
        ("🙂", [Word("🙂", 1)], []),
        ('{"model":"gpt-4o","n":1}', [Word('{"model":"gpt-4o","n":1}', 5)], []),
        ("AND OR NOT", [Word("AND", 1), Word("OR", 1), Word("NOT", 1)], []),
    ],
)
def test_a_query_is_read_as_words(text: str, wanted: list[Word], excluded: list[Word]) -> None:
    words = parse(text)

    assert (list(words.wanted), list(words.excluded), words.ignored) == (wanted, excluded, ())


@pytest.mark.parametrize("text", ["???", "-", "--", '""', '"', "*", "-*", '-""', "→", "____"])
def test_a_word_without_searchable_characters_is_ignored(text: str) -> None:
    assert parse(text) == Words((), (), (text,), text)


@pytest.mark.parametrize(
    ("text", "whole"),
    [("gpt-4o", ""), (" gpt-4o ", ""), ("my token", "my token"), ('"my token"', '"my token"'), ("a*", "a*")],
)
def test_a_query_is_one_value_too_unless_it_is_one_plain_word(text: str, whole: str) -> None:
    assert parse(text).whole == whole


@pytest.mark.parametrize(
    ("text", "found"),
    [("a" * 4097, "4097 characters"), ("a " * 101, "101 words"), ("超" * 1025, "1025 parts")],
)
def test_a_bound_is_named_with_what_was_found(text: str, found: str) -> None:
    with pytest.raises(ValueError, match=f"has {found}"):
        parse(text)


@pytest.mark.parametrize("text", ["a" * 4096, "a " * 100, "超" * 1024])
def test_a_query_at_a_bound_is_read(text: str) -> None:
    assert parse(text).wanted


@pytest.mark.parametrize(
    ("text", "in_runs", "lone"),
    [
        ("gpt-4o", True, False),
        ("超时", True, False),
        ("错", False, True),
        ("第3章", True, True),
        ("500次", True, True),
        ("超时3章", True, True),
        ("カ", False, True),
        ("カナ", True, False),
        ("한글", True, False),
        ("글", False, True),
        ("ｶﾞ", False, True),
        ("人々", True, True),  # the iteration mark is a letter for Lucene
    ],
)
def test_characters_that_stand_alone_are_told_from_runs(text: str, *, in_runs: bool, lone: bool) -> None:
    assert (is_in_runs(text), has_lone_characters(text)) == (in_runs, lone)


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("Time", ("", "time")),
        ("max_TOK", ("max_", "tok")),
        ("ＧＰＴ", ("", "gpt")),
        ("超时Err", ("超时", "err")),
        ("(foo", ("(", "foo")),
        ("a" * 256, ("a" * 255, "a")),
    ],
)
def test_a_beginning_is_split_before_its_last_part_and_folded(text: str, split: tuple[str, str]) -> None:
    assert split_prefix(text) == split


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a.b" * 9, ""),
        ("a" * 4000, ""),
        ("ab." * 40, "ab." * 16 + "ab"),
        ("超" * 100, "超" * 17),
        ("e\u0301" * 100, ""),  # no part ends inside: a mark belongs to its letter
    ],
)
def test_the_beginning_of_many_parts_ends_where_a_part_ends(text: str, first: str) -> None:
    assert first_parts(text) == first


@given(st.text(max_size=200))
def test_any_text_is_a_legal_query(text: str) -> None:
    words = parse(text)

    assert all(word.parts for word in words.wanted + words.excluded)
