"""Which host and which path a request asks for, and HEAD."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.edge.target import is_for_this_machine, search_path
from tests.api.envelope import assert_envelope
from tests.support.log_lines import line_of, log_lines
from tests.support.logs import Logs
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS
from tests.support.waiting import wait_until

GROUP = "ns/b 组"


@pytest.fixture(scope="module")
def stored(module_logs: Logs) -> str:
    module_logs.store([{"id": 1, "group": GROUP, "created_at": NOON_MS, "content": "x"}])
    return module_logs.alias


@pytest.fixture(scope="module")
def api(servers: Servers, stored: str) -> Iterator[RunningApi]:
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": stored}) as api:
        yield api


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (["localhost"], True),
        (["LocalHost:8000"], True),
        (["127.0.0.1:8000"], True),
        (["127.8.9.10"], True),
        (["[::1]:8000"], True),
        ([], True),  # HTTP/1.0, which no browser speaks
        (["evil.example"], False),
        (["127.0.0.1.evil.example:8000"], False),
        (["localhost.evil.example"], False),
        (["evil.example:127.0.0.1"], False),
        (["192.168.1.2:8000"], False),
        (["0.0.0.0:8000"], False),
        ([""], False),
        (["127.0.0.1", "evil.example"], False),
    ],
)
def test_only_a_loopback_host_is_this_machine(hosts: list[str], expected: bool) -> None:
    assert is_for_this_machine([(b"host", host.encode()) for host in hosts]) is expected


@pytest.mark.parametrize(
    ("path", "raw", "expected"),
    [
        ("/api/logs", b"/api/logs", "/api/logs/search"),
        ("/api/logs/", b"/api/logs/", "/api/logs/search"),
        ("/api/log/ns", b"/api/log/ns", "/api/log/ns/search"),
        ("/api/log/ns/", b"/api/log/ns/", "/api/log/ns/search"),
        ("/api/log/ns/", b"/api/log/ns%2F", "/api/log/ns//search"),
        ("/api/log/a/search", b"/api/log/a%2Fsearch", "/api/log/a/search/search"),
        ("/api/logs/search/", b"/api/logs/search/", "/api/logs/search"),
        ("/api/log/ns/search/", b"/api/log/ns/search/", "/api/log/ns/search"),
        ("/api/log/a/b/search/", b"/api/log/a%2Fb/search/", "/api/log/a/b/search"),
        ("/api/log/a/search/", b"/api/log/a%2Fsearch/", "/api/log/a/search/search"),
        ("/api/logs/search//", b"/api/logs/search//", "/api/logs/search//"),
        ("/api/logs/stats/", b"/api/logs/stats/", "/api/logs/stats/"),
        ("/api/log/ns/serach", b"/api/log/ns/serach", "/api/log/ns/serach"),
        ("/api/log/", b"/api/log/", "/api/log/"),
        ("/api/logs/stats", b"/api/logs/stats", "/api/logs/stats"),
        ("/api/logsx", b"/api/logsx", "/api/logsx"),
    ],
)
def test_the_short_paths_are_those_of_the_searches(path: str, raw: bytes, expected: str) -> None:
    assert search_path({"path": path, "raw_path": raw}) == expected


@pytest.mark.parametrize(
    "path",
    [
        *("/api/logs", "/api/logs/", "/api/log/ns%2Fb%20%E7%BB%84", "/api/log/ns%2Fb 组/"),
        *("/api/logs/search/", "/api/log/ns%2Fb 组/search/"),
    ],
)
def test_a_short_path_answers_as_the_search_does(api: RunningApi, path: str) -> None:
    answer = api.get(f"{path}?per_page=1", follow_redirects=False)

    assert answer.status_code == 200
    assert answer.json()["data"] == api.search(per_page=1)


@pytest.mark.parametrize("path", ["/api/logs/search", "/docs", "/openapi.json", "/metrics", "/healthz", "/nothing"])
def test_without_keys_another_host_is_refused_everywhere(api: RunningApi, path: str) -> None:
    answer = api.get(path, headers={"Host": "evil.example"})

    assert_envelope(answer, 403)
    assert answer.json()["message"].startswith("without a key this service answers only as 127.0.0.1 or localhost")


def test_with_keys_any_host_is_answered(stored: str, start_api: StartApi) -> None:
    api = start_api(stored, API_ADMIN_KEYS="root")

    assert api.get("/api/logs/search", headers={"Host": "logs.example", "Authorization": "root"}).status_code == 200


def paths(api: RunningApi) -> list[str]:
    """Return every path that the documents name, and some more."""
    named = [path.format(group="ns%2Fb%20%E7%BB%84", id=1) for path in api.get("/openapi.json").json()["paths"]]
    return [
        *(f"{path}?request_id=" for path in named),
        "/docs",
        "/docs/page.js",
        "/openapi.json",
        "/api/logs",
        "/nothing",
    ]


def test_head_answers_as_get_does_without_a_body(api: RunningApi) -> None:
    for path in paths(api):
        head = api.client.head(path)
        if "/tail" in path:
            with api.client.stream("GET", path) as answer:
                expected = answer
        else:
            expected = api.get(path)

        assert (head.status_code, head.content) == (expected.status_code, b""), path
        assert compared(head) == compared(expected), path


def compared(answer: Any) -> dict[str, str]:
    """Return the headers that do not differ from one request to the next."""
    own = {"x-request-id", "date", "transfer-encoding"}
    if "/metrics" in str(answer.url):
        own.add("content-length")
    return {name: value for name, value in answer.headers.items() if name not in own}


def test_a_connection_is_usable_after_a_head_and_the_log_line_names_it(api: RunningApi) -> None:
    api.client.head("/api/logs/export", headers={"X-Request-Id": "head-1"})
    wait_until(lambda: any(line["request_id"] == "head-1" for line in log_lines(api, "answered")))

    assert line_of(api, "answered", "head-1")["method"] == "HEAD"
    assert api.get("/api/logs/search").status_code == 200


def test_no_other_method_is_answered(api: RunningApi) -> None:
    answer = api.client.post("/api/logs/search")

    assert_envelope(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD"


def test_every_answer_has_the_headers_that_keep_browsers_from_guessing(api: RunningApi) -> None:
    answers = [api.client.head(path) for path in paths(api)]
    answers += [api.get("/api/logs/search?page=0"), api.get("/x", headers={"Host": "evil.example"})]

    assert {answer.headers["x-content-type-options"] for answer in answers} == {"nosniff"}
    assert {answer.headers["referrer-policy"] for answer in answers} == {"no-referrer"}
    policies = {str(answer.url.path): answer.headers["content-security-policy"] for answer in answers}
    assert policies.pop("/docs").startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
    )
    assert set(policies.values()) == {"default-src 'none'; frame-ancestors 'none'"}


def test_the_documentation_page_loads_nothing_from_another_host_and_runs_nothing_inline(api: RunningApi) -> None:
    page, script, style = (api.get(f"/docs{file}") for file in ("", "/page.js", "/page.css"))
    whole = page.text + script.text + style.text

    assert [answer.headers["content-type"].partition(";")[0] for answer in (page, script, style)] == [
        "text/html",
        "text/javascript",
        "text/css",
    ]
    assert "://" not in whole
    assert "innerHTML" not in whole
    assert "<style" not in page.text
    assert page.text.count("<script") == page.text.count('<script type="module" src=') == 1
    assert api.get("/docs/routes.py").status_code == api.get("/redoc").status_code == 404


def test_a_log_line_has_the_reason_of_a_failure_and_the_answer_has_not(start_api: StartApi) -> None:
    api = start_api("no-such-index-here")
    answer = api.get("/api/logs/search", headers={"X-Request-Id": "failed-1"})
    wait_until(lambda: any(line["request_id"] == "failed-1" for line in log_lines(api, "answered")))

    assert answer.json() == {
        "message": "the index does not exist yet: the indexer creates it at start",
        "success": False,
    }
    assert "index_not_found_exception" in line_of(api, "answered", "failed-1")["reason"]
    assert "exception" not in answer.text
