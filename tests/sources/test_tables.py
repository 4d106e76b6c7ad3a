"""Each column that has a place in our event is there, on each kind of database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine

from indexer.event.decode import Window, decode
from indexer.shapes.entries import encoded
from sources.database import LogTable, open_database, url_of
from sources.tables.registry import TABLES
from tests.sources import schemas
from tests.sources.databases import mariadb, postgres, sqlite

MOMENT_MS = 1_790_000_001_623
MOMENT = datetime(2026, 9, 21, 14, 13, 21, 623456, tzinfo=UTC)
DATABASES = {"sqlite": sqlite, "postgresql": postgres, "mysql": mariadb}


@pytest.fixture(scope="module", params=DATABASES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine on a database of this file's own."""
    with DATABASES[request.param]() as dsn:
        found = open_database(url_of(dsn))
        yield found
        found.dispose()


def time_in(engine: Engine, moment: datetime) -> Any:
    """Return a time as the gateway's driver writes it: SQLite has text, MySQL no zone."""
    if engine.dialect.name == "sqlite":
        return moment.astimezone(UTC).isoformat(" ")
    return moment.replace(tzinfo=None) if engine.dialect.name == "mysql" else moment


def events(engine: Engine, shape: str) -> list[Any]:
    table = LogTable(engine, TABLES[shape])
    found = [TABLES[shape].event_of(row, detail) for row, detail in table.page(0, table.highest())]
    return [event and msgspec.json.decode(encoded(event)) for event in found]


def test_aiproxy(engine: Engine) -> None:
    schemas.create(engine, schemas.AIPROXY)
    row = {
        "created_at": time_in(engine, MOMENT),
        "request_at": time_in(engine, MOMENT - timedelta(milliseconds=1500)),
        "retry_at": time_in(engine, datetime(1, 1, 1, tzinfo=UTC)) if engine.dialect.name != "mysql" else None,
        "group_id": "ns-a",
        "channel_id": 3,
        "request_id": "179000000162345",
        "model": "gpt-4o",
        "user": "alice",
        "ip": "192.0.2.7",
        "metadata": '{"b":"1","a":"2"}',
        "code": 200,
        "mode": 1,
        "token_id": 11,
        "ttfb_milliseconds": 321,
        "input_price": 0.0025,
        "input_price_unit": 1000,
        "input_tokens": 11,
        "total_tokens": 33,
        "image_output_price": 0.5,
        "input_amount": 0.0001,
        "used_amount": 0.0125,
        "service_tier": "flex",
        "input_media": False,
        "upstream_id": "u-1",
        "prompt_cache_key": "k",
        "async_usage_status": 2,
    }
    schemas.insert(engine, "logs", row, {"created_at": time_in(engine, MOMENT), "code": 429})
    detail = {"log_id": 1, "request_body": "{}", "response_body": "余额 \\u4f59", "response_body_truncated": True}
    schemas.insert(engine, "request_details", detail)

    first, second = events(engine, "aiproxy")

    assert first == {
        "id": 1,
        "request_id": "179000000162345",
        "upstream_id": "u-1",
        "created_at": MOMENT_MS,
        "request_at": MOMENT_MS - 1500,
        "group": "ns-a",
        "channel": 3,
        "model": "gpt-4o",
        "user": "alice",
        "ip": "192.0.2.7",
        "code": 200,
        "mode": 1,
        "token_id": 11,
        "ttfb_milliseconds": 321,
        "async_usage_status": 2,
        "used_amount": 0.0125,
        "prompt_cache_key": "k",
        "metadata": {"b": "1", "a": "2"},
        "price": {"input_price": 0.0025, "input_price_unit": 1000, "image_output_price": 0.5},
        "usage": {"input_tokens": 11, "total_tokens": 33},
        "amount": {"input_amount": 0.0001, "used_amount": 0.0125},
        "usage_context": {"service_tier": "flex", "input_media": False},
        "request_detail": {
            "id": 1,
            "log_id": 1,
            "request_body": "{}",
            "response_body": "余额 \\u4f59",
            "response_body_truncated": True,
        },
    }
    assert second == {"id": 2, "created_at": MOMENT_MS, "code": 429}


def test_aiproxy_of_an_early_version_lacks_columns_and_bodies(engine: Engine) -> None:
    early = {name: kind for name, kind in schemas.AIPROXY["logs"].items() if name != "upstream_id"}
    schemas.create(engine, schemas.AIPROXY)
    schemas.create(engine, {"logs": early})
    schemas.insert(engine, "logs", {"created_at": time_in(engine, MOMENT)})

    assert events(engine, "aiproxy") == [{"id": 1, "created_at": MOMENT_MS}]


