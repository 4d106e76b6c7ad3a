"""Params in, bodies for Elasticsearch out. Pure.

Nothing is scored: a log matches or it does not, so that every clause stands in filter context. What the
caller may see is decided in `scope` alone; every body of every route is built on it.
"""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import structs

from api.request.parameters import Order
from api.request.params import SearchParams
from api.request.query_language import (
    Word,
    Words,
    beginning,
    count_parts,
    has_lone_characters,
    is_in_runs,
    split_prefix,
)
from mappings.text import readable

Body = dict[str, Any]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

TEXTS = ("content", "request_detail.request_body", "request_detail.response_body")
EXACT = "gateway_logs.exact"
TIE = "gateway_logs.tie"
LONGEST_VALUE = 8191  # characters: `ignore_above` of every keyword in logs.json
LONGEST_PREFIX = 1000  # characters that a `prefix` query takes: index.max_regex_length
MENU = 1000  # entries in each of the filter menus
MENU_IN_EACH_INDEX = 5_000  # that are looked at for it: with fewer, one of many indices may hide a frequent value
MENUS: Mapping[str, str] = {"channels": "channel", "models": "model", "token_names": "token_name"}
READABLE = "gateway_logs.readable"  # a second copy of the texts, for the search alone
BODIES = ["request_detail.request_body", "request_detail.response_body", READABLE]
MARKED = 1_000_000  # characters of a text that are looked at for highlights: index.highlight.max_analyzed_offset
FRAGMENTS = 3  # of each text
FRAGMENT = 150  # characters
_EXACT_FILTERS: Mapping[str, str] = {
    "model_name": "model",
    "token_name": "token_name",
    "request_id": "request_id",
    "user": "user",
    "endpoint": "endpoint",
}
_NUMBER_FILTERS = ("channel", "code", "token_id")


def scope(params: SearchParams) -> list[Body]:
    """Return the clauses of what the caller may see: the group, the time window, and the moment of the visit."""
    groups = dict.fromkeys(group for group in (params.only, params.group) if group is not None)
    clauses = [term("group", group) for group in groups]
    bounds = {"gte": params.start_timestamp, "lte": params.end_timestamp}
    given = {name: moment for name, moment in bounds.items() if moment is not None}
    if given:
        clauses.append({"range": {"created_at": {**given, "format": "epoch_millis"}}})
    if params.seen is not None:
        clauses.append(_seen(params.seen))
    return clauses


def matching(params: SearchParams) -> list[Body]:
    """Return the clauses of every filter: the scope, and what narrows it."""
    return [*scope(params), *_narrowing(params)]


def hits_body(params: SearchParams) -> Body:
    """Return the body that finds the logs of one page, the page's offset counted from the first match."""
    return {**page_body(params, matching(params)), "from": params.offset}


def newest_body(params: SearchParams, clauses: list[Body]) -> Body:
    """Return the body that finds one log, the newest of those that match."""
    return page_body(structs.replace(params, per_page=1, order=Order()), clauses)


def after_body(params: SearchParams, after: Sequence[Any]) -> Body:
    """Return the body that finds the page behind the log with these sort values."""
    body = page_body(params, [*matching(params), *_onwards(params.order, after)])
    return {**body, **({"search_after": after} if after else {})}


def walk_body(params: SearchParams, source: Body, size: int, after: Sequence[Any] = ()) -> Body:
    """Return the body of the next logs after the one with these sort values, from the first where there are none."""
    return {**after_body(structs.replace(params, per_page=size), after), "_source": source}


def _onwards(order: Order, after: Sequence[Any]) -> Iterator[Body]:
    # What `search_after` says anyway, in a form by which whole indices are ruled out.
    if after and order.field == "created_at":
        end = "lte" if order.descending else "gte"
        yield {"range": {"created_at": {end: after[0], "format": "epoch_millis"}}}


def page_body(params: SearchParams, clauses: list[Body]) -> Body:
    """Return the body of a page in the order asked for.

    Without a count and in the order of the index, each segment stops reading when the page is full.
    """
    return {
        **_query(clauses),
        "size": params.per_page,
        "sort": sort(params.order),
        "track_total_hits": False,
        **({} if params.include_detail else {"_source": {"excludes": BODIES}}),
        **({"highlight": _marks()} if params.highlight and params.query else {}),
    }


def _marks() -> Body:
    # As HTML: the markers could not be told from a text that holds `<em>` itself.
    options = {"encoder": "html", "number_of_fragments": FRAGMENTS, "fragment_size": FRAGMENT}
    return {"fields": {field: {} for field in TEXTS}, "max_analyzed_offset": MARKED, **options}


def summary_bodies(params: SearchParams) -> list[Body]:
    """Return the bodies of the exact total and of the menus: one body where both count the same logs.

    They hold no page and no sort: paging through a search asks the same again, out of the request cache.
    """
    menus = {**count_body(scope(params)), "aggs": _menus()}
    return [count_body(matching(params)), menus] if _narrowing(params) else [menus]


def count_body(clauses: list[Body]) -> Body:
    """Return the body that counts all matches."""
    return {**_query(clauses), "size": 0, "track_total_hits": True}


def trial_body(clauses: list[Body]) -> Body:
    """Return the body that only finds out whether Elasticsearch takes the clauses."""
    return {**_query(clauses), "size": 0, "track_total_hits": False, "terminate_after": 1}


