"""Ranges of numbers in `only` and `exclude`: how they are read, and which logs they find."""

import math
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.clauses import Body
from api.conditions import condition_clauses
from api.errors import ApiError
from api.query import matching
from api.request.conditions import FieldValue, read_condition
from api.request.ranges import RANGE_FIELDS, NumberRange
from tests.api.search.older import store_in_version_2
from tests.support.logs import Event, Logs
from tests.support.parsing import parse
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS

INT64_MAX = 2**63 - 1
COUNTED = ("used_amount", "total_tokens", "input_tokens", "output_tokens", "retry_times")  # 0 where there is none
STORED = {
    "duration_milliseconds": "gateway_logs.duration_ms",
    **{name: f"usage.{name}" for name in ("total_tokens", "input_tokens", "output_tokens")},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("used_amount:0.01..0.1", NumberRange("used_amount", 0.01, 0.1)),
        ("used_amount:..5e-1", NumberRange("used_amount", None, 0.5)),
        ("used_amount:1e 3..1e+3", NumberRange("used_amount", 1000.0, 1000.0)),
        ("used_amount:3", NumberRange("used_amount", 3.0, 3.0)),
        ("used_amount:", NumberRange("used_amount", 0.0, 0.0)),
        ("duration_milliseconds:10000..", NumberRange("duration_milliseconds", 10_000, None)),
        ("duration_milliseconds:0", NumberRange("duration_milliseconds", 0, 0)),
        ("duration_milliseconds:", FieldValue("duration_milliseconds", 0)),
        ("ttfb_milliseconds:0", FieldValue("ttfb_milliseconds", 0)),
        ("ttfb_milliseconds:", FieldValue("ttfb_milliseconds", 0)),
        ("retry_times:3", NumberRange("retry_times", 3, 3)),
        (f"total_tokens:-{2**63}..{INT64_MAX}", NumberRange("total_tokens", -(2**63), INT64_MAX)),
        ("model:1..2", FieldValue("model", "1..2")),
    ],
)
def test_a_range_is_read(text: str, expected: NumberRange | FieldValue) -> None:
    assert read_condition(text) == expected


