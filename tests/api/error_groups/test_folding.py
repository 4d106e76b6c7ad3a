"""Messages of the same error are the same once what varies is folded."""

# ruff: noqa: RUF001  # full-width punctuation is what is tested

import pytest

from api.error_groups.folding import folded, query_of


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("limit 500, used 498.5, retry after 20s", "limit <n>, used <n>, retry after <n>s"),
        ("请求超时，上游在 120 秒内没有响应", "请求超时，上游在 <n> 秒内没有响应"),
        ("The model `gpt-4o` does not exist", "The model <text> does not exist"),
        ("No user \"bob\" in group 'a b'", "No user <text> in group <text>"),
        ("can't reach user's host", "can't reach user's host"),
        ("Get https://api.example.com/v1?k=1: EOF", "Get <url> EOF"),
        ("request id: 9f86d081884c7d659a2f", "request id: <id>"),
        ("id 123e4567-e89b-12d3-a456-426614174000 lost", "id <id> lost"),
        ("req_011CSHoEeqs5C35K2UUqR7Fy failed\n\n  twice", "<id> failed twice"),
        ("dial tcp 10.0.0.7:443: refused", "dial tcp <n>: refused"),
        ("gpt-4o is over its quota", "gpt-4o is over its quota"),
        ("", ""),
    ],
)
def test_what_varies_is_folded(message: str, expected: str) -> None:
    assert folded(message) == expected


def test_a_long_message_is_cut_and_takes_no_time() -> None:
    assert len(folded('"' + "a" * 1_000_000)) == 401
    assert len(folded("1-" * 500_000)) <= 401


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("limit <n>, please try again <n>s later", '"please try again"'),
        ("请求超时，上游在 <n> 秒内没有响应", '"请求超时 上游在" "秒内没有响应"'),
        ("Bad <text>", '"Bad"'),
        ("a b c d…", '"a b c"'),
        ("", ""),
    ],
)
def test_a_group_is_opened_by_its_words(message: str, expected: str) -> None:
    assert query_of(message) == expected
