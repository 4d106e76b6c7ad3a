"""Who may read what."""

import json
from collections.abc import Iterator

import pytest

from tests.api.envelope import assert_envelope
from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS

EVENT = {"id": 1, "group": "ns-a", "created_at": NOON_MS}


@pytest.fixture(scope="module")
def stored(module_logs: Logs) -> str:
    module_logs.store([EVENT])
    return module_logs.alias


KEYS = {"ns-a": ["key-a"], "组/b": ["key-b", "key-c"]}


@pytest.fixture(scope="module")
def locked(servers: Servers, stored: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApi]:
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    file.write_text(json.dumps(KEYS))
    keys = {"API_ADMIN_KEYS": "admin-1, admin-2", "API_GROUP_KEYS_FILE": str(file), "API_HOST": "0.0.0.0"}
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": stored}
    with running_api({**store, **keys}) as api:
        yield api


@pytest.mark.parametrize(
    ("authorization", "path", "status"),
    [
        ("", "/api/logs/search", 401),
        ("wrong", "/api/logs/search", 401),
        ("Bearer", "/api/logs/search", 401),
        ("Basic admin-1", "/api/logs/search", 401),
        ("admin-1,", "/api/logs/search", 401),
        ("ADMIN-1", "/api/logs/search", 401),
        ("wrong", "/api/logs/search?page=0", 401),
        ("admin-1", "/api/logs/search", 200),
        ("Bearer admin-2", "/api/logs/search", 200),
        ("bearer admin-2", "/api/log/ns-a/search", 200),
        ("key-a", "/api/log/ns-a/search", 200),
        ("Bearer key-a", "/api/log/ns-a/search?group=x", 200),
        ("key-c", "/api/log/%E7%BB%84%2Fb/search", 200),
        ("key-a", "/api/logs/search", 403),
        ("key-a", "/api/logs/search?group=ns-a", 403),
        ("key-a", "/api/log/ns-b/search", 403),
        ("key-a", "/api/log/ns-a%2F..%2Fns-b/search", 403),
        ("key-a", "/api/log//search", 403),
        ("", "/healthz", 200),
        ("", "/readyz", 200),
        ("", "/metrics", 200),
        ("", "/docs", 200),
        ("", "/openapi.json", 200),
    ],
)
def test_a_key_opens_what_it_is_for(locked: RunningApi, authorization: str, path: str, status: int) -> None:
    answer = locked.get(path, headers={"Authorization": authorization} if authorization else {})

    assert answer.status_code == status
    if status >= 400:
        assert_envelope(answer, status)