def test_one_api(engine: Engine) -> None:
    schemas.create(engine, schemas.ONE_API)
    call = {
        "user_id": 7,
        "created_at": MOMENT_MS // 1000,
        "type": 2,
        "content": "model ratio 1.25",
        "username": "alice",
        "token_name": "build",
        "model_name": "gpt-4o",
        "quota": 6250,
        "prompt_tokens": 11,
        "completion_tokens": 22,
        "channel_id": 3,
        "request_id": "2026092114132100",
        "elapsed_time": 1500,
        "is_stream": True,
    }
    schemas.insert(engine, "logs", call, call | {"type": 1, "content": "top-up"})

    assert events(engine, "one-api") == [
        {
            "id": 1,
            "request_id": "2026092114132100",
            "created_at": 1_790_000_001_000,
            "request_at": 1_789_999_999_500,
            "group": "alice",
            "user": "alice",
            "token_name": "build",
            "model": "gpt-4o",
            "channel": 3,
            "code": 200,
            "content": "model ratio 1.25",
            "used_amount": 0.0125,
            "usage": {"input_tokens": 11, "output_tokens": 22, "total_tokens": 33},
            "metadata": {"type": "2", "stream": "true"},
        },
        None,
    ]


def test_new_api(engine: Engine) -> None:
    schemas.create(engine, schemas.NEW_API)
    other = (
        '{"frt":321.0,"cache_tokens":4,"request_path":"/v1/chat/completions?key=sk-0","model_ratio":1.25,'
        '"upstream_model_name":"gpt-4o-2024-08-06","admin_info":{"use_channel":["3"]}}'
    )
    call = {
        "user_id": 7,
        "created_at": MOMENT_MS // 1000,
        "type": 2,
        "content": "",
        "username": "alice",
        "token_name": "build",
        "token_id": 11,
        "model_name": "gpt-4o",
        "quota": 6250,
        "prompt_tokens": 11,
        "completion_tokens": 22,
        "channel_id": 3,
        "use_time": 2,
        "is_stream": False,
        "group": "vip",
        "ip": "192.0.2.7",
        "other": other,
        "request_id": "2026092114132100",
    }
    failed = {"type": 5, "content": "slow down", "other": '{"status_code":429,"frt":-1000}'}
    schemas.insert(engine, "logs", call, call | failed, call | {"type": 3})

    ok, error, managed = events(engine, "new-api")

    assert ok == {
        "id": 1,
        "request_id": "2026092114132100",
        "created_at": 1_790_000_001_000,
        "request_at": 1_789_999_999_000,
        "group": "vip",
        "user": "alice",
        "token_name": "build",
        "token_id": 11,
        "model": "gpt-4o",
        "channel": 3,
        "endpoint": "/v1/chat/completions",
        "ip": "192.0.2.7",
        "code": 200,
        "ttfb_milliseconds": 321,
        "used_amount": 0.0125,
        "usage": {"input_tokens": 11, "output_tokens": 22, "total_tokens": 33, "cached_tokens": 4},
        "metadata": {"type": "2", "stream": "false", "response_model": "gpt-4o-2024-08-06", "model_ratio": "1.25"},
    }
    assert (error["code"], error["content"], error.get("ttfb_milliseconds")) == (429, "slow down", None)
    assert managed is None
    assert decode(encoded(ok), Window(0, 2 * MOMENT_MS)).created_ms == 1_790_000_001_000


def test_pages_are_bounded_by_the_size_of_their_bodies(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    schemas.create(engine, schemas.AIPROXY)
    for number in range(1, 7):
        schemas.insert(engine, "logs", {"created_at": time_in(engine, MOMENT)})
        size = 5_000 if number == 3 else 400
        schemas.insert(engine, "request_details", {"log_id": number, "request_body": "x" * size, "response_body": None})
    monkeypatch.setattr("sources.database.MAX_PAGE_CHARACTERS", 1_000)
    table = LogTable(engine, TABLES["aiproxy"])
    pages, last = [], 0
    while page := table.page(last, 6):
        last = page[-1][0]["id"]
        pages.append([row["id"] for row, _ in page])

    assert pages == [[1, 2], [3], [4, 5], [6]]
