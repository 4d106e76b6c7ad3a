"""Who has read what: one line for each read of bodies, each export and each tail, and never a key or a text."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.support.log_lines import line_of, log_lines, log_text
from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS
from tests.support.waiting import wait_until

SEARCHED = "secret-word"


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApi]:
    module_logs.store([{"id": n, "group": "ns/a", "created_at": NOON_MS + n, "content": SEARCHED} for n in range(3)])
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    entries = [{"name": "panel", "key": "secret-key"}, {"name": "blind", "key": "secret-blind", "bodies": False}]
    file.write_text(json.dumps({"groups": {"ns/a": entries}, "admins": ["secret-admin"]}))
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}
    with running_api({**store, "API_GROUP_KEYS_FILE": str(file)}) as api:
        yield api


def audited(api: RunningApi, path: str, key: str = "secret-key") -> dict[str, Any] | None:
    """Return the line of one request without what every line has; None where there is none."""
    request_id = f"r-{len(log_text(api))}"
    api.get(path, headers={"Authorization": key, "X-Request-Id": request_id})
    wait_until(lambda: any(line["request_id"] == request_id for line in log_lines(api, "answered")))
    if not any(line["request_id"] == request_id for line in log_lines(api, "logs read")):
        return None
    line = line_of(api, "logs read", request_id)
    return {name: value for name, value in line.items() if name not in ("event", "level", "timestamp", "request_id")}


GROUP = "/api/log/ns%2Fa"
ROUTE = "/api/log/{group}"


@pytest.mark.parametrize(
    ("path", "key", "line"),
    [
        (
            f"{GROUP}/search?query={SEARCHED}&code_type=all&channel=0&start_timestamp={NOON_MS}",
            "secret-key",
            ("panel", "ns/a", f"{ROUTE}/search", ["query", f"start_timestamp={NOON_MS}", "code_type", "channel=0"], 3),
        ),
        (f"{GROUP}?per_page=2", "secret-key", ("panel", "ns/a", f"{ROUTE}/search", ["per_page=2"], 2)),
        (f"{GROUP}/detail/1", "secret-key", ("panel", "ns/a", f"{ROUTE}/detail/{{id}}", ["id=1"], 1)),
        ("/api/logs/search", "secret-admin", ("key 1 of admins", "", "/api/logs/search", [], 3)),
    ],
)
def test_a_read_of_bodies_has_a_line(api: RunningApi, path: str, key: str, line: tuple[Any, ...]) -> None:
    named = dict(zip(("key", "group", "route", "parameters", "count"), line, strict=True))

    assert audited(api, path, key) == {**named, "bodies": True, "complete": True}


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (f"{GROUP}/search?include_detail=false", "secret-key"),
        (f"{GROUP}/search?query=nothing-like-it", "secret-key"),
        (f"{GROUP}/detail/77", "secret-key"),
        (f"{GROUP}/facets", "secret-key"),
        (f"{GROUP}/search", "secret-blind"),
        ("/api/logs/search", "secret-key"),
        (f"{GROUP}/export?format=xml", "secret-key"),
    ],
)
def test_what_reads_no_body_has_no_line(api: RunningApi, path: str, key: str) -> None:
    assert audited(api, path, key) is None


def test_every_export_and_every_tail_has_a_line(api: RunningApi, module_logs: Logs) -> None:
    export = audited(api, f"{GROUP}/export?include_detail=false&columns=content&user=", "secret-key")
    with tailing(api, f"{GROUP}/tail?user={SEARCHED}&include_detail=false", Authorization="secret-key") as tail:
        module_logs.store([{"id": 9, "group": "ns/a", "created_at": NOON_MS, "user": SEARCHED}])
        tail.wait_for(1)
    wait_until(lambda: any(line["route"].endswith("/tail") for line in log_lines(api, "logs read")))
    (tailed,) = [line for line in log_lines(api, "logs read") if line["route"].endswith("/tail")]

    assert export is not None
    assert (export["count"], export["parameters"], export["bodies"]) == (3, ["include_detail=false", "columns"], False)
    assert (tailed["key"], tailed["count"], tailed["bodies"]) == ("panel", 1, False)


def test_no_line_no_metric_no_message_and_no_header_holds_a_key_that_came_in_the_address(api: RunningApi) -> None:
    texts = []
    with ExitStack() as tails:
        for key, status in (("secret-key", 200), ("secret-guess", 401)):
            for path in ("search", "detail/1", "facets", "stats", "export?format=ndjson", "export?page=x", "nothing"):
                answer = api.get(f"{GROUP}/{path}{'&' if '?' in path else '?'}nope=1&key={key}")
                texts += [answer.text, str(answer.headers)]
                assert path == "nothing" or answer.status_code == status, (path, answer.text)
        tail = tails.enter_context(tailing(api, f"{GROUP}/tail?key=secret-key"))
        bare = api.get("/api/logs/?key=secret-admin", follow_redirects=False)
        wrong = api.get("/api/logs/search?page=0&key=secret-admin")
        known = api.get("/api/logs/search?key=secret-admin").json()["message"]
    texts += [api.get("/metrics").text, log_text(api), str(bare.headers), wrong.text, str(tail.events)]

    assert (bare.status_code, wrong.status_code, known) == (200, 400, "")
    assert not any("secret-key" in text or "secret-guess" in text or "secret-admin" in text for text in texts)
    assert SEARCHED not in log_text(api)


def test_the_header_comes_before_the_parameter(api: RunningApi) -> None:
    wrong = api.get("/api/logs/search?key=secret-admin", headers={"Authorization": "Basic abc"})
    right = api.get("/api/logs/search?key=wrong", headers={"Authorization": "Bearer sk-secret-admin"})

    assert (wrong.status_code, right.status_code) == (401, 200)
