"""How new the newest log is."""

from datetime import UTC, datetime

from tests.support.logs import Logs
from tests.support.programs import RunningApi
from tests.support.times import NOON_MS


def test_the_newest_log_is_named_with_its_age(logs: Logs, api: RunningApi) -> None:
    logs.store([{"id": number, "created_at": NOON_MS + number, "group": f"ns-{number}"} for number in range(3)])

    found = api.get("/api/logs/freshness").json()["data"]
    now, newest = (datetime.fromisoformat(found[name]) for name in ("now", "newest"))

    assert found["newest"] == "2026-11-24T12:00:00.002Z"
    assert found["age_milliseconds"] == round((now - newest).total_seconds() * 1000)
    assert abs((now - datetime.now(UTC)).total_seconds()) < 600
    assert api.get("/api/log/ns-1/freshness").json()["data"]["newest"] == "2026-11-24T12:00:00.001Z"
    assert api.get("/api/logs/freshness?only=group:none").json()["data"]["age_milliseconds"] is None
