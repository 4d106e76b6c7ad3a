"""The query string in, params out: names, aliases, limits, messages as docs/api.md has them."""

from typing import Any

import pytest

from api.errors import ApiError
from api.request.parameters import FAR_PAGE, Order
from api.request.params import Form, ParsedRequest, SearchParams
from api.request.view import View
from tests.support.parsing import parse, parsed

NO_NETWORK = "there is no such network: 0 to 32 may follow the slash of an IPv4 address, 0 to 128 of an IPv6 address"
MOMENT_MS = 1_795_507_200_123  # 2026-11-24T08:00:00.123Z


def test_a_search_without_parameters_is_the_first_ten_logs_newest_first() -> None:
    assert parsed() == ParsedRequest(View(), SearchParams())


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"page": "3"}, "page", 3),
        ({"p": "3"}, "page", 3),
        ({"page": "2", "p": "3"}, "page", 2),
        ({"page": "2", "p": "rubbish"}, "page", 2),
        ({"page": "", "p": "3"}, "page", 3),
        ({"page": " 007 "}, "page", 7),
        ({"page": "9" * 5000}, "page", FAR_PAGE),
        ({"per_page": "100"}, "per_page", 100),
        ({"model_name": "gpt-4o"}, "model_name", "gpt-4o"),
        ({"model_name": ""}, "model_name", None),
        ({"model_name": " "}, "model_name", " "),
        ({"start_timestamp": str(MOMENT_MS)}, "start_timestamp", MOMENT_MS),
        ({"end_timestamp": "1795507200"}, "end_timestamp", 1_795_507_200_000),
        ({"end_timestamp": "0"}, "end_timestamp", 0),
        ({"end_timestamp": "-1"}, "end_timestamp", -1000),
        ({"start_timestamp": "2026-11-24T08:00:00.123Z"}, "start_timestamp", MOMENT_MS),
        ({"start_timestamp": "2026-11-24T16:00:00.123456+08:00"}, "start_timestamp", MOMENT_MS),
        ({"start_timestamp": "2026-11-24T16:00:00.123 08:00"}, "start_timestamp", MOMENT_MS),
        ({"code_type": "error"}, "code_type", "error"),
        ({"channel": "0"}, "channel", 0),
        ({"code": "-1"}, "code", -1),
        ({"token_id": str(2**63 - 1)}, "token_id", 2**63 - 1),
        ({"order": "id-asc"}, "order", Order("id", descending=False)),
        ({"order": "request_at-desc"}, "order", Order("request_at", descending=True)),
        ({"include_detail": "false"}, "include_detail", False),
        ({"with_body": "0"}, "include_detail", False),
        ({"include_detail": "TRUE", "with_body": "false"}, "include_detail", True),
        ({"query": "   "}, "query", None),
        ({"": "gpt-4o"}, "model_name", None),
        ({"ip": "10.0.0.0/8"}, "ip", "10.0.0.0/8"),
        ({"ip": "a/b"}, "ip", "a/b"),
        ({"upstream_id": "up-1"}, "upstream_id", "up-1"),
        ({"group": "a/b"}, "group", "a/b"),
    ],
)
def test_a_parameter_is_read_as_the_documentation_says(given: dict[str, str], field: str, value: Any) -> None:
    assert getattr(parsed(**given).params, field) == value


