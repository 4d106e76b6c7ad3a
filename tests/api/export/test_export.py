"""Every log that matches as one file: CSV or NDJSON, whole or visibly cut, and memory that does not grow with it."""

import csv
import gzip
import io
import json
import math
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import pytest

from api.export.columns import BODY_COLUMNS, COLUMNS, FORMULA_STARTS
from api.export.routes import accepts_gzip
from mappings.instant import DAY_MS
from tests.api.envelope import assert_envelope
from tests.support.faults.proxy import wire_to
from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.sample import EVENTS
from tests.support.servers import Servers
from tests.support.times import NOON_MS
from tests.support.waiting import wait_until

MANY = 6000
CROWD: list[Event] = [
    {
        "id": 2**62 + number,
        "created_at": NOON_MS - number // 1000 * DAY_MS,
        "group": "crowd",
        "used_amount": number / 7e6,
        **({"request_at": NOON_MS - number} if number % 3 else {}),
    }
    for number in range(MANY)
]
AS_IT_IS = {"Accept-Encoding": "identity"}
ORDERS = ["created_at-desc", "created_at-asc", "request_at-desc", "request_at-asc", "id-desc", "id-asc"]


class File(NamedTuple):
    """An export as it came over the wire."""

    headers: Mapping[str, str]
    body: bytes
    trailers: str

    def logs(self) -> list[Any]:
        """Return the logs of NDJSON."""
        return [json.loads(line) for line in self.body.splitlines()]

    def rows(self) -> list[dict[str, str]]:
        """Return the rows of CSV."""
        csv.field_size_limit(10**8)
        return list(csv.DictReader(io.StringIO(self.body.decode(), newline="")))


@pytest.fixture(scope="module")
def stored(module_logs: Logs) -> Logs:
    """The sample, and a crowd of small logs."""
    module_logs.store([*EVENTS, *CROWD])
    return module_logs


@pytest.fixture(scope="module")
def api(servers: Servers, stored: Logs) -> Iterator[RunningApi]:
    """The API on them."""
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": stored.alias}) as api:
        yield api


def export(api: RunningApi, query: str, path: str = "/api/logs/export", **headers: str) -> File:
    """Return an export, read byte by byte: clients hide chunks and trailers."""
    address = urlsplit(api.url)
    head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "localhost", **headers}.items())
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(f"GET {path}?{query} HTTP/1.1\r\n{head}\r\n".encode())
        lines, _, chunks = connection.makefile("rb").read().partition(b"\r\n\r\n")
    status, *named = lines.decode().split("\r\n")
    assert status == "HTTP/1.1 200 OK", chunks
    return File(dict(line.split(": ", 1) for line in named), *_unchunked(chunks))


def _unchunked(chunks: bytes) -> tuple[bytes, str]:
    """Return a body and the trailer behind it."""
    body = b""
    while True:
        size, _, chunks = chunks.partition(b"\r\n")
        if not int(size, 16):
            return body, chunks.decode().strip()
        body, chunks = body + chunks[: int(size, 16)], chunks[int(size, 16) + 2 :]


def test_ndjson_holds_the_logs_as_the_searches_answer_them(api: RunningApi) -> None:
    found = export(api, "format=ndjson&include_detail=true&end_timestamp=" + str(NOON_MS) + "&group=ns-c")

    assert found.headers["content-type"] == "application/x-ndjson"
    assert found.logs() == api.search(group="ns-c")["logs"]


@pytest.mark.parametrize("order", ORDERS)
def test_every_log_comes_once_in_the_order_of_the_searches(api: RunningApi, order: str) -> None:
    ids = [log["id"] for log in export(api, f"format=ndjson&include_detail=false&group=crowd&order={order}").logs()]
    pages = [api.search(group="crowd", order=order, page=page, per_page=100)["logs"] for page in (1, 30, 60)]

    assert len(ids) == len(set(ids)) == MANY
    for number, page in zip((1, 30, 60), pages, strict=True):
        assert ids[100 * number - 100 : 100 * number] == [log["id"] for log in page]


def test_the_number_of_rows_is_told_before_and_after(api: RunningApi) -> None:
    for query, rows in (("group=crowd", MANY), ("group=crowd&max_entries=250", 250), ("group=nobody", 0)):
        found = export(api, query)

        assert (found.headers["x-export-total"], found.trailers) == (str(rows), f"x-export-count: {rows}")
        assert len(found.rows()) == rows


def test_money_adds_up_to_the_sum_of_the_stats(api: RunningApi) -> None:
    rows = export(api, "group=crowd&columns=used_amount").rows()
    stats = api.get("/api/logs/stats?group=crowd").json()["data"]

    assert stats["used_amount"] == pytest.approx(math.fsum(float(row["used_amount"]) for row in rows), rel=1e-12)


