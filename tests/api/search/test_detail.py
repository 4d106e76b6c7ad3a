"""One log with its bodies, by id or by request id; and where a search found what it found."""

from collections.abc import Iterator
from typing import Any

import pytest

from mappings.instant import DAY_MS
from tests.api.envelope import assert_envelope
from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, running_api
from tests.support.sample import EVENTS
from tests.support.servers import Servers
from tests.support.times import NOON_MS

TWINS: list[Event] = [
    {"id": 9, "request_id": "twin", "created_at": NOON_MS, "group": "ns-a", "code": 500},
    {"id": 9, "request_id": "twin", "created_at": NOON_MS + DAY_MS, "group": "ns-a", "code": 200},
    {"id": 9, "request_id": "twin", "created_at": NOON_MS + 2 * DAY_MS, "group": "ns-c", "code": 429},
]


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the sample, and on logs that share an id."""
    module_logs.store([*EVENTS, *TWINS])
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def detail(api: RunningApi, path: str) -> Any:
    answer = api.get(path)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"data", "message", "success"}
    return answer.json()["data"]


@pytest.mark.parametrize("path", ["/api/logs/detail/5", "/api/log/ns-c/detail/5"])
def test_a_log_is_given_whole_as_the_search_gives_it(api: RunningApi, path: str) -> None:
    [found] = api.search(query="max_tokens")["logs"]
    of_detail = {name: value for name, value in found["request_detail"].items() if name != "id"}

    assert detail(api, path) == {**found, **of_detail, "log_id": 5}
    assert found["request_detail"]["request_body"] == EVENTS[4]["request_detail"]["request_body"]


@pytest.mark.parametrize(
    "path", ["/api/logs/detail?request_id=1795521600000001", "/api/log/ns-a/detail?request_id=1795521600000001"]
)
def test_a_log_is_found_by_its_request_id(api: RunningApi, path: str) -> None:
    assert detail(api, path)["id"] == 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/logs/detail/9", 429),
        ("/api/logs/detail?request_id=twin", 429),
        ("/api/log/ns-a/detail/9", 200),
        ("/api/log/ns-a/detail?request_id=twin", 200),
        (f"/api/log/ns-a/detail/9?end_timestamp={NOON_MS}", 500),
        ("/api/logs/detail/9?code=500", 500),
    ],
)
def test_of_several_logs_with_an_id_the_newest_that_the_filters_let_through_is_given(
    api: RunningApi, path: str, code: int
) -> None:
    assert detail(api, path)["code"] == code


def test_bodies_are_left_out_on_request(api: RunningApi) -> None:
    found = detail(api, "/api/logs/detail/5?include_detail=false")

    assert not {"request_body", "response_body"} & {*found, *found["request_detail"]}


@pytest.mark.parametrize(
    "path",
    [
        "/api/logs/detail/77",
        "/api/logs/detail/0",
        "/api/log/ns-a/detail/5",
        "/api/log/ns-a/detail/5?group=ns-c",
        "/api/log/ns-c/detail?request_id=1795521600000001",
    ],
)
def test_no_log_and_another_groups_are_the_same_404(api: RunningApi, path: str) -> None:
    answer = api.get(path)

    assert_envelope(answer, 404)
    assert answer.json()["message"] == api.get("/api/logs/detail/78").json()["message"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/api/logs/detail/x", "id=x: must be a whole number of 64 bits"),
        ("/api/logs/detail/9223372036854775808", "id=9223372036854775808: must be a whole number of 64 bits"),
        ("/api/logs/detail", "which log? Send its id, as detail/42, or its request's id, as detail?request_id=..."),
        ("/api/logs/detail/1?code=x", "code=x: must be a whole number of 64 bits"),
    ],
)
def test_a_question_that_names_no_log_is_told_so(api: RunningApi, path: str, message: str) -> None:
    answer = api.get(path)

    assert_envelope(answer, 400)
    assert answer.json()["message"] == message


@pytest.mark.parametrize(
    ("query", "highlight"),
    [
        (
            "timeout openai",
            {
                "matched": ["content"],
                "fragments": {"content": ["error:<em>timeout</em> while calling api.<em>openai</em>.com"]},
            },
        ),
        ("超时错误", {"matched": ["content"], "fragments": {"content": ["请求<em>超时错误</em>，请稍后"]}}),  # noqa: RUF001
        ("alice*", {"matched": ["user"], "fragments": {}}),
        ("my token", {"matched": ["token_name"], "fragments": {}}),
        ("claude", {"matched": ["model"], "fragments": {}}),
    ],
)
def test_a_highlight_shows_where_the_words_were_found(api: RunningApi, query: str, highlight: dict[str, Any]) -> None:
    data = api.search(query=query, highlight="true")

    assert data["highlights"] == [highlight]


def test_a_highlight_shows_the_text_of_a_body_that_carries_it_as_escapes(api: RunningApi, module_logs: Logs) -> None:
    body = '{"a":"<b>\\u4f59\\u989d\\u4e0d\\u8db3</b>"}'
    module_logs.store([{"id": 10, "created_at": NOON_MS, "request_detail": {"response_body": body}}])
    [found] = api.search(query="余额不足", highlight="true")["highlights"]

    escaped = "{&quot;a&quot;:&quot;&lt;b&gt;<em>余额不足</em>&lt;/b&gt;&quot;}"
    assert found == {"matched": ["response_body"], "fragments": {"response_body": [escaped]}}


def test_there_are_no_highlights_unless_they_are_asked_for_and_none_without_a_query(api: RunningApi) -> None:
    assert "highlights" not in api.search(query="timeout")
    assert api.search(highlight="true", code=429, group="ns/b 组")["highlights"] == [{"matched": [], "fragments": {}}]
