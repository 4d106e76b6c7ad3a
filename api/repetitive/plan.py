"""Which logs are repetitive for a query, and how many of them are searched at one time. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import structs

from api.clauses import Body, all_of
from api.query import SIZES, count_body, matching, scope, sort
from api.request.parameters import Order
from api.request.params import SearchParams
from api.request.query_cost import Reads
from api.request.query_language import Words
from api.request.view import View
from api.store.answers import Found, Hit
from api.words.clauses import matching_words, repeating, with_all_words
from mappings.index import REPEATS

MAX_PLACES = 50_000_000  # where words are read, of one search; some 5 to 10 ns each
# In one log. Elasticsearch looks at the time after 4,096 to 16,384 logs: so many take no longer than a second.
MAX_PLACES_OF_OTHERS = 6_000
CANDIDATES = 5_000  # logs whose cost is asked for at one time
COST: Body = {"_source": False, "docvalue_fields": [REPEATS, SIZES[0]]}  # what a body asks for, to know `places_of`
Groups = tuple[str | None, str | None]  # of the path and of the filter
_BYTES_OF_PLACE = 4  # of a document, at least: a letter and a blank, in the event and in its words
_SIZE = SIZES[0]


def groups_of(view: View, params: SearchParams) -> Groups:
    """Return the groups that a request asks for."""
    return view.group, params.widest().group


def group_body(groups: Groups) -> Body:
    """Return the body that sums what all repetitive logs of these groups repeat."""
    clauses = scope(View(groups[0]), SearchParams(group=groups[1]))
    return {**count_body(clauses), "track_total_hits": False, "aggs": {"repeats": {"sum": {"field": REPEATS}}}}


def least_repeats(reads: Reads) -> int:
    """Return how often a word occurs in a log that is repetitive for a query."""
    return max(MAX_PLACES_OF_OTHERS // reads.words, 1)


def candidates(view: View, params: SearchParams, query: Words, least: int) -> list[Body]:
    """Return the clauses of the repetitive logs that a query may find, without its phrases."""
    filters = matching(view, structs.replace(params.widest(), query=None))
    return [*filters, *with_all_words(query, with_bodies=view.bodies), repeating(least)]


def sums_body(clauses: list[Body]) -> Body:
    """Return the body that sums what these logs repeat, and their sizes."""
    sums = {name: {"sum": {"field": field}} for name, field in (("repeats", REPEATS), ("bytes", _SIZE))}
    return {**count_body(clauses), "track_total_hits": False, "aggs": sums}


def page_of_candidates(clauses: list[Body], after: Sequence[int | float | str | None]) -> Body:
    """Return the body that finds the next of these logs with what they repeat, and their sizes."""
    return {
        **count_body(clauses),
        "size": CANDIDATES,
        "sort": sort(Order()),
        "track_total_hits": False,
        **COST,
        **({"search_after": after} if after else {}),
    }


def those_found(view: View, query: Words, hits: Sequence[Hit]) -> Body:
    """Return the body that finds those of some logs that a query finds."""
    ids: Body = {"ids": {"values": [hit.id for hit in hits]}}
    clauses = [ids, *matching_words(query, with_bodies=view.bodies)]
    return {"query": all_of(clauses), "size": len(hits), "track_total_hits": False, "_source": False}


def places_of_all(reads: Reads, sums: Found) -> int:
    """Return how many places of words a query reads in logs at most, from the sums of them."""
    repeats, size = (int(sums.aggregations[name].value or 0) for name in ("repeats", "bytes"))
    return _places(reads, repeats, size)


def batches(reads: Reads, hits: Iterable[Hit]) -> Iterator[Sequence[Hit]]:
    """Cut logs into those that are searched at one time. One that takes longer is alone."""
    batch: list[Hit] = []
    places = 0
    for hit in hits:
        more = places_of(reads, hit)
        if batch and places + more > MAX_PLACES:
            yield batch
            batch, places = [], 0
        batch.append(hit)
        places += more
    if batch:
        yield batch


def places_of(reads: Reads, hit: Hit) -> int:
    """Return how many places of words a query reads in one log at most."""
    repeats, size = (sum(hit.fields.get(name, ())) for name in (REPEATS, _SIZE))
    return _places(reads, repeats, size)


def _places(reads: Reads, repeats: int, size: int) -> int:
    return min(reads.words * repeats, reads.most * size // _BYTES_OF_PLACE)