def test_csv_has_a_column_for_every_field_and_what_the_log_holds_in_each(api: RunningApi) -> None:
    [row] = export(api, "request_id=1795521600000001").rows()

    assert tuple(row) == tuple(column for column in COLUMNS if column not in BODY_COLUMNS)
    assert {name: value for name, value in row.items() if value not in ("0", "0.0", "", "{}", "false")} == {
        "id": "1",
        "request_id": "1795521600000001",
        "created_at": "2026-11-24T12:00:00.000Z",
        "request_at": "2026-11-24T11:59:58.500Z",
        "group": "ns-a",
        "model": "gpt-4o",
        "token_name": "my token",
        "endpoint": "/v1/chat/completions",
        "user": "alice@example.com",
        "ip": "10.0.0.7",
        "channel": "3",
        "code": "200",
        "token_id": "11",
    }


def test_csv_holds_bodies_with_line_ends_and_quotes_as_they_were_sent(api: RunningApi) -> None:
    detail = EVENTS[4]["request_detail"]
    with_bodies, without = (
        export(api, f"group=ns-c&query=max_tokens&include_detail={flag}").rows()[0] for flag in ("true", "false")
    )

    assert with_bodies["request_detail.request_body"] == detail["request_body"]
    assert with_bodies["request_detail.response_body"] == detail["response_body"]
    assert set(COLUMNS) - set(without) == {"request_detail.request_body", "request_detail.response_body"}


@pytest.mark.parametrize(
    ("query", "has_bodies"),
    [
        ("", False),
        ("include_detail=true", True),
        ("with_body=true", True),
        ("format=ndjson", False),
        ("format=ndjson&include_detail=1", True),
        ("format=ndjson&columns=request_detail.request_body", False),
        ("columns=id,request_detail.request_body", True),
        ("columns=id,request_detail.request_body&include_detail=false", False),
        ("columns=id,content&include_detail=true", False),
    ],
)
def test_bodies_are_in_a_file_where_they_are_asked_for(api: RunningApi, query: str, has_bodies: bool) -> None:
    found = export(api, f"group=ns-c&query=max_tokens&{query}")

    assert found.trailers == "x-export-count: 1"
    assert (b"API\xed\x98\xb8\xec\xb6\x9c" in found.body) is has_bodies


@pytest.mark.parametrize(
    ("short", "order"), [("asc", "created_at-asc"), ("desc", "created_at-desc"), ("", "created_at-desc")]
)
def test_an_order_may_be_a_direction_of_time(api: RunningApi, short: str, order: str) -> None:
    found, expected = (
        export(api, f"columns=id&end_timestamp={NOON_MS + 5000}&order={one}").rows() for one in (short, order)
    )

    assert len(found) > 3
    assert found == expected


def test_the_columns_and_the_time_zone_are_chosen(api: RunningApi) -> None:
    found = export(api, "columns=created_at,%20id,retry_at&timezone=Asia/Shanghai&bom=true&group=ns-a")

    assert found.headers["content-disposition"] == 'attachment; filename="logs.csv"'
    assert found.body.decode() == (
        "\ufeffcreated_at,id,retry_at\r\n2026-11-24T20:00:00.500+08:00,2,\r\n2026-11-24T20:00:00.000+08:00,1,\r\n"
    )


def test_what_a_spreadsheet_would_take_for_a_formula_is_guarded(api: RunningApi, stored: Logs) -> None:
    texts = [f"{sign}cmd|'/c calc'!A0" for sign in sorted(FORMULA_STARTS)] + ["safe", "1-2"]
    stored.store([{"id": n, "created_at": NOON_MS + n, "group": "evil", "content": t} for n, t in enumerate(texts, 1)])
    stored.store([{"id": -99, "created_at": NOON_MS, "group": "evil", "content": ""}])
    rows = export(api, "group=evil&columns=id,content&order=created_at-asc").rows()

    assert [row["content"] for row in rows] == ["", *("'" + text for text in texts[:-2]), "safe", "1-2"]
    assert rows[0]["id"] == "-99"


def test_fields_that_are_not_documented_stand_in_a_column_together(api: RunningApi, stored: Logs) -> None:
    event = {
        "id": 1,
        "created_at": NOON_MS,
        "group": "newer",
        "amount": {"n": 1},
        "a.b": [1],
        "metadata": {"k": "v"},
    }
    stored.store([event])
    [row] = export(api, "group=newer&columns=other,metadata").rows()

    assert json.loads(row["other"]) == {"amount": {"n": 1}, "a.b": [1]}
    assert row["metadata"] == '{"k":"v"}'


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("*", True), ("", False), ("gzip;q=0", False), ("x-gzip2", False)],
)
def test_a_file_is_compressed_where_the_client_takes_it(api: RunningApi, accepted: str, is_packed: bool) -> None:
    found = export(api, "format=ndjson&group=crowd", **{"Accept-Encoding": accepted})
    body = gzip.decompress(found.body) if is_packed else found.body

    assert found.headers.get("content-encoding") == ("gzip" if is_packed else None)
    assert body.count(b"\n") == MANY


def test_a_group_exports_its_own_logs_only(api: RunningApi) -> None:
    path = f"/api/log/{quote('ns/b 组', safe='')}/export"

    assert {row["group"] for row in export(api, "group=ns-a", path).rows()} == {"ns/b 组"}


