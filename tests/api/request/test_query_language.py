"""The text of a query in, words out (docs/query-language.md)."""

# full-width characters are what is tested

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.request.query_language import Word, Words, parse


@pytest.mark.parametrize(
    ("text", "wanted", "excluded"),
    [
        ("timeout", [Word("timeout", ("timeout",))], []),
        ("  two\twords\u3000", [Word("two", ("two",)), Word("words", ("words",))], []),
        ("gpt-4o max_tokens", [Word("gpt-4o", ("gpt", "4o")), Word("max_tokens", ("max", "tokens"))], []),
        ("超时错误", [Word("超时错误", ("超", "时", "错", "误"))], []),
        ("-timeout", [], [Word("timeout", ("timeout",), excluded=True)]),
        ("--verbose", [Word("--verbose", ("verbose",))], []),
        ("a-b", [Word("a-b", ("a", "b"))], []),
        ('"two words"', [Word("two words", ("two", "words"))], []),
        ('-"two words"', [], [Word("two words", ("two", "words"), excluded=True)]),
        ('"two words",', [Word('two words",', ("two", "words"))], []),
        ('say"two words"', [Word('say"two', ("say", "two")), Word('words"', ("words",))], []),
        ('"unbalanced quote', [Word('"unbalanced', ("unbalanced",)), Word("quote", ("quote",))], []),
        ("time*", [Word("time", ("time",), prefix=True)], []),
        ("-time*", [], [Word("time", ("time",), excluded=True, prefix=True)]),
        ('"two wor"*', [Word("two wor", ("two", "wor"), prefix=True)], []),
        ('"two wor*"', [Word("two wor*", ("two", "wor"))], []),
        ("a*b", [Word("a*b", ("a", "b"))], []),
        ("超时*", [Word("超时", ("超", "时"))], []),
        ("🙂", [Word("🙂", ("🙂",))], []),
        ('{"model":"gpt-4o","n":1}', [Word('{"model":"gpt-4o","n":1}', ("model", "gpt", "4o", "n", "1"))], []),
        ("AND OR NOT", [Word("AND", ("and",)), Word("OR", ("or",)), Word("NOT", ("not",))], []),
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


@given(st.text(max_size=200))
def test_any_text_is_a_legal_query(text: str) -> None:
    words = parse(text)

    assert all(word.parts for word in words.wanted + words.excluded)
