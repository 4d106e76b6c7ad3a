"""How new the newest log is, and how far the index is behind Kafka."""

from datetime import UTC, datetime

from mappings.instant import DAY_MS
from mappings.progress import progress_index, progress_template
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


def report(logs: Logs, name: str, **fields: int) -> None:
    """Write what an indexer reports of a partition."""
    logs.client.indices.put_index_template(name=progress_index(logs.alias), body=progress_template(logs.alias))
    logs.client.index(index=progress_index(logs.alias), id=name, document={"topic": name, **fields}, refresh=True)


def test_the_partition_that_is_furthest_behind_counts(logs: Logs, api: RunningApi) -> None:
    logs.store([{"id": 1, "created_at": NOON_MS}])
    report(logs, "t-0", partition=0, waiting=0, complete_to=NOON_MS + 9, checked_at=NOON_MS + 9)
    report(logs, "t-1", partition=1, waiting=70, complete_to=NOON_MS + 1, checked_at=NOON_MS + 8)
    report(logs, "old-0", partition=0, waiting=5, complete_to=1, checked_at=NOON_MS - 2 * DAY_MS)
    found = api.get("/api/logs/freshness").json()["data"]
    behind = datetime.fromisoformat(found["now"]) - datetime.fromisoformat(found["index"]["complete_to"])

    assert found["index"] == {
        "complete_to": "2026-11-24T12:00:00.001Z",
        "behind_milliseconds": round(behind.total_seconds() * 1000),
        "waiting": 70,
        "reported_at": "2026-11-24T12:00:00.008Z",
    }


def test_one_group_is_not_told_how_much_the_others_have_waiting(logs: Logs, api: RunningApi) -> None:
    logs.store([{"id": 1, "created_at": NOON_MS, "group": "ns-1"}])
    report(logs, "t-0", partition=0, waiting=70, complete_to=NOON_MS, checked_at=NOON_MS)
    found = api.get("/api/log/ns-1/freshness").json()["data"]["index"]

    assert found["waiting"] is None
    assert found["complete_to"] == "2026-11-24T12:00:00.000Z"


def test_what_no_indexer_reports_is_not_known(logs: Logs, api: RunningApi) -> None:
    logs.store([{"id": 1, "created_at": NOON_MS}])
    not_known = {"complete_to": "", "behind_milliseconds": None, "waiting": None, "reported_at": ""}
    assert api.get("/api/logs/freshness").json()["data"]["index"] == not_known
    report(logs, "t-0", partition=0, waiting=3, checked_at=NOON_MS)  # its owner has just begun

    found = api.get("/api/logs/freshness").json()["data"]["index"]
    assert (found["complete_to"], found["behind_milliseconds"], found["waiting"]) == ("", None, 3)


def test_the_progress_of_the_indexers_is_no_log(logs: Logs, api: RunningApi) -> None:
    logs.store([{"id": 1, "created_at": NOON_MS}])
    report(logs, "t-0", partition=0, waiting=0, complete_to=NOON_MS, checked_at=NOON_MS)

    assert api.get("/api/logs/search").json()["data"]["total"] == 1
    assert logs.client.count(index=f"{logs.alias}-*")["count"] == 1
    assert progress_index(logs.alias) not in logs.client.indices.get_alias(name=logs.alias).body
