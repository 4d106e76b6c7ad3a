"""Elasticsearch's answer in, the envelope out: every documented field, and the event's bytes as they came."""

import json
from typing import Any

import msgspec
import pytest

from api.envelope import LogFormat, SearchResult, detailed_log, search_answer
from api.store.answers import Aggregation, Bucket, read_answers
from mappings.event import LogEvent, Price, RequestDetail, Usage

WHOLE = LogFormat()
MENUS = {"channels": Aggregation(), "models": Aggregation(), "token_names": Aggregation()}


def answer(*sources: str, form: LogFormat = WHOLE) -> str:
    """Return the envelope around documents that Elasticsearch holds as these texts."""
    hits = ",".join(f'{{"_source":{source}}}' for source in sources)
    [found] = read_answers(f'{{"responses":[{{"hits":{{"hits":[{hits}]}}}}]}}'.encode())
    return search_answer(SearchResult(found.hits.hits, len(sources), MENUS), "", form).decode()


def log(source: str, form: LogFormat = WHOLE) -> dict[str, Any]:
    [found] = json.loads(answer(source, form=form))["data"]["logs"]
    assert isinstance(found, dict)
    return found


def names(struct: type[msgspec.Struct]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(struct)}


def test_an_event_with_nothing_but_a_time_is_a_log_with_every_field() -> None:
    assert log('{"created_at":1795521600123,"gateway_logs":{"tie":1}}') == {
        "id": 0,
        "request_id": "",
        "created_at": "2026-11-24T12:00:00.123Z",
        "request_at": "",
        "retry_at": "",
        "group": "",
        "model": "",
        "token_name": "",
        "endpoint": "",
        "user": "",
        "ip": "",
        "content": "",
        "channel": 0,
        "code": 0,
        "mode": 0,
        "token_id": 0,
        "retry_times": 0,
        "ttfb_milliseconds": 0,
        "used_amount": 0,
        "metadata": {},
        "price": dict.fromkeys(names(Price), 0),
        "usage": dict.fromkeys(names(Usage), 0),
        "request_detail": {
            "id": 0,
            "log_id": 0,
            "request_body": "",
            "response_body": "",
            "request_body_truncated": False,
            "response_body_truncated": False,
        },
    }


def test_null_is_the_same_as_absent_at_every_level() -> None:
    nulls = json.dumps({**dict.fromkeys(names(LogEvent)), "created_at": 1795521600123})
    inner = {"price": names(Price), "usage": names(Usage), "request_detail": names(RequestDetail)}
    inner_nulls = json.dumps(
        {"created_at": 1795521600123, **{key: dict.fromkeys(value) for key, value in inner.items()}}
    )

    assert log(nulls) == log(inner_nulls) == log('{"created_at":1795521600123}')


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1795521600123", "2026-11-24T12:00:00.123Z"),
        ('"2026-11-24T20:00:00.1239+08:00"', "2026-11-24T12:00:00.123Z"),
        ('"2026-11-24T12:00:00Z"', "2026-11-24T12:00:00.000Z"),
        ("-1", "1969-12-31T23:59:59.999Z"),
        ("0", ""),
        ('""', ""),
        ("null", ""),
        ("-62135596800000", ""),
        ('"0001-01-01T00:00:00Z"', ""),
        ("9007199254740993", ""),
    ],
)
def test_a_time_is_rfc_3339_in_utc_or_empty(value: str, text: str) -> None:
    assert log(f'{{"created_at":1,"retry_at":{value}}}')["retry_at"] == text


@pytest.mark.parametrize(
    ("value", "milliseconds"),
    [
        ("1795521600123", 1795521600123),
        ('"2026-11-24T20:00:00.1239+08:00"', 1795521600123),
        ("-1", -1),
        ("0", 0),
        ('""', 0),
        ("null", 0),
        ("-62135596800000", 0),
        ('"0001-01-01T00:00:00Z"', 0),
        ("9007199254740993", 0),
    ],
)
def test_a_time_is_an_integer_where_the_setting_says_so(value: str, milliseconds: int) -> None:
    found = log(f'{{"created_at":1795521600123,"retry_at":{value}}}', LogFormat(times="epoch_ms"))

    assert (found["created_at"], found["request_at"], found["retry_at"]) == (1795521600123, 0, milliseconds)


@pytest.mark.parametrize("extra", ["", '"gateway_logs":{"extra":"{\\"metadata\\":{\\"c\\":null}}"},'])
def test_a_null_among_the_metadata_is_an_empty_text(extra: str) -> None:
    found = log(f'{{{extra}"created_at":1,"metadata":{{"a":"1","b":null}}}}')

    assert found["metadata"] == {"a": "1", "b": "", **({"c": ""} if extra else {})}


