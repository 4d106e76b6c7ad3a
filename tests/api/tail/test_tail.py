"""The live tail on real Elasticsearch: each log once it is searchable, once, in that order; resumed without a gap."""

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from threading import Thread
from urllib.parse import urlsplit

import pytest

from api.tail.stream import CHUNK_BYTES, chunks
from mappings.instant import DAY_MS
from tests.api.envelope import assert_envelope
from tests.support.faults.proxy import wire_to
from tests.support.logs import Logs
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS
from tests.support.waiting import wait_until


def event(number: int, **fields: object) -> dict[str, object]:
    return {"id": number, "created_at": NOON_MS + number, "group": "ns-a", **fields}


@pytest.fixture(scope="module")
def logs(module_logs: Logs) -> Logs:
    """An alias with one log, which no tail shows."""
    module_logs.store([event(0)])
    return module_logs


@pytest.fixture(scope="module")
def api(servers: Servers, logs: Logs) -> Iterator[RunningApi]:
    """The API that all tests of this file follow, one after the other."""
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": logs.alias}
    with running_api({**store, "API_TAIL_HEARTBEAT_S": "0.5", "API_CLIENT_PATIENCE_S": "3"}) as api:
        yield api


def test_a_log_comes_when_it_is_searchable_however_old_it_is(api: RunningApi, logs: Logs) -> None:
    with tailing(api) as tail:
        logs.store([event(1)])
        tail.wait_for(1)
        logs.store([event(2, created_at=NOON_MS - 3 * DAY_MS), event(3, created_at=NOON_MS - 9)])

        assert sorted(tail.wait_for(3)) == [1, 2, 3]
        assert tail.logs[0] == 1


def test_a_log_of_a_tail_is_the_log_of_a_search(api: RunningApi, logs: Logs) -> None:
    with tailing(api) as tail:
        logs.store([event(77, request_detail={"id": 5, "request_body": "line\nend"}, newer="\x85 \u2028 \u2029")])
        tail.wait_for(1)

    assert tail.events[-1].data == api.search(order="id-desc", per_page=1)["logs"][0]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/api/log/ns-a/tail", [1, 2]),
        ("/api/log/ns-b/tail", [3]),
        ("/api/logs/tail?group=ns-b", [3]),
        ("/api/logs/tail?query=timeout&code_type=error", [2, 3]),
        (f"/api/logs/tail?start_timestamp={NOON_MS + 3}", [3]),
    ],
)
def test_a_tail_has_the_filters_of_a_search(api: RunningApi, logs: Logs, path: str, found: list[int]) -> None:
    last = event(9, group="ns-b", content="timeout", created_at=NOON_MS + 9)
    with tailing(api, path) as tail, tailing(api) as everything:
        logs.store([event(1), event(2, content="a timeout"), event(3, group="ns-b", content="a timeout")])
        everything.wait_for(3)
        logs.store([{**last, "group": "ns-a"}, last])
        wait_until(lambda: 9 in tail.logs)

    assert [number for number in tail.logs if number != 9] == found


def test_a_log_that_is_completed_later_comes_again(api: RunningApi, logs: Logs) -> None:
    index = next(iter(logs.client.indices.get_alias(name=logs.alias)))
    with tailing(api) as tail:
        logs.client.index(index=index, id="x", document=event(1, code=0), refresh=True)
        tail.wait_for(1)
        logs.client.index(index=index, id="x", document=event(1, code=200), refresh=True)
        tail.wait_for(2)

    assert [log.data["code"] for log in tail.events[1:]] == [0, 200]


def test_a_tail_resumes_in_another_process_behind_the_event_it_names(
    api: RunningApi, logs: Logs, start_api: StartApi
) -> None:
    with tailing(api) as first:
        logs.store([event(number) for number in range(1, 60)])
        first.wait_for(59)
    seen, last_id = first.logs[:31], first.events[31].id
    logs.store([event(60), event(61, created_at=NOON_MS - DAY_MS)])
    with tailing(start_api(logs.alias), last_id=last_id) as second:
        second.wait_for(30)
        logs.store([event(62)])
        second.wait_for(31)

    assert sorted(seen + second.logs) == list(range(1, 63))


def test_nothing_is_lost_or_repeated_by_a_reader_that_is_cut_again_and_again(api: RunningApi, logs: Logs) -> None:
    chance = random.Random(7)
    batches = [
        [event(10 * batch + n, created_at=NOON_MS - batch % 3 * DAY_MS) for n in range(10)] for batch in range(60)
    ]
    with tailing(api) as tail:
        last_id = tail.last_id
    writers = [
        Thread(target=lambda part=part: [logs.store(batch) for batch in part]) for part in (batches[::2], batches[1::2])
    ]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while len(seen) < 600:
        with tailing(api, "/api/logs/tail?include_detail=" + chance.choice(["true", "false"]), last_id) as tail:
            got = tail.wait_for(1)
            taken = chance.randint(1, len(got))
            seen, last_id = seen + got[:taken], tail.events[taken].id
    for writer in writers:
        writer.join()

    assert sorted(seen) == list(range(600))


def test_a_silent_tail_is_alive_and_moves_its_event_id_on(api: RunningApi, logs: Logs) -> None:
    with tailing(api, "/api/log/nobody/tail") as tail:
        begun = tail.last_id
        logs.store([event(1)])
        wait_until(lambda: tail.last_id != begun)

    assert tail.logs == []


