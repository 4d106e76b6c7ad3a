"""A part of Elasticsearch fails: shards away, a node away, a login refused. A part is never passed off as whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from mappings.index import index_name
from tests.api.envelope import assert_envelope
from tests.support.faults.proxy import wire_to
from tests.support.logs import Logs
from tests.support.programs import RunningApi, StartApi
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS
from tests.support.waiting import wait_until

EVENT = {"id": 1, "group": "ns-a", "created_at": NOON_MS}


def lose_half(logs: Logs) -> str:
    """Put an index behind the alias whose only shard no node takes; return its name."""
    name = index_name(f"{logs.alias}-2026.11.20")
    nowhere = {"index.routing.allocation.require._name": "nowhere"}
    logs.client.indices.create(index=name, settings=nowhere, wait_for_active_shards=0, timeout="0s")
    return name


PATHS = (
    "/readyz",
    "/api/logs/search",
    "/api/log/ns-a/search?query=x",
    f"/api/logs/search?start_timestamp={NOON_MS}",
    "/api/logs/search?page=5000&per_page=100",
    "/api/logs/tail",
)


def test_with_half_of_the_shards_away_nothing_is_answered_in_part(logs: Logs, api: RunningApi) -> None:
    logs.store([EVENT])
    assert api.search()["total"] == 1
    lose_half(logs)

    for answer in map(api.get, PATHS):
        assert_envelope(answer, 503)
        assert answer.json()["message"].startswith("some shards are not available")
        assert answer.headers["retry-after"]


def test_a_tail_waits_while_a_shard_is_away_and_then_has_everything(logs: Logs, api: RunningApi) -> None:
    logs.store([EVENT])
    with tailing(api) as tail:
        away = lose_half(logs)
        logs.store([{**EVENT, "id": 2}])
        wait_until(lambda: api.get("/readyz").status_code == 503)
        assert tail.logs == []
        logs.client.indices.delete(index=away)

        assert tail.wait_for(1) == [2]


@pytest.mark.parametrize(("status", "kind"), [(401, "application/json"), (403, "text/html")])
def test_a_login_that_is_refused_shows_in_readyz(alias: str, start_api: StartApi, status: int, kind: str) -> None:
    with refusing(status, kind) as url:
        api = start_api(alias, ELASTICSEARCH_URL=url)
        ready, search = api.get("/readyz"), api.get("/api/logs/search")

    assert_envelope(ready, 503)
    assert (
        ready.json()
        == search.json()
        == {"message": "Elasticsearch refuses the credentials of this service", "success": False}
    )
    assert api.get("/healthz").status_code == 200


@contextmanager
def refusing(status: int, kind: str) -> Iterator[str]:
    """Be an Elasticsearch with security on, or a proxy before it: the one of the tests has none."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            body = b'{"error":{"type":"security_exception"},"status":401}'
            self.send_response(status)
            self.send_header("x-elastic-product", "Elasticsearch")
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_POST = do_GET  # noqa: N815  # the names are the server's

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_one_node_of_two_away_costs_nobody_an_answer(servers: Servers, logs: Logs, start_api: StartApi) -> None:
    logs.store([EVENT])
    with wire_to(servers.elasticsearch_url) as first, wire_to(servers.elasticsearch_url) as second:
        api = start_api(logs.alias, ELASTICSEARCH_URL=f"{first.url},{second.url}")
        wait_until(lambda: api.get("/readyz").status_code == 200)
        first.become("refusing")

        assert [api.get("/api/logs/search").status_code for _ in range(6)] == [200] * 6
        assert api.get("/readyz").status_code == 200
