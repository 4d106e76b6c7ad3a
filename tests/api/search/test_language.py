"""What `query` finds, on real Elasticsearch: English, Chinese, Japanese, Korean, code, and rubbish."""

# ruff: noqa: RUF001  # full-width characters are what is tested

from collections.abc import Iterator

import pytest

from tests.support.logs import Logs
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.sample import ALL, EVENTS
from tests.support.servers import Servers
from tests.support.times import NOON_MS


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the events above, which all tests of this file read."""
    module_logs.store(EVENTS)
    settings = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}
    with running_api(settings) as api:
        yield api


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
        ("甲3超", [4]),
        ("甲3超时", []),
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
        ("호출", [5]),  # beside letters and digits, which the standard tokenizer takes for one word
        ("출이", [5]),
        ("API호출", [5]),
        ("api호", [5]),
        ("호출API", [5]),
        ("500개", [5]),
        ("api", [2, 5]),
        ("호출ap*", [5]),
        ("개500", []),
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
        ('{"messages":[{"role":"user","content":"東京都のカタカナテスト 데이터베이스".오류.max_tokens', [5]),
        ('{"messages":[{"role":"user","content":"東京都のカタカナテスト"."데이터베이스".오류.max_tokens"}]}', [5]),
        ('{"messages":[{"role":"user","content":"東京都のカタカナテスト"."데이터베이스".오류.max_token"}]}', []),
        ("AND OR NOT ( [ { ~ ^ : \\ /", []),
        ("\u0000", ALL),
        ("a" * 4096, []),
        (".".join(f"a{number}" for number in range(500)) + ".b*", []),
        ("\ufffd \U0001f468\u200d\U0001f469\u200d\U0001f467", []),
    ],
)
def test_a_query_finds_exactly_its_logs(api: RunningApi, query: str, ids: list[int]) -> None:
    data = api.search(query=query, per_page=100)

    assert (sorted(log["id"] for log in data["logs"]), data["total"]) == (ids, len(ids))


def test_a_hundred_words_of_ten_parts_are_searched_for(api: RunningApi) -> None:
    assert api.search(query="a.b.c.d.e.f.g.h.i.j " * 100)["total"] == 0


def test_a_whole_value_is_found_by_a_beginning_of_any_length(logs: Logs, start_api: StartApi) -> None:
    users = ["x" * 1500 + "yz", "\U00010330" * 400, "xx"]
    logs.store([{"created_at": NOON_MS, "user": user} for user in users])
    api = start_api(logs.alias)

    found = {
        beginning: [log["user"] for log in api.search(query=f"{beginning}*")["logs"]]
        for beginning in ("x" * 1500 + "y", "x" * 1500 + "z", "x" * 1500 + "a", "x" * 1201, "\U00010330" * 301)
    }

    assert list(found.values()) == [[users[0]], [], [], [users[0]], [users[1]]]