def test_of_a_name_given_twice_the_last_wins() -> None:
    assert parse(b"page=2&p=9&page=3").params.page == 3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"page": "0"}, "page=0: must be a whole number from 1"),
        ({"page": "1.5"}, "page=1.5: must be a whole number from 1"),
        ({"p": "-1"}, "p=-1: must be a whole number from 1"),
        ({"per_page": "101"}, "per_page=101: must be a whole number from 1 to 100"),
        ({"per_page": "ten"}, "per_page=ten: must be a whole number from 1 to 100"),
        ({"code_type": "ERROR"}, "code_type=ERROR: must be all, success or error"),
        ({"channel": str(2**63)}, f"channel={2**63}: must be a whole number of 64 bits"),
        ({"code": "٢"}, "code=٢: must be a whole number of 64 bits"),
        ({"include_detail": "maybe"}, "include_detail=maybe: must be true or false"),
        (
            {"order": "code-asc"},
            (
                "order=code-asc: must be one of created_at-desc, created_at-asc, request_at-desc, request_at-asc, "
                "id-desc, id-asc"
            ),
        ),
        (
            {"start_timestamp": "yesterday"},
            (
                "start_timestamp=yesterday: must be epoch milliseconds, epoch seconds (at most 10 digits) or "
                "RFC 3339, in the years 1 to 9999"
            ),
        ),
        (
            {"end_timestamp": "1795507200123456"},
            (
                "end_timestamp=1795507200123456: must be epoch milliseconds, epoch seconds (at most 10 digits) or "
                "RFC 3339, in the years 1 to 9999"
            ),
        ),
        ({"ip": "10.0.0.0/33"}, f"ip=10.0.0.0/33: {NO_NETWORK}"),
        ({"ip": "10.0.0.0/"}, f"ip=10.0.0.0/: {NO_NETWORK}"),
        ({"ip": " ::1/129"}, f"ip= ::1/129: {NO_NETWORK}"),
        ({"only": "ip:10.0.0.0/33"}, f"only=ip:10.0.0.0/33: {NO_NETWORK}"),
        ({"exclude": "ip:10.0.0.0/x"}, f"exclude=ip:10.0.0.0/x: {NO_NETWORK}"),
        (
            {"keyword": "a " * 101},
            f"keyword={('a ' * 40)}…: has 101 words, at most 100 are allowed: shorten it",
        ),
    ],
)
def test_a_bad_value_is_refused_and_the_message_names_it(given: dict[str, str], message: str) -> None:
    with pytest.raises(ApiError) as refused:
        parsed(**given)

    assert (refused.value.status, refused.value.message) == (400, message)


def test_an_unknown_parameter_is_tolerated_and_named() -> None:
    found = parsed(upstream="true", model="gpt-4o")

    assert found == ParsedRequest(View(), SearchParams(), "unknown parameters ignored: upstream, model")


@pytest.mark.parametrize("query_string", [b"modle=&user=", b"modle&page=", b"modle=&modle="])
def test_an_unknown_parameter_is_named_also_where_it_is_empty(query_string: bytes) -> None:
    assert parse(query_string) == ParsedRequest(View(), SearchParams(), "unknown parameters ignored: modle")


@pytest.mark.parametrize("name", ["key", "chunk_interval", "include_channel", "include_retry_at", "result_only"])
@pytest.mark.parametrize("value", ["", "30m"])
def test_names_that_panels_send_need_no_warning(name: str, value: str) -> None:
    assert parsed(**{name: value}) == ParsedRequest(View(), SearchParams())


def test_a_group_in_the_path_is_not_changed_by_one_in_the_query() -> None:
    found = parsed("ns-1", group="ns-2")

    assert found == ParsedRequest(View("ns-1"), SearchParams(), "unknown parameters ignored: group")


def test_an_empty_group_in_the_path_is_refused() -> None:
    with pytest.raises(ApiError, match="group is empty"):
        parsed("")


def test_words_without_content_are_named_in_the_message() -> None:
    assert parsed(query="timeout ??? -").message == "query terms ignored (no searchable characters): ???, -"


@pytest.mark.parametrize("query_string", ["user=张三".encode(), b"user=%E5%BC%A0%E4%B8%89"])
def test_text_is_understood_with_and_without_percent_signs(query_string: bytes) -> None:
    assert parse(query_string).params.user == "张三"


@pytest.mark.parametrize("query_string", [b"user=%ff%00", b"user=\xff", b"%00=1&=&&&", b"user=%ED%A0%80", b"%"])
def test_broken_text_is_never_more_than_a_value_that_finds_nothing(query_string: bytes) -> None:
    parse(query_string).params.user  # noqa: B018  # it is read: that is the test


def test_too_many_parameters_are_refused() -> None:
    with pytest.raises(ApiError, match="too many parameters"):
        parse(b"a=1&" * 1001)


def test_a_parameter_that_a_route_does_not_take_is_named_as_unknown() -> None:
    found = Form(SearchParams, without=frozenset({"page"})).parse(b"page=0&model_name=gpt-4o", None)

    assert (found.params.model_name, found.message) == ("gpt-4o", "unknown parameters ignored: page")
