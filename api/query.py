"""Parameters in, bodies for Elasticsearch out. Pure.

No document is scored: a log matches or it does not, so every clause is in filter context. `scope` alone decides what
the caller may see; every body of every route is built on it.
"""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from api.request.parameters import Order
from api.request.params import SearchParams
from api.request.query_language import (
    Word,
    Words,
    count_parts,
    first_parts,
    has_lone_characters,
    is_in_runs,
    split_prefix,
)
from api.request.view import Snapshot, View
from mappings.text import readable

Body = dict[str, Any]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

CONTENT = "content"
TEXTS = (CONTENT, "request_detail.request_body", "request_detail.response_body")
EXACT = "gateway_logs.exact"
TIE = "gateway_logs.tie"
NUMBER_FIELDS = frozenset({"channel", "code"})  # of the fields that facets and top lists count; the others are keywords
MAX_KEYWORD = 8191  # characters; `ignore_above` of every keyword in logs.json
MAX_PREFIX = 1000  # characters of a `prefix` query; index.max_regex_length
MENU_SIZE = 1000  # values in each of the filter menus
# Values that each shard counts for a terms aggregation. With fewer, one of many indices may hide a frequent value.
SHARD_SIZE = 5_000
MENUS: Mapping[str, str] = {"channels": "channel", "models": "model", "token_names": "token_name"}
READABLE = "gateway_logs.readable"  # a second copy of the texts, only for the search
BODY_FIELDS = ["request_detail.request_body", "request_detail.response_body", READABLE]
MAX_HIGHLIGHTED = 1_000_000  # characters of a text that are highlighted; index.highlight.max_analyzed_offset
FRAGMENTS = 3  # of each text
PIT_KEEP_ALIVE = "5m"  # between two searches: the client of an export may read slowly
FRAGMENT_SIZE = 150  # characters
_EXACT_FILTERS: Mapping[str, str] = {
    "model_name": "model",
    "token_name": "token_name",
    "request_id": "request_id",
    "user": "user",
    "endpoint": "endpoint",
}
_NUMBER_FILTERS = ("channel", "code", "token_id")


class PageStart(Struct, frozen=True):
    """Where a page begins in the order of a search."""

    skip: int = 0  # matches before the page that `from` skips
    after: Sequence[Any] = ()  # sort values of the log before the page, for `search_after`
    clauses: Sequence[Body] = ()  # leave out matches that come before the page
    pit: str = ""  # the point in time in which it was located


FIRST_PAGE = PageStart()


def scope(view: View, params: SearchParams) -> list[Body]:
    """Return the clauses of what the caller may see, narrowed by the group filter and the time window."""
    groups = dict.fromkeys(group for group in (view.group, params.group) if group is not None)
    clauses = [term("group", group) for group in groups]
    bounds = {"gte": params.start_timestamp, "lte": params.end_timestamp}
    given = {name: moment for name, moment in bounds.items() if moment is not None}
    if given:
        clauses.append({"range": {"created_at": {**given, "format": "epoch_millis"}}})
    if view.snapshot is not None:
        clauses.append(_in_snapshot(view.snapshot))
    return clauses


def matching(view: View, params: SearchParams) -> list[Body]:
    """Return the clauses of the scope and of every filter."""
    return [*scope(view, params), *_filters(view, params)]


def page_body(view: View, params: SearchParams, start: PageStart = FIRST_PAGE) -> Body:
    """Return the body that finds the logs of one page.

    Without a count, and in the order of the index sort, each segment stops reading when the page is full.
    """
    clauses = [*matching(view, params), *start.clauses, *_not_before(params.order, start.after)]
    body: Body = {
        **_query(clauses),
        "size": params.per_page,
        "sort": sort(params.order),
        "track_total_hits": False,
        **({"from": start.skip} if start.skip else {}),
        **({"search_after": start.after} if start.after else {}),
        **({} if params.include_detail else {"_source": {"excludes": BODY_FIELDS}}),
        **({"highlight": _highlight(view)} if params.highlight and params.query else {}),
    }
    return in_point_in_time(body, start.pit) if start.pit else body


