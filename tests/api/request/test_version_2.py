"""The words of a query in indices of version 2."""

# ruff: noqa: RUF001  # full-width characters are what is tested

import pytest

from api.request.version_2 import first_parts, has_lone_characters, is_in_runs, split_prefix


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
