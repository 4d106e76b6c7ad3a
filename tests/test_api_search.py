"""Both routes over HTTP on real Elasticsearch: the contract's tables, line by line, and what `query` finds."""

# ruff: noqa: RUF001  # full-width characters are what is tested

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from conftest import Logs, RunningApi, Servers, running_api

DAY_MS = 86_400_000
NOON_MS = 1_795_521_600_000  # 2026-11-24T12:00:00Z


def body(text: str) -> str:
    return json.dumps({"messages": [{"role": "user", "content": text}]}, ensure_ascii=False)


EVENTS: list[dict[str, Any]] = [
    {
        "id": 1,
        "request_id": "1795521600000001",
        "created_at": NOON_MS,
        "request_at": NOON_MS - 1500,
        "group": "ns-a",
        "model": "gpt-4o",
        "token_name": "my token",
        "endpoint": "/v1/chat/completions",
        "user": "alice@example.com",
        "ip": "10.0.0.7",
        "channel": 3,
        "code": 200,
        "token_id": 11,
    },
    {
        "id": 2,
        "created_at": "2026-11-24T21:00:00.5+09:00",
        "request_at": "",
        "group": "ns-a",
        "model": "gpt-4o",
        "ip": "2001:db8::7",
        "channel": 4,
        "code": 500,
        "content": "error:timeout while calling api.openai.com",
    },
    {
        "id": 3,
        "created_at": NOON_MS + 1000,
        "group": "ns/b 组",
        "model": "claude",
        "ip": "unknown",
        "code": 429,
        "content": "请求超时错误，请稍后",
    },
    {
        "id": 4,
        "created_at": NOON_MS + 2000,
        "group": "ns/b 组",
        "content": "错误超时，超，时错误 第3章 错",
        "channel": 0,
    },
    {
        "id": 5,
        "created_at": NOON_MS - DAY_MS,
        "group": "ns-c",
        "code": 200,
        "request_detail": {
            "id": 50,
            "request_body": body("東京都のカタカナテスト 데이터베이스 오류 max_tokens"),
            "response_body": body('first line\nsecond line\tthird "quoted" 🙂'),
            "response_body_truncated": True,
        },
    },
    {
        "id": 6,
        "created_at": NOON_MS - DAY_MS,
        "group": "ns-c",
        "model": "ＧＰＴ",
        "content": "ＧＰＴ two words, Timeouts, café; x words two",
    },
]


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the events above, which all tests of this file read."""
    module_logs.store(EVENTS)
    settings = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}
    with running_api(settings) as api:
        yield api


ALL = [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({}, ALL),
        ({"model_name": "gpt-4o"}, [1, 2]),
        ({"model_name": "gpt"}, []),
        ({"token_name": "my token"}, [1]),
        ({"group": "ns/b 组"}, [3, 4]),
        ({"request_id": "1795521600000001"}, [1]),
        ({"user": "alice@example.com"}, [1]),
        ({"endpoint": "/v1/chat/completions"}, [1]),
        ({"code_type": "success"}, [1, 5]),
        ({"code_type": "error"}, [2, 3, 4, 6]),
        ({"code_type": "all"}, ALL),
        ({"code": "429"}, [3]),
        ({"code": "0"}, [4, 6]),
        ({"code": "200", "code_type": "error"}, []),
        ({"channel": "3"}, [1]),
        ({"channel": "0"}, [3, 4, 5, 6]),
        ({"token_id": "11"}, [1]),
        ({"token_id": "0"}, [2, 3, 4, 5, 6]),
        ({"ip": "10.0.0.7"}, [1]),
        ({"ip": "10.0.0.0/8"}, [1]),
        ({"ip": "10.0.0.1/8"}, [1]),
        ({"ip": "2001:db8::/32"}, [2]),
        ({"ip": "2001:0db8:0::7"}, [2]),
        ({"ip": "unknown"}, [3]),
        ({"ip": "fe80::1%eth0"}, []),
        ({"start_timestamp": NOON_MS}, [1, 2, 3, 4]),
        ({"end_timestamp": NOON_MS}, [1, 5, 6]),
        ({"start_timestamp": NOON_MS, "end_timestamp": NOON_MS}, [1]),
        ({"start_timestamp": "2026-11-24T12:00:00.500Z", "end_timestamp": NOON_MS + 500}, [2]),
        ({"start_timestamp": NOON_MS, "end_timestamp": NOON_MS - 1}, []),
        ({"start_timestamp": "0001-01-01T00:00:00Z", "end_timestamp": "9999-12-31T23:59:59.999Z"}, ALL),
        ({"group": "ns-a", "code_type": "error", "query": "timeout"}, [2]),
        ({"model_name": "a\u0000b", "user": "\ufffd"}, []),
        ({"user": "x" * 40_000}, []),
    ],
)
def test_a_filter_finds_exactly_its_logs(api: RunningApi, params: dict[str, Any], ids: list[int]) -> None:
    data = api.search(per_page=100, **params)

    assert (sorted(log["id"] for log in data["logs"]), data["total"]) == (ids, len(ids))


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        # words and parts
        ("timeout", [2]),
        ("TIMEOUT", [2]),
        ("timeouts", [6]),
        ("openai", [2]),
        ("api.openai.com", [2]),
        ("openai.com.api", []),
        ("error:timeout", [2]),
        ("timeout error", [2]),
        ("timeout:error", []),
        ("tokens", [5]),
        ("max_tokens", [5]),
        ("max tokens", [5]),
        ("tokens_max", []),
        ("gpt", [6]),
        ("ｔｉｍｅｏｕｔ", [2]),
        ("two absent", []),
        ("café", [6]),
        ("🙂", [5]),
        # phrases
        ('"two words"', [6]),
        ('"words two"', [6]),
        ('"two x"', []),
        ('"unbalanced two', []),
        ('two "words', [6]),
        # Chinese, Japanese, Korean
        ("超时错误", [3]),
        ("错误超时", [4]),
        ("超时", [3, 4]),
        ("时错", [3, 4]),
        ("请求超时错误请", []),
        ("错", [3, 4]),
        ("第3章", [4]),
        ("3章", [4]),
        ("3", [4]),
        ("章", [4]),
        ("第4章", []),
        ("東京都", [5]),
        ("京都", [5]),
        ("都京", []),
        ("カナテス", [5]),
        ("ｶﾀｶﾅ", [5]),
        ("タカ", [5]),
        ("のカタ", [5]),
        ("데이터베이스", [5]),
        ("이터", [5]),
        ("터이", []),
        # text behind JSON escapes
        ("second", [5]),
        ("nsecond", []),
        ("third", [5]),
        ("quoted", [5]),
        (r"line\nsecond", [5]),
        (r"line\u0020second", [5]),
        # exclusions
        ("-timeout", [1, 3, 4, 5, 6]),
        ("-timeout -超时", [1, 5, 6]),
        ("超时 -错误超时", [3]),
        ('two -"two words"', []),
        ('words -"two x"', [6]),
        ("-错", [1, 2, 5, 6]),
        ("--timeout", [2]),
        # beginnings
        ("time*", [2, 6]),
        ("TIME*", [2, 6]),
        ("tim", []),
        ("api.open*", [2]),
        ("api.ope*", [2]),
        ("api.pen*", []),
        ("max_tok*", [5]),
        ("max_t*", [5]),
        ("max_ok*", []),
        ("-time*", [1, 3, 4, 5]),
        ("超时*", [3, 4]),
        ("第3*", [4]),
        ("第4*", []),
        ('"two wor"*', [6]),
        ("1795521600*", [1]),
        ("ns/b*", [3, 4]),
        # whole values
        ("gpt-4o", [1, 2]),
        ("GPT-4O", []),
        ("my token", [1]),
        ('"my token"', [1]),
        ("token", []),
        ("ns-a", [1, 2]),
        ("ns/b 组", [3, 4]),
        ("alice@example.com", [1]),
        ("/v1/chat/completions", [1]),
        ("10.0.0.7", [1]),
        ("1795521600000001", [1]),
        # nothing to search for
        ("???", ALL),
        ('- * ""', ALL),
        ("timeout ???", [2]),
        # anything is legal
        ('{"messages":[{"role":"user"', [5]),
        ("AND OR NOT ( [ { ~ ^ : \\ /", []),
        ("\u0000", ALL),
        ("a" * 4096, []),
        ("\ufffd \U0001f468\u200d\U0001f469\u200d\U0001f467", []),
    ],
)
def test_a_query_finds_exactly_its_logs(api: RunningApi, query: str, ids: list[int]) -> None:
    data = api.search(query=query, per_page=100)

    assert (sorted(log["id"] for log in data["logs"]), data["total"]) == (ids, len(ids))


@pytest.mark.parametrize("group", ["ns-a", "ns/b 组", "ns-c", "nobody", "a%2Fb", "search", "-", "a\nb", "?#"])
def test_a_group_sees_its_own_logs_only(api: RunningApi, group: str) -> None:
    answer = api.get(f"/api/log/{quote(group, safe='')}/search", params={"query": "-nothing", "per_page": 100})
    expected = [event["id"] for event in EVENTS if event["group"] == group]

    assert answer.status_code == 200
    assert sorted(log["id"] for log in answer.json()["data"]["logs"]) == expected


def test_the_menus_offer_what_the_group_and_the_time_hold_whatever_else_is_filtered(api: RunningApi) -> None:
    data = api.search(group="ns-a", query="timeout", page=7)

    assert data == {
        "logs": [],
        "total": 1,
        "channels": [3, 4],
        "models": ["gpt-4o"],
        "token_names": ["my token"],
    }


def test_the_menus_are_narrowed_by_the_time_window(api: RunningApi) -> None:
    data = api.search(end_timestamp=NOON_MS - 1, code_type="success")

    assert (data["channels"], data["models"], data["token_names"]) == ([], ["ＧＰＴ"], [])


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("created_at-desc", [4, 3, 2, 1]),
        ("created_at-asc", [1, 2, 3, 4]),
        ("id-desc", [4, 3, 2, 1]),
        ("id-asc", [1, 2, 3, 4]),
    ],
)
def test_logs_come_in_the_order_asked_for(api: RunningApi, order: str, ids: list[int]) -> None:
    data = api.search(order=order, start_timestamp=NOON_MS)

    assert [log["id"] for log in data["logs"]] == ids


@pytest.mark.parametrize("order", ["request_at-desc", "request_at-asc"])
def test_logs_without_the_field_sorted_by_come_last(api: RunningApi, order: str) -> None:
    assert api.search(order=order)["logs"][0]["id"] == 1


@pytest.mark.parametrize(("name", "value"), [("include_detail", "false"), ("with_body", "0")])
def test_bodies_are_left_out_on_request_and_flags_stay(api: RunningApi, name: str, value: str) -> None:
    [log] = api.search(**{name: value}, query="second")["logs"]

    assert log["request_detail"] == {
        "id": 50,
        "log_id": 0,
        "request_body_truncated": False,
        "response_body_truncated": True,
    }


def test_what_was_not_used_is_said_in_the_message(api: RunningApi) -> None:
    answer = api.get("/api/logs/search", params={"modelname": "x", "query": "??? timeout"}).json()

    assert answer["message"] == (
        "unknown parameters, not used: modelname; words of the query with nothing in them to search for, left out: ???"
    )


def test_a_hundred_words_of_ten_parts_are_searched_for(api: RunningApi) -> None:
    assert api.search(query="a.b.c.d.e.f.g.h.i.j " * 100)["total"] == 0