def test_equal_tails_cost_one_search(api: RunningApi, logs: Logs) -> None:
    with ExitStack() as opened:
        tails = [opened.enter_context(tailing(api, "/api/log/ns-a/tail?code=0")) for _ in range(10)]
        logs.store([event(1)])  # which brings all to the same place
        wait_until(lambda: all(tail.logs for tail in tails))
        before = searches(logs)
        logs.store([event(2)])
        wait_until(lambda: all(len(tail.logs) == 2 for tail in tails))

    assert searches(logs) == before + 2  # which logs they are, and the logs


def searches(logs: Logs) -> int:
    total = logs.client.indices.stats(index=logs.alias, metric="search")["_all"]["total"]["search"]["query_total"]
    return int(total)


def test_a_reader_that_stops_reading_is_told_and_cut(api: RunningApi, logs: Logs) -> None:
    address = urlsplit(api.url)
    with closing(socket.create_connection((address.hostname, address.port))) as reader:
        reader.sendall(b"GET /api/logs/tail HTTP/1.1\r\nhost: localhost\r\n\r\n")
        wait_until(lambda: tails_open(api) == 1)
        for number in range(30):
            logs.store([event(number, request_detail={"request_body": "x" * 1_000_000})])
        wait_until(lambda: tails_open(api) == 0)
        received = b"".join(iter(lambda: reader.recv(1_000_000), b""))

    *_, last, end, nothing = body_of(received).split(b"\n\n")
    assert received.endswith(b"\r\n0\r\n\r\n")
    assert end.startswith(b'event: end\ndata: {"message":"the client does not read')
    assert last.endswith(b"}")  # the log before it is whole: a resumed tail begins behind it
    assert nothing == b""
    assert api.get("/healthz").status_code == 200


def test_a_stray_line_end_behind_the_request_does_not_end_a_tail(api: RunningApi) -> None:
    address, received = urlsplit(api.url), b""
    with closing(socket.create_connection((address.hostname, address.port), timeout=30)) as reader:
        reader.sendall(b"GET /api/logs/tail HTTP/1.1\r\nhost: localhost\r\n\r\n")
        received += reader.recv(65_536)
        reader.sendall(b"\r\n")
        while received.count(b": alive") < 9:  # for longer than a client may take for its request
            piece = reader.recv(65_536)
            assert piece
            received += piece

    assert b"HTTP/1.1 408" not in received


def body_of(received: bytes) -> bytes:
    """Return the body of a chunked answer."""
    body, chunks = b"", received.partition(b"\r\n\r\n")[2]
    while size := int(chunks.partition(b"\r\n")[0], 16):
        begin = chunks.index(b"\r\n") + 2
        body, chunks = body + chunks[begin : begin + size], chunks[begin + size + 2 :]
    return body


@pytest.mark.parametrize("lengths", [[], [10], [70_000, 10, 10], [10] * 9000, [2_000_000, 70_000]])
def test_a_page_is_cut_between_events(lengths: list[int]) -> None:
    events = [b"id: 1\ndata: " + b"x" * length + b"\n\n" for length in lengths]

    found = list(chunks(b"".join(events)))

    assert b"".join(found) == b"".join(events)
    assert all(piece.endswith(b"\n\n") for piece in found)
    assert all(len(chunk) <= CHUNK_BYTES + max(map(len, events)) for chunk in found)


def tails_open(api: RunningApi) -> float:
    return float(api.get("/metrics").text.partition("\ngateway_logs_api_tails ")[2].partition("\n")[0])


def test_a_tail_waits_for_elasticsearch_and_goes_on_without_a_gap(
    servers: Servers, logs: Logs, start_api: StartApi
) -> None:
    with wire_to(servers.elasticsearch_url) as wire:
        api = start_api(logs.alias, ELASTICSEARCH_URL=wire.url)
        with tailing(api) as tail:
            wire.become("refusing")
            wait_until(lambda: api.get("/readyz").status_code == 503)
            assert_envelope(api.get("/api/logs/tail"), 503)
            logs.store([event(1)])
            wire.become("passing")

            assert tail.wait_for(1) == [1]


def test_a_program_that_is_told_to_end_ends_its_tails_at_once(logs: Logs, start_api: StartApi) -> None:
    api = start_api(logs.alias)
    with tailing(api) as tail:
        api.process.terminate()

        assert api.process.wait(5) == 0
        wait_until(lambda: tail.is_over)
    assert tail.events[-1].name == "end"
    assert "connect again with Last-Event-ID" in tail.events[-1].data["message"]


@pytest.mark.parametrize("last_id", ["rubbish", "1.A", "1.q83vEgAAAAAH"])
def test_an_event_id_that_is_none_of_ours_is_refused(api: RunningApi, last_id: str) -> None:
    assert_envelope(api.get("/api/logs/tail", headers={"Last-Event-ID": last_id}), 400)


def test_what_is_wrong_is_said_before_the_stream_begins(api: RunningApi, logs: Logs, start_api: StartApi) -> None:
    assert_envelope(api.get("/api/logs/tail?code=x"), 400)
    assert_envelope(api.get("/api/log//tail"), 400)
    assert_envelope(start_api(logs.alias, API_MAX_TAILS="0").get("/api/logs/tail"), 503)
    with tailing(api, "/api/logs/tail?page=2&query=???") as tail:
        assert tail.events[0].data["message"].startswith("unknown parameters ignored: page; query terms ignored")