def newest_body(view: View, params: SearchParams, clauses: Sequence[Body] = ()) -> Body:
    """Return the body that finds the newest of the logs that match, and that match these clauses too."""
    newest = structs.replace(params, per_page=1, order=Order())
    return page_body(view, newest, PageStart(clauses=clauses))


def summary_bodies(view: View, params: SearchParams) -> list[Body]:
    """Return the bodies of the exact total and of the menus; one body where both count the same logs.

    They hold no page and no sort, so paging through a search gets them from the request cache.
    """
    menus = {**count_body(scope(view, params)), "aggs": _menus()}
    return [count_body(matching(view, params)), menus] if _filters(view, params) else [menus]


def count_body(clauses: list[Body]) -> Body:
    """Return the body that counts all matches."""
    return {**_query(clauses), "size": 0, "track_total_hits": True}


def trial_body(clauses: list[Body]) -> Body:
    """Return the cheapest body that fails where Elasticsearch does not accept the clauses."""
    return {**_query(clauses), "size": 0, "track_total_hits": False, "terminate_after": 1}


def in_point_in_time(body: Body, pit: str) -> Body:
    """Return a body that is searched in a point in time, which it keeps open."""
    return {**body, "pit": {"id": pit, "keep_alive": PIT_KEEP_ALIVE}}


def has_range(body: Body) -> bool:
    """Tell whether a range in the body may rule out whole indices."""
    return any("range" in clause for clause in body.get("query", {"bool": {"filter": []}})["bool"]["filter"])


def sort(order: Order) -> list[Body]:
    """Return the sort of a search; the tie-breaker that the indexer stores makes it total.

    The tie-breaker comes from the ids of the log. A gateway may use an id again at another time: `created_at` is last.
    """
    direction = "desc" if order.descending else "asc"
    last = [] if order.field == "created_at" else [{"created_at": {"order": "desc"}}]
    return [{order.field: {"order": direction, "missing": "_last"}}, {TIE: {"order": "desc"}}, *last]


def _query(clauses: list[Body]) -> Body:
    return {"query": {"bool": {"filter": clauses}}} if clauses else {}


def _not_before(order: Order, after: Sequence[Any]) -> Iterator[Body]:
    # `search_after` implies this clause; written as a range it rules out whole indices.
    if after and order.field == "created_at":
        end = "lte" if order.descending else "gte"
        yield {"range": {"created_at": {end: after[0], "format": "epoch_millis"}}}


def _highlight(view: View) -> Body:
    # With the HTML encoder: a text that holds `<em>` itself could not be told from the markers otherwise.
    options = {"encoder": "html", "number_of_fragments": FRAGMENTS, "fragment_size": FRAGMENT_SIZE}
    return {"fields": {field: {} for field in _texts(view)}, "max_analyzed_offset": MAX_HIGHLIGHTED, **options}


def _in_snapshot(snapshot: Snapshot) -> Body:
    parts = [all_of([term("_index", index), {"range": {"_seq_no": {"lte": number}}}]) for index, number in snapshot]
    return any_of(parts) if parts else {"match_none": {}}


def _menus() -> Body:
    # One more than is shown, for the value that means "none".
    return {
        name: {"terms": {"field": field, "size": MENU_SIZE + 1, "shard_size": SHARD_SIZE}}
        for name, field in MENUS.items()
    }


def _texts(view: View) -> tuple[str, ...]:
    """Return the texts that are searched: not the bodies where they may not be read, as a search spells them out."""
    return TEXTS if view.bodies else (CONTENT,)


def _filters(view: View, params: SearchParams) -> list[Body]:
    names = _EXACT_FILTERS.items()
    clauses = [term(field, getattr(params, name)) for name, field in names if getattr(params, name)]
    numbers = [(name, getattr(params, name)) for name in _NUMBER_FILTERS]
    clauses += [_number(name, number) for name, number in numbers if number is not None]
    if params.code_type != "all":
        success = term("code", 200)
        clauses.append(success if params.code_type == "success" else none_of(success))
    if params.ip:
        clauses.append(_ip(params.ip))
    return clauses + (_words(params.query, _texts(view)) if params.query else [])


def _number(field: str, number: int) -> Body:
    clause = term(field, number)
    return clause if number else any_of([clause, none_of({"exists": {"field": field}})])


