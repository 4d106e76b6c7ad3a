"""Params in, bodies for Elasticsearch out: whole expected bodies."""

import pytest
from msgspec import structs

from api.clauses import Body
from api.query import PageStart, matching, page_body, scope, summary_bodies
from api.store.documents import source_of
from tests.support.parsing import parsed

MENUS = {
    "channels": {"terms": {"field": "channel", "size": 1001, "shard_size": 5000}},
    "models": {"terms": {"field": "model", "size": 1001, "shard_size": 5000}},
    "token_names": {"terms": {"field": "token_name", "size": 1001, "shard_size": 5000}},
}
GROUP = {"term": {"group": {"value": "ns-1"}}}
SUCCESS = {"term": {"code": {"value": 200}}}


def clauses(group: str | None = None, /, **given: str) -> list[Body]:
    """Return the clauses of a search."""
    found = parsed(group, **given)
    return matching(found.view, found.params)


def clause(query: str) -> Body:
    """Return the one clause of a query."""
    [only] = clauses(query=query)
    return only


def test_the_newest_page_is_read_in_the_order_of_the_index_and_not_counted() -> None:
    found = parsed("ns-1", per_page="20")

    assert page_body(found.view, found.params, PageStart(skip=40)) == {
        "query": {"bool": {"filter": [GROUP]}},
        "from": 40,
        "size": 20,
        "sort": [{"created_at": {"order": "desc", "missing": "_last"}}, {"gateway_logs.tie": {"order": "desc"}}],
        "track_total_hits": False,
        "_source": False,
        "docvalue_fields": ["gateway_logs.bytes", "gateway_logs.body_bytes"],
    }


def test_bodies_that_are_not_wanted_are_not_read() -> None:
    found = parsed(include_detail="false")

    assert source_of(found.view, found.params) == {
        "excludes": [
            "request_detail.request_body",
            "request_detail.response_body",
            "gateway_logs.text",
            "gateway_logs.content",
            "gateway_logs.readable",
        ]
    }


def test_bodies_are_read_for_their_highlights_unless_the_key_may_not_read_them() -> None:
    found = parsed(include_detail="false", highlight="true", query="x")

    assert source_of(found.view, found.params) is True
    assert source_of(structs.replace(found.view, bodies=False), found.params) is not True


def test_total_and_menus_are_one_body_where_they_count_the_same_logs() -> None:
    found = parsed("ns-1")

    assert summary_bodies(found.view, found.params) == [
        {"query": {"bool": {"filter": [GROUP]}}, "size": 0, "track_total_hits": True, "aggs": MENUS}
    ]


def test_menus_are_narrowed_by_group_and_time_only() -> None:
    window: Body = {"range": {"created_at": {"gte": 5000, "lte": 9000, "format": "epoch_millis"}}}
    found = parsed("ns-1", code_type="success", start_timestamp="5", end_timestamp="9")

    assert summary_bodies(found.view, found.params) == [
        {"query": {"bool": {"filter": [GROUP, window, SUCCESS]}}, "size": 0, "track_total_hits": True},
        {"query": {"bool": {"filter": [GROUP, window]}}, "size": 0, "track_total_hits": True, "aggs": MENUS},
    ]


@pytest.mark.parametrize("group", ["ns-1", "*", "a b", "x" * 9000])
def test_the_group_in_the_path_is_a_clause_of_its_own_whatever_is_asked(group: str) -> None:
    found, bare = parsed(group, query="-a OR b", code_type="error", channel="0", group="other"), parsed(group)
    [first, *rest] = matching(found.view, found.params)

    assert [first] == scope(found.view, found.params) == scope(bare.view, bare.params)
    assert rest


def of_now(body: Body) -> list[Body]:
    """Return the clauses of the words in indices of this version."""
    words: list[Body]
    [not_older, *words] = body["bool"]["should"][0]["bool"]["filter"]
    assert not_older == {"bool": {"must_not": [{"wildcard": {"_index": {"value": "*-v2"}}}]}}
    return words


def test_a_word_is_a_phrase_of_its_parts_or_a_whole_value() -> None:
    phrase = {"match_phrase": {"gateway_logs.text": {"query": "gpt 4o", "analyzer": "log_text"}}}
    whole = {"term": {"gateway_logs.exact": {"value": "GPT-4o"}}}

    assert of_now(clause("GPT-4o")) == [{"bool": {"should": [phrase, whole], "minimum_should_match": 1}}]


def test_a_word_of_one_part_is_looked_up_without_positions() -> None:
    [word] = of_now(clause("Timeout"))

    assert word["bool"]["should"][0] == {"term": {"gateway_logs.text": {"value": "timeout"}}}


def test_indices_of_version_2_are_searched_by_their_own_fields() -> None:
    older, word = clause("gpt-4o")["bool"]["should"][1]["bool"]["filter"]

    options = {"query": "gpt-4o", "analyzer": "log_words", "zero_terms_query": "all"}
    assert older == {"wildcard": {"_index": {"value": "*-v2"}}}
    assert word["bool"]["should"] == [
        {"match_phrase": {"content": options}},
        {"match_phrase": {"request_detail.request_body": options}},
        {"match_phrase": {"request_detail.response_body": options}},
        {"term": {"gateway_logs.exact": {"value": "gpt-4o"}}},
    ]


def test_several_words_are_one_value_too() -> None:
    assert clause("my token")["bool"]["should"][2] == {"term": {"gateway_logs.exact": {"value": "my token"}}}


def test_a_beginning_is_a_prefix_of_the_last_part() -> None:
    [word] = of_now(clause("Api-Ke*"))

    before = {"match": {"query": "api", "analyzer": "log_text", "ordered": True, "max_gaps": 0}}
    last = {"prefix": {"prefix": "ke", "analyzer": "log_text"}}
    side_by_side = {"all_of": {"intervals": [before, last], "ordered": True, "max_gaps": 0}}
    assert word["bool"]["should"][0]["bool"]["filter"] == [
        {"term": {"gateway_logs.text": {"value": "api"}}},
        {"intervals": {"gateway_logs.text": side_by_side}},
    ]


def test_a_text_with_escapes_is_searched_as_written_and_as_read() -> None:
    [word] = of_now(clause(r"a\nb"))

    phrases = [one["match_phrase"]["gateway_logs.text"]["query"] for one in word["bool"]["should"][:2]]
    assert phrases == ["a nb", "a b"]


def test_zero_means_none_for_numbers() -> None:
    assert clauses(channel="0") == [
        {
            "bool": {
                "should": [
                    {"term": {"channel": {"value": 0}}},
                    {"bool": {"must_not": [{"exists": {"field": "channel"}}]}},
                ],
                "minimum_should_match": 1,
            }
        }
    ]


@pytest.mark.parametrize(
    ("given", "clause"),
    [
        ("10.0.0.7", {"term": {"ip": {"value": "10.0.0.7"}}}),
        ("10.0.0.7/8", {"term": {"ip": {"value": "10.0.0.0/8"}}}),
        ("2001:DB8::1", {"term": {"ip": {"value": "2001:db8::1"}}}),
        ("10.0.0.256", {"term": {"ip.written": {"value": "10.0.0.256"}}}),
        ("fe80::1%eth0", {"term": {"ip.written": {"value": "fe80::1%eth0"}}}),
    ],
)
def test_an_address_is_matched_by_value_and_anything_else_as_written(given: str, clause: Body) -> None:
    assert clauses(ip=given) == [clause]


def test_a_value_longer_than_any_that_is_indexed_finds_nothing() -> None:
    assert clauses(user="x" * 8192) == [{"match_none": {}}]