def has_range(body: Body) -> bool:
    """Tell whether a body looks at a part of the sorted values only."""
    return any("range" in clause for clause in body.get("query", {"bool": {"filter": []}})["bool"]["filter"])


def sort(order: Order) -> list[Body]:
    """Return the order of logs; equal ones by the number that the indexer gave each.

    It comes from the ids of the log, which a gateway may use again at another time: then that time decides.
    """
    direction = "desc" if order.descending else "asc"
    last = [] if order.field == "created_at" else [{"created_at": {"order": "desc"}}]
    return [{order.field: {"order": direction, "missing": "_last"}}, {TIE: {"order": "desc"}}, *last]


def _query(clauses: list[Body]) -> Body:
    return {"query": {"bool": {"filter": clauses}}} if clauses else {}


def _seen(numbers: Sequence[tuple[str, int]]) -> Body:
    parts = [all_of([term("_index", index), {"range": {"_seq_no": {"lte": number}}}]) for index, number in numbers]
    return any_of(parts) if parts else {"match_none": {}}


def _menus() -> Body:
    # One more than is shown, for the entry that means "none".
    return {
        name: {"terms": {"field": field, "size": MENU + 1, "shard_size": MENU_IN_EACH_INDEX}}
        for name, field in MENUS.items()
    }


def _narrowing(params: SearchParams) -> list[Body]:
    names = _EXACT_FILTERS.items()
    clauses = [term(field, getattr(params, name)) for name, field in names if getattr(params, name)]
    numbers = [(name, getattr(params, name)) for name in _NUMBER_FILTERS]
    clauses += [_number(name, number) for name, number in numbers if number is not None]
    if params.code_type != "all":
        success = term("code", 200)
        clauses.append(success if params.code_type == "success" else none_of(success))
    if params.ip:
        clauses.append(_ip(params.ip))
    return clauses + (_words(params.query) if params.query else [])


def _number(field: str, number: int) -> Body:
    clause = term(field, number)
    return clause if number else any_of([clause, none_of({"exists": {"field": field}})])


def _ip(text: str) -> Body:
    """Match an address or a network by value, anything else as it was written."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return term("ip.written", text)
    if "%" in text:  # a zone: valid for Python, not for Elasticsearch
        return term("ip.written", text)
    return term("ip", str(_unmapped(network)) if "/" in text else str(network.network_address))


def _unmapped(network: Network) -> Network:
    """Return a network of IPv4 addresses written as IPv6, which Elasticsearch refuses, as what it is."""
    mapped = network.network_address.ipv4_mapped if isinstance(network, ipaddress.IPv6Network) else None
    return network if mapped is None else ipaddress.IPv4Network((mapped, network.prefixlen - 96))


def _words(query: Words) -> list[Body]:
    clauses = [_word(word, zero_terms="all") for word in query.wanted]
    clauses += [none_of(_word(word, zero_terms="none")) for word in query.excluded]
    if not clauses or not query.whole:
        return clauses
    return [any_of([all_of(clauses), term(EXACT, query.whole)])]


def _word(word: Word, zero_terms: str) -> Body:
    """Match one word in any of the texts, or as a whole value.

    `zero_terms` decides where the analyzer finds no part although we did: such a word never changes anything.
    """
    if word.prefix:
        return any_of([_prefix(field, word.text) for field in TEXTS] + [_starts(EXACT, word.text)])
    spellings = dict.fromkeys((word.text, readable(word.text)))
    phrases = [all_of(list(_phrases(field, text, zero_terms))) for field in TEXTS for text in spellings if text.strip()]
    return any_of([*phrases, term(EXACT, word.text)])


def _phrases(field: str, text: str, zero_terms: str = "all") -> Iterator[Body]:
    """Match the parts of a text side by side.

    CJK runs are matched by their pairs, which is exact: a pair exists only where two characters touch. A
    character that stands alone has no pair, and is matched by a second phrase over single characters.
    """
    # The beginning of a long text rules out most logs: a thousand frequent parts are only looked at in the rest.
    for part in filter(None, (beginning(text), text)):
        analyzers = {"log_words": is_in_runs(part), "log_characters": has_lone_characters(part)}
        for analyzer in [name for name, needed in analyzers.items() if needed] or ["log_words"]:
            options = {"query": part, "analyzer": analyzer, "zero_terms_query": zero_terms}
            yield {"match_phrase": {field: options}}


def _prefix(field: str, text: str) -> Body:
    before, last = split_prefix(text)
    if not count_parts(before):
        return _starts(field, last)
    # Intervals refuse a beginning of too many terms, where `match_phrase_prefix` silently drops some. They
    # count positions, so that they must see CJK one character at a time; the phrase keeps them touching.
    parts = [
        {"match": {"query": before, "analyzer": "log_characters", "ordered": True, "max_gaps": 0}},
        {"prefix": {"prefix": last}},
    ]
    side_by_side = {"intervals": parts, "ordered": True, "max_gaps": 0}
    return all_of([*_phrases(field, before), {"intervals": {field: {"all_of": side_by_side}}}])


def _starts(field: str, text: str) -> Body:
    if len(text) <= LONGEST_PREFIX:
        return {"prefix": {field: {"value": text}}}
    return {"range": {field: {"gte": text, "lt": text + "\U0010ffff"}}}


def term(field: str, value: str | int) -> Body:
    """Match one value exactly."""
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        return {"match_none": {}}  # Elasticsearch refuses to look for what it cannot hold
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
