"""What filter menus offer: every value with its number of logs, counted under all filters except its own."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.facets.values import digit_ranges
from tests.api.envelope import assert_envelope
from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, running_api
from tests.support.sample import EVENTS
from tests.support.servers import Servers
from tests.support.times import NOON_MS

MANY: list[Event] = [
    {"id": number, "created_at": NOON_MS + number % 5 * 86_400_000, "group": "many", "user": f"User-{number % 150}"}
    for number in range(1000, 1300)
]
CHANNELS: list[Event] = [
    {"created_at": NOON_MS, "group": "channels", "channel": number} for number in (5, 50, 57, 500, 15, 2**63 - 1)
]

NAMES = [
    "Прод-1",
    "München",
    "ÉTUDE",
    "E\u0301tude 2",
    "Prod-2",
    "prod.*",
    "Straße",
    "STRASSE 2",
    "Ǆungla",
    "ΣΊΣΥΦΟΣ",
    "ß",
]
CASES: list[Event] = [
    {"id": 2000 + number, "created_at": NOON_MS, "group": "case", "token_name": name}
    for number, name in enumerate(NAMES)
]


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the sample, and on groups with many values."""
    module_logs.store([*EVENTS, *MANY, *CHANNELS, *CASES])
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def facets(api: RunningApi, path: str, **params: Any) -> Any:
    answer = api.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def facet(*values: tuple[str | int, int], other: int = 0, none: int = 0, distinct: int | None = None) -> dict[str, Any]:
    return {
        "values": [{"value": value, "count": count} for value, count in values],
        "distinct": len(values) if distinct is None else distinct,
        "other": other,
        "none": none,
        "exact": True,
    }


def test_each_value_comes_with_its_number_of_logs(api: RunningApi) -> None:
    assert facets(api, "/api/log/ns-a/facets") == {
        "total": 2,
        "facets": {
            "channel": facet((3, 1), (4, 1)),
            "model": facet(("gpt-4o", 2)),
            "token_name": facet(("my token", 1), none=1),
            "code": facet((200, 1), (500, 1)),
            "user": facet(("alice@example.com", 1), none=1),
            "endpoint": facet(("/v1/chat/completions", 1), none=1),
        },
    }


def test_a_field_is_counted_under_all_filters_except_its_own(api: RunningApi) -> None:
    found = facets(api, "/api/logs/facets", model_name="gpt-4o", code=200, end_timestamp=NOON_MS + 2000)

    assert found["total"] == 1
    assert found["facets"]["model"] == facet(("gpt-4o", 1), none=1)
    assert found["facets"]["code"] == facet((200, 1), (500, 1))
    assert found["facets"]["group"] == facet(("ns-a", 1))


def test_all_logs_have_their_groups_counted_and_one_group_has_not(api: RunningApi) -> None:
    everything = facets(api, "/api/logs/facets", group="ns-a", field="group")["facets"]

    assert {entry["value"] for entry in everything["group"]["values"]} == {
        "ns-a",
        "ns/b 组",
        "ns-c",
        "many",
        "channels",
        "case",
    }
    assert "group" not in facets(api, "/api/log/ns-a/facets")["facets"]
    assert_envelope(api.get("/api/log/ns-a/facets?field=group"), 400)


def test_of_many_values_the_most_frequent_are_given_and_the_rest_is_counted(api: RunningApi) -> None:
    found = facets(api, "/api/log/many/facets", field="user", size=3)["facets"]

    assert list(found) == ["user"]
    assert found["user"] == facet(("User-0", 2), ("User-1", 2), ("User-10", 2), other=294, distinct=150)


def test_a_value_among_many_is_found_by_its_beginning_in_any_letter_case(api: RunningApi) -> None:
    found = facets(api, "/api/log/many/facets", field="user", prefix="uSER-14", size=2)

    assert found["total"] == 300
    assert found["facets"]["user"] == facet(("User-14", 2), ("User-140", 2), other=18, distinct=11)


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("прод", ["Прод-1"]),
        ("MÜN", ["München"]),
        ("mu\u0308n", ["München"]),
        ("étu", ["ÉTUDE", "E\u0301tude 2"]),
        ("PROD", ["Prod-2", "prod.*"]),
        ("prod.", ["prod.*"]),
        ("strass", ["Straße", "STRASSE 2"]),
        ("STRAß", ["Straße", "STRASSE 2"]),
        ("stras", ["Straße", "STRASSE 2"]),
        ("s", ["Straße", "STRASSE 2", "ß"]),
        ("ǆ", ["Ǆungla"]),
        ("σίσυφος", ["ΣΊΣΥΦΟΣ"]),
        ("etu", []),  # an accent is no letter case
    ],
)
def test_a_prefix_finds_any_letter_case_of_any_script(api: RunningApi, prefix: str, names: list[str]) -> None:
    found = facets(api, "/api/log/case/facets", field="token_name", prefix=prefix)["facets"]["token_name"]

    assert sorted(each["value"] for each in found["values"]) == sorted(names)


def test_a_number_is_found_by_its_first_digits(api: RunningApi) -> None:
    found = facets(api, "/api/log/channels/facets", field="channel", prefix="5", channel=15)

    assert found["facets"]["channel"] == facet((5, 1), (50, 1), (57, 1), (500, 1))
    assert facets(api, "/api/log/channels/facets", field="channel", prefix="92")["facets"]["channel"]["other"] == 0


def test_the_ranges_of_first_digits_stay_within_64_bits() -> None:
    ranges = digit_ranges("92")

    assert ranges[:2] == [{"gte": 92, "lte": 92}, {"gte": 920, "lte": 929}]
    assert ranges[-1] == {"gte": 92 * 10**17, "lte": 2**63 - 1}
    assert digit_ranges(str(2**63 - 1)) == [{"gte": 2**63 - 1, "lte": 2**63 - 1}]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("size=101", "size=101: must be a whole number from 1 to 100"),
        ("field=ip", "field=ip: must be one of channel, model, token_name, code, user, endpoint, group"),
        ("prefix=a", "prefix=a: prefix requires field"),
        ("field=code&prefix=4x", "prefix=4x: must be the first digits of a number"),
        ("field=code&prefix=0", "prefix=0: must be the first digits of a number"),
        (
            f"field=user&prefix={'x' * 257}",
            f"prefix={'x' * 80}…: must be at most 256 characters, less with many accents",
        ),
        (
            f"field=user&prefix={'%C3%A9' * 256}",
            f"prefix={'é' * 80}…: must be at most 256 characters, less with many accents",
        ),
    ],
)
def test_a_wrong_question_is_told_what_is_allowed(api: RunningApi, query: str, message: str) -> None:
    answer = api.get(f"/api/logs/facets?{query}")

    assert_envelope(answer, 400)
    assert answer.json()["message"] == message


def test_a_parameter_of_the_searches_that_means_nothing_here_is_named(api: RunningApi) -> None:
    answer = api.get("/api/logs/facets?page=2&field=code").json()

    assert answer["message"] == "unknown parameters ignored: page"