def detail(source: str, form: LogFormat = WHOLE) -> dict[str, Any]:
    """Return what the detail routes answer for a document."""
    [found] = read_answers(f'{{"responses":[{{"hits":{{"hits":[{{"_source":{source}}}]}}}}]}}'.encode())
    decoded: dict[str, Any] = json.loads(msgspec.json.encode(detailed_log(found.hits.hits[0], form)))
    return decoded


BODIES = '"request_detail":{"id":5,"log_id":7,"request_body":"a","response_body":"b","response_body_truncated":true}'


def test_a_log_by_itself_has_its_bodies_beside_its_fields_too() -> None:
    found = detail(f'{{"created_at":1,"id":7,"response_body":"of the event",{BODIES}}}')
    at_the_top = {name: found.pop(name) for name in ("log_id", "request_body", "response_body")}
    flags = {name: found.pop(name) for name in ("request_body_truncated", "response_body_truncated")}

    assert at_the_top == {"log_id": 7, "request_body": "a", "response_body": "b"}
    assert flags == {"request_body_truncated": False, "response_body_truncated": True}
    assert found == log(f'{{"created_at":1,"id":7,{BODIES}}}')


def test_a_log_by_itself_without_bodies_has_them_nowhere() -> None:
    found = detail(f'{{"created_at":1,"id":7,"request_body":"x",{BODIES}}}', LogFormat(with_bodies=False))

    assert not {"request_body", "response_body"} & {*found, *found["request_detail"]}
    assert (found["log_id"], found["response_body_truncated"]) == (7, True)


def test_the_id_of_the_log_stands_where_its_detail_has_none() -> None:
    assert detail('{"created_at":1,"id":7}')["log_id"] == 7


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("0", "0.0"),
        ("3", "3.0"),
        ("-2", "-2.0"),
        ("1e-7", "1.0e-7"),
        ("2E5", "2.0e5"),
        ("0.10", "0.10"),
        ("5.0E-4", "5.0E-4"),
    ],
)
def test_a_declared_number_has_a_decimal_point_and_an_integer_has_none(sent: str, answered: str) -> None:
    found = answer(f'{{"created_at":1,"used_amount":{sent},"price":{{"input_price":{sent}}},"code":200}}')

    assert f'"used_amount":{answered},' in found
    assert f'"input_price":{answered},"input_price_unit":0,"output_price":0.0,' in found
    assert '"code":200,' in found


@pytest.mark.parametrize(
    "value", ["1.10", "1e400", "-0.0", "123456789012345678901234567890", '"\\u4f59\\/"', "[ 1, {} ]"]
)
def test_what_is_not_documented_comes_back_byte_for_byte(value: str) -> None:
    assert f'"newer":{value}' in answer(f'{{"created_at":1,"newer":{value},"gateway_logs":{{"tie":1}}}}')
    assert f'"newer":{value}' in answer(f'{{"created_at":1,"price":{{"newer":{value}}}}}')


def test_any_depth_that_was_indexed_comes_back() -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900

    assert f'"newer":{deep}' in answer(f'{{"created_at":1,"newer":{deep}}}')


def test_keys_that_elasticsearch_does_not_take_are_put_back() -> None:
    extra = '{"":1.50,"a..b":null,"price":{"":2},"usage":7,"gateway_logs":{"x":1}}'
    source = {"created_at": 1, "price": {"input_price": 3}, "gateway_logs": {"tie": 1, "extra": extra}}
    found = log(json.dumps(source))

    assert (found[""], found["a..b"], found["gateway_logs"]) == (1.5, None, {"x": 1})
    assert (found["price"][""], found["price"]["input_price"]) == (2, 3)


def test_keys_of_the_metadata_that_elasticsearch_does_not_take_join_the_others() -> None:
    extra = '{"metadata":{"nul\\u0000":"b"}}'
    source = {"created_at": 1, "metadata": {"a": "1"}, "gateway_logs": {"extra": extra}}

    assert log(json.dumps(source))["metadata"] == {"a": "1", "nul\0": "b"}


def test_without_bodies_the_other_details_stay() -> None:
    found = log('{"created_at":1,"request_detail":{"id":5,"newer":1}}', LogFormat(with_bodies=False))

    assert found["request_detail"] == {
        "id": 5,
        "log_id": 0,
        "request_body_truncated": False,
        "response_body_truncated": False,
        "newer": 1,
    }


def test_menus_leave_out_what_means_none_and_end_at_a_thousand() -> None:
    channels = Aggregation([Bucket(9, 0), *(Bucket(1, number) for number in range(1, 1001))])
    models = Aggregation([Bucket(5, ""), Bucket(4, "gpt-4o")])
    result = SearchResult([], 7, {**MENUS, "channels": channels, "models": models})
    found = json.loads(search_answer(result, "a message", LogFormat()))

    assert found == {
        "data": {
            "logs": [],
            "total": 7,
            "channels": list(range(1, 1001)),
            "models": ["gpt-4o"],
            "token_names": [],
        },
        "message": "a message",
        "success": True,
    }