def test_what_comes_in_during_an_export_is_not_in_it(api: RunningApi, stored: Logs) -> None:
    index = next(iter(stored.client.indices.get_alias(name=stored.alias)))
    query = "format=ndjson&group=crowd&order=created_at-asc"
    with api.client.stream("GET", f"/api/logs/export?{query}", headers=AS_IT_IS) as answer:
        chunks = answer.iter_raw()
        lines = next(chunks).count(b"\n")
        late = {"created_at": NOON_MS + DAY_MS, "group": "crowd", "gateway_logs": {"tie": 1}}
        stored.client.index(index=index, id="late", document=late, refresh=True)
        lines += sum(chunk.count(b"\n") for chunk in chunks)
    stored.client.delete(index=index, id="late", refresh=True)

    assert (lines, answer.headers["x-export-total"]) == (MANY, str(MANY))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("format=xml", "format=xml: must be one of csv, ndjson"),
        ("columns=id,bodies", "columns=id,bodies: must be comma-separated, each once, of id, request_id"),
        ("timezone=x", "timezone=x: must be a name such as Asia/Shanghai"),
        ("max_entries=-1", "max_entries=-1: must be a whole number from 0 to"),
        ("code=x", "code=x: must be a whole number of 64 bits"),
    ],
)
def test_what_is_wrong_is_said_in_the_envelope_before_the_file_begins(
    api: RunningApi, query: str, message: str
) -> None:
    answer = api.get(f"/api/logs/export?{query}")

    assert_envelope(answer, 400)
    assert answer.json()["message"].startswith(message)


def test_too_many_exports_and_no_elasticsearch_are_said_with_a_status(stored: Logs, start_api: StartApi) -> None:
    assert_envelope(start_api(stored.alias, API_MAX_EXPORTS="0").get("/api/logs/export"), 503)
    assert_envelope(start_api("nothing-there").get("/api/logs/export"), 503)


LARGE: list[Event] = [
    {"id": number, "created_at": NOON_MS + number, "request_detail": {"request_body": "x" * 400_000}}
    for number in range(150)
]


@pytest.fixture
def large(logs: Logs) -> str:
    """An alias with 60 MB of logs."""
    for start in range(0, len(LARGE), 50):
        logs.store(LARGE[start : start + 50])
    return logs.alias


def test_a_break_midway_is_seen_by_the_client_and_leaves_nothing_behind(
    servers: Servers, large: str, start_api: StartApi
) -> None:
    with wire_to(servers.elasticsearch_url) as wire:
        api = start_api(large, ELASTICSEARCH_URL=wire.url)
        with api.client.stream("GET", "/api/logs/export?format=ndjson&include_detail=true", headers=AS_IT_IS) as answer:
            chunks = answer.iter_raw()
            next(chunks)
            wire.become("refusing")

            with pytest.raises(Exception, match="incomplete chunked read"):
                for _ in chunks:
                    pass
        wire.become("passing")
        wait_until(lambda: api.get("/readyz").status_code == 200)

        assert len(export(api, "format=ndjson&include_detail=true").logs()) == len(LARGE)


def test_memory_stays_where_it_was_however_large_the_file_is(large: str, start_api: StartApi) -> None:
    api = start_api(large)
    api.search(per_page=1)
    before = memory_mb(api)
    with api.client.stream("GET", "/api/logs/export?format=ndjson&include_detail=true", headers=AS_IT_IS) as answer:
        size = sum(len(chunk) for chunk in answer.iter_raw())

    assert size > 60_000_000
    assert memory_mb(api) - before < 50


def memory_mb(api: RunningApi) -> float:
    """Return the most memory that the program ever had."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{api.process.pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        ("", False),
        ("identity", False),
        ("gzip", True),
        ("br, GZIP ;q=0.5", True),
        ("*", True),
        ("*;q=0, gzip", True),
        ("gzip;q=0, *", False),
        ("gzip; q = 0.000", False),
        ("x-gzip", False),
    ],
)
def test_a_file_is_compressed_where_the_client_accepts_gzip(offered: str, taken: bool) -> None:
    assert accepts_gzip(offered) is taken


def test_a_header_of_a_hundred_kilobytes_stops_nobody(api: RunningApi) -> None:
    offered = {"Accept-Encoding": "gzip" + " " * 100_000 + "x"}

    assert api.get("/api/logs/export?group=nobody", headers=offered).status_code == 200


def test_a_column_is_asked_for_once(api: RunningApi) -> None:
    assert_envelope(api.get("/api/logs/export?columns=id,id"), 400)


def test_an_export_gives_its_point_in_time_back(api: RunningApi, stored: Logs) -> None:
    before = open_contexts(stored)
    for _ in range(5):
        export(api, "group=crowd&columns=id")

    wait_until(lambda: open_contexts(stored) <= before)


def open_contexts(logs: Logs) -> int:
    nodes = logs.client.nodes.stats(metric="indices", index_metric="search")["nodes"]
    return sum(node["indices"]["search"]["open_contexts"] for node in nodes.values())