def _ip(text: str) -> Body:
    """Match an address or a network by value, any other text as it was written."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return term("ip.written", text)
    if "%" in text:  # a zone: valid for Python, not for Elasticsearch
        return term("ip.written", text)
    return term("ip", str(_unmapped(network)) if "/" in text else str(network.network_address))


def _unmapped(network: Network) -> Network:
    """Return a network of IPv4-mapped IPv6 addresses, which Elasticsearch refuses, as an IPv4 network."""
    mapped = network.network_address.ipv4_mapped if isinstance(network, ipaddress.IPv6Network) else None
    return network if mapped is None else ipaddress.IPv4Network((mapped, network.prefixlen - 96))


def _words(query: Words, texts: tuple[str, ...]) -> list[Body]:
    clauses = [_word(word, texts, zero_terms="all") for word in query.wanted]
    clauses += [none_of(_word(word, texts, zero_terms="none")) for word in query.excluded]
    if not clauses or not query.whole:
        return clauses
    return [any_of([all_of(clauses), term(EXACT, query.whole)])]


def _word(word: Word, texts: tuple[str, ...], zero_terms: str) -> Body:
    """Match one word in any of the texts, or as an exact value.

    `zero_terms` says what matches where the analyzer finds no token although the parser did: such a word changes
    nothing.
    """
    if word.prefix:
        return any_of([_prefix(field, word.text) for field in texts] + [_starts(EXACT, word.text)])
    spellings = dict.fromkeys((word.text, readable(word.text)))
    phrases = [all_of(list(_phrases(field, text, zero_terms))) for field in texts for text in spellings if text.strip()]
    return any_of([*phrases, term(EXACT, word.text)])


def _phrases(field: str, text: str, zero_terms: str = "all") -> Iterator[Body]:
    """Match the parts of a text side by side.

    CJK runs are matched by their bigrams, which is exact: a bigram exists only where two characters touch. A
    character without a CJK neighbour has no bigram; a second phrase over single characters matches it.
    """
    # The first parts of a long text rule out most logs, so thousands of frequent parts are checked in few.
    for part in filter(None, (first_parts(text), text)):
        analyzers = {"log_words": is_in_runs(part), "log_characters": has_lone_characters(part)}
        for analyzer in [name for name, needed in analyzers.items() if needed] or ["log_words"]:
            options = {"query": part, "analyzer": analyzer, "zero_terms_query": zero_terms}
            yield {"match_phrase": {field: options}}


def _prefix(field: str, text: str) -> Body:
    before, last = split_prefix(text)
    if not count_parts(before):
        return _starts(field, last)
    # Intervals refuse a prefix that expands to too many terms; `match_phrase_prefix` silently drops some. Intervals
    # count positions, so they need CJK one character at a time; the phrase keeps the characters side by side.
    parts = [
        {"match": {"query": before, "analyzer": "log_characters", "ordered": True, "max_gaps": 0}},
        {"prefix": {"prefix": last}},
    ]
    side_by_side = {"intervals": parts, "ordered": True, "max_gaps": 0}
    return all_of([*_phrases(field, before), {"intervals": {field: {"all_of": side_by_side}}}])


def _starts(field: str, text: str) -> Body:
    if len(text) <= MAX_PREFIX:
        return {"prefix": {field: {"value": text}}}
    return {"range": {field: {"gte": text, "lt": text + "\U0010ffff"}}}


def term(field: str, value: str | int) -> Body:
    """Match one value exactly."""
    if isinstance(value, str) and len(value) > MAX_KEYWORD:
        return {"match_none": {}}  # no index holds it, and Elasticsearch refuses to search for it
    return {"term": {field: {"value": value}}}


def none_of(clause: Body) -> Body:
    """Match what a clause does not match."""
    return {"bool": {"must_not": [clause]}}


def all_of(clauses: list[Body]) -> Body:
    """Match what all clauses match."""
    return clauses[0] if len(clauses) == 1 else {"bool": {"filter": clauses}}


def any_of(clauses: list[Body]) -> Body:
    """Match what at least one clause matches."""
    return {"bool": {"should": clauses, "minimum_should_match": 1}}