WHOLE = "must be a whole number of 64 bits, or a range: 10..100, 10.. or ..100, both ends included"
AMOUNT = "must be a number that a double holds, or a range: 0.01..0.5, 0.01.. or ..5e-1, both ends included"
REVERSED = "must be a range from the smaller to the larger number, both ends included"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("retry_times:..", WHOLE),
        ("retry_times:5..4", REVERSED),
        ("retry_times:1.5", WHOLE),
        ("retry_times:1...2", WHOLE),
        ("retry_times:1..2..3", WHOLE),
        ("retry_times:+1", WHOLE),
        ("retry_times:007", WHOLE),
        ("retry_times:1e3", WHOLE),
        ("retry_times:x..", WHOLE),
        ("retry_times:１..", WHOLE),  # noqa: RUF001  # a full-width digit
        (f"total_tokens:{2**63}..", WHOLE),
        (f"total_tokens:..-{2**63 + 1}", WHOLE),
        ("duration_milliseconds:10s..", WHOLE),
        ("used_amount:..", AMOUNT),
        ("used_amount:0.2..0.1", REVERSED),
        ("used_amount:nan", AMOUNT),
        ("used_amount:inf..", AMOUNT),
        ("used_amount:..-Infinity", AMOUNT),
        ("used_amount:1e309", AMOUNT),
        (f"used_amount:1{'0' * 400}", AMOUNT),
        ("used_amount:1e-400..", AMOUNT),
        ("used_amount:1_0", AMOUNT),
        ("used_amount:.5", AMOUNT),
        ("used_amount:0x1p3", AMOUNT),
    ],
)
def test_what_is_no_range_is_refused_and_the_message_says_what_is_allowed(text: str, wrong: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse(f"exclude={quote(text)}".encode())

    assert refused.value.status == 400
    assert refused.value.message.startswith(f"exclude={text[:80]}")
    assert refused.value.message.endswith(f": {wrong}")


def has(clause: Body, document: Mapping[str, float]) -> bool:
    """Tell whether a document has what a clause matches, as Elasticsearch would."""
    ((kind, inner),) = clause.items()
    if kind == "exists":
        return bool(inner["field"] in document)
    if kind == "term":
        ((field, of),) = inner.items()
        return field in document and bool(document[field] == of["value"])
    if kind == "range":
        ((field, ends),) = inner.items()
        if field not in document:
            return False
        return bool(ends.get("gte", -math.inf) <= document[field] <= ends.get("lte", math.inf))
    wanted = inner.get("filter", []) if isinstance(inner.get("filter", []), list) else [inner["filter"]]
    any_of = inner.get("should", [])
    return (
        all(has(one, document) for one in wanted)
        and (not any_of or any(has(one, document) for one in any_of))
        and not any(has(one, document) for one in inner.get("must_not", []))
    )


NEAR_ZERO = st.none() | st.sampled_from((-1, 0, 1))
AMOUNT_ENDS = st.floats(allow_nan=False, allow_infinity=False)
WHOLE_ENDS = st.integers(-(2**63), INT64_MAX)


def written(number: float | None) -> str:
    return "" if number is None else repr(number)


@pytest.mark.parametrize("field", RANGE_FIELDS)
@given(data=st.data())
def test_a_range_finds_exactly_the_logs_whose_number_is_in_it(field: str, data: st.DataObject) -> None:
    ends = NEAR_ZERO | (AMOUNT_ENDS if field == "used_amount" else WHOLE_ENDS)
    low, high, number = (data.draw(ends) for _ in range(3))
    text = f"{field}:{written(low)}..{written(high)}"
    if (low is None and high is None) or (low is not None and high is not None and low > high):
        with pytest.raises(ValueError, match="must be"):
            read_condition(text)
        return
    document = {} if number is None else {STORED.get(field, field): number}
    measured = number or (0 if field in COUNTED or (field, number) == ("duration_milliseconds", 0) else None)
    is_inside = measured is not None and (low is None or low <= measured) and (high is None or measured <= high)
    only, exclude = ([*condition_clauses([read_condition(text)], ())], [*condition_clauses((), [read_condition(text)])])

    assert has(only[0], document) == is_inside
    assert has(exclude[0], document) != is_inside


AMOUNTS = (None, -1.5, -5e-324, -0.0, 0, 5e-324, 0.01, 0.1, 0.30000000000000004, 1, 2**53 + 1, 1.7976931348623157e308)
DURATIONS_MS = (None, 0, 1, 999, 1000, 60_000, 7 * 86_400_000)
TOKENS = (None, 0, 1, 2**53, 2**53 + 1, INT64_MAX)
FIRST_BYTES_MS = (None, 0, 1, 500)
OLDER = 1000  # added to the ids of logs in an index of version 2


def event_of_numbers(number: int) -> Event:
    """Return a log with one of the numbers of each kind, none where its turn has none."""
    duration_ms, tokens = DURATIONS_MS[number % len(DURATIONS_MS)], TOKENS[number % len(TOKENS)]
    numbers = {
        "used_amount": AMOUNTS[number % len(AMOUNTS)],
        "ttfb_milliseconds": FIRST_BYTES_MS[number % len(FIRST_BYTES_MS)],
        "retry_times": (None, 0, 1, 3)[number // 4 % 4],
        "request_at": None if duration_ms is None else NOON_MS + number - duration_ms,
        "usage": {} if tokens is None else {"total_tokens": tokens, "input_tokens": tokens, "output_tokens": tokens},
    }
    log = {"id": number + 1, "request_id": str(number), "created_at": NOON_MS + number, "group": "ns", "code": 500}
    return {**log, **{name: value for name, value in numbers.items() if value is not None}}


EVENTS = [event_of_numbers(number) for number in range(84)]
ALL = [event["id"] for event in EVENTS]
OPEN = (None, None)


def number_of(event: Event, field: str) -> float | None:
    """Return the number of a log that filters compare."""
    if field == "duration_milliseconds":
        return event["created_at"] - event["request_at"] if "request_at" in event else None
    if field == "ttfb_milliseconds":
        return event.get(field) or None
    return float(event.get(field, 0)) if field == "used_amount" else event.get(field, event["usage"].get(field, 0))


def expected(field: str, low: float | None, high: float | None) -> list[int]:
    found = [(event["id"], number_of(event, field)) for event in EVENTS]
    if field == "used_amount":  # a border becomes a double too
        low, high = (None if end is None else float(end) for end in (low, high))
    return [
        id_
        for id_, number in found
        if number is not None and (low is None or low <= number) and (high is None or number <= high)
    ]


@pytest.fixture(scope="module")
def stored(module_logs: Logs) -> Logs:
    """The logs, and the same in an index of version 2."""
    module_logs.store(EVENTS)
    store_in_version_2(module_logs, [{**event, "id": event["id"] + OLDER} for event in EVENTS])
    return module_logs


@pytest.fixture(scope="module")
def api(servers: Servers, stored: Logs) -> Iterator[RunningApi]:
    """The API on them."""
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": stored.alias}) as api:
        yield api


def found_ids(logs: Logs, *queries: str) -> list[list[int]]:
    """Return the ids that each query string finds, those of both versions as one."""
    searches: list[Any] = []
    for query in queries:
        found = parse(query.encode())
        clauses = {"bool": {"filter": matching(found.view, found.params)}}
        searches += [{"index": logs.alias}, {"query": clauses, "size": 1000, "sort": "id", "_source": ["id"]}]
    answers = logs.client.msearch(searches=searches)["responses"]
    both = [[hit["_source"]["id"] for hit in answer["hits"]["hits"]] for answer in answers]
    newer = [[one for one in ids if one < OLDER] for ids in both]
    assert [[one - OLDER for one in ids if one > OLDER] for ids in both] == newer
    return newer


PAIRS = {
    "used_amount": (-1.5, -5e-324, -0.0, 0.0, 5e-324, 0.01, 0.1, 0.3, 1.0, 2**53 + 1, 1.7976931348623157e308, None),
    "duration_milliseconds": (0, 1, 1000, 7 * 86_400_000, None),
    "ttfb_milliseconds": (-1, 0, 1, 501, None),
    "total_tokens": (0, 1, 2**53, 2**53 + 1, INT64_MAX, None),
    "input_tokens": (0, 1, None),
    "output_tokens": (0, 2, None),
    "retry_times": (-1, 0, 1, 3, None),
}


@pytest.mark.parametrize("field", RANGE_FIELDS)
def test_elasticsearch_finds_exactly_the_numbers_between_both_ends(stored: Logs, field: str) -> None:
    pairs = [(low, high) for at, low in enumerate(PAIRS[field]) for high in PAIRS[field][at:] if (low, high) != OPEN]
    pairs += [(None, high) for _, high in pairs if high is not None]
    texts = [f"{field}:{written(low)}..{written(high)}" for low, high in pairs]
    found = found_ids(stored, *(f"only={text}" for text in texts))
    left = found_ids(stored, *(f"exclude={text}" for text in texts))

    assert dict(zip(texts, found, strict=True)) == {
        text: expected(field, low, high) for text, (low, high) in zip(texts, pairs, strict=True)
    }
    assert [sorted(inside + outside) for inside, outside in zip(found, left, strict=True)] == [ALL] * len(pairs)


@pytest.mark.parametrize("field", RANGE_FIELDS)
def test_without_a_number_it_means_the_logs_that_have_none(stored: Logs, field: str) -> None:
    none = [event["id"] for event in EVENTS if not number_of(event, field)]
    if field == "duration_milliseconds":
        none = [event["id"] for event in EVENTS if number_of(event, field) is None]

    assert 0 < len(none) < len(EVENTS)
    assert found_ids(stored, f"only={field}:") == [none]


def test_ranges_of_one_field_are_alternatives_and_fields_add_up(stored: Logs) -> None:
    given = "only=used_amount:..-1&only=used_amount:0.1&only=duration_milliseconds:1000.."
    amounts = {*expected("used_amount", None, -1), *expected("used_amount", 0.1, 0.1)}
    wanted = sorted(amounts & {*expected("duration_milliseconds", 1000, None)})

    assert wanted
    assert found_ids(stored, given) == [wanted]


def test_every_route_takes_them(api: RunningApi) -> None:
    wanted = expected("duration_milliseconds", 1000, 60_000)
    filters = {"only": "duration_milliseconds:1000..60000", "exclude": f"used_amount:{2**53}.."}
    left = [one for one in wanted if one not in expected("used_amount", 2**53, None)]
    total = 2 * len(left)  # of both versions
    answers = {
        route: api.get(f"/api/log/ns/{route}", params=filters).json()["data"]["total"]
        for route in ("search", "facets", "stats", "errors")
    }
    after = api.get(f"/api/logs/neighbours/{left[0]}", params={**filters, "by": "any", "size": 50}).json()["data"]
    refused = next(one for one in range(1, 84) if one not in left)

    assert answers == dict.fromkeys(answers, total)
    assert {log["id"] % OLDER for side in ("before", "after") for log in after[side]} <= {*left}
    assert len(after["after"]) + len(after["before"]) == total - 1
    assert api.get(f"/api/logs/detail/{left[0]}", params=filters).status_code == 200
    assert api.get(f"/api/logs/detail/{refused}", params=filters).status_code == 404


def test_a_tail_takes_them(api: RunningApi, module_logs: Logs) -> None:
    with tailing(api, "/api/logs/tail?only=retry_times:90..99") as tail:
        logs = [{**EVENTS[0], "id": 5000 + number, "request_id": f"t{number}"} for number in (1, 2)]
        module_logs.store([{**logs[0], "retry_times": 7}, {**logs[1], "retry_times": 99}])

        assert tail.wait_for(1) == [5002]


def test_facets_offer_what_the_ranges_leave(api: RunningApi) -> None:
    found = api.get("/api/logs/facets", params={"only": ["retry_times:3..", "code:500"]}).json()["data"]
    everything = api.get("/api/logs/facets", params={"only": "retry_times:3.."}).json()["data"]

    assert found["facets"]["code"] == everything["facets"]["code"]
    assert found["total"] == everything["total"] > 0


def test_an_index_without_the_field_has_no_log_in_a_range(api: RunningApi, module_logs: Logs) -> None:
    name = f"{module_logs.alias}-2020.01.01-v1"
    older = {"created_at": NOON_MS, "id": 9999, "gateway_logs": {"tie": 1}}
    mappings = {"dynamic": False, "properties": {"created_at": {"type": "date"}, "id": {"type": "long"}}}
    module_logs.client.indices.create(index=name, mappings=mappings, aliases={module_logs.alias: {}})
    try:
        module_logs.client.index(index=name, document=older, refresh=True)
        within = api.get("/api/logs/search", params={"only": "duration_milliseconds:0..", "per_page": 100})
        beyond = api.get("/api/logs/search", params={"exclude": "duration_milliseconds:0..", "per_page": 100})
    finally:
        module_logs.client.indices.delete(index=name)

    assert (within.status_code, beyond.status_code) == (200, 200)
    assert 9999 not in [log["id"] for log in within.json()["data"]["logs"]]
    assert 9999 in [log["id"] for log in beyond.json()["data"]["logs"]]
