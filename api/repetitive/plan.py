"""Which logs are repetitive for a query, and how many of them are read at one time. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import structs

from api.clauses import Body, all_of, any_of
from api.query import SIZES, count_body, matching, scope
from api.request.params import SearchParams
from api.request.query_cost import Reads
from api.request.query_language import Words
from api.request.view import View
from api.store.answers import Bucket, Hit
from api.words.clauses import matching_words, repeating, with_all_words
from mappings.index import REPEATS, TIE

MAX_PLACES = 50_000_000  # where words are read at one time; some 5 to 10 ns each
# In one log. Elasticsearch looks at the time after 4,096 to 16,384 logs: so many take no longer than a second.
MAX_PLACES_OF_OTHERS = 6_000
MAX_SHARES = 4_096  # of all logs, by their tie-breaker, which is a hash
SHARES_OF_PART = 4
COST: Body = {"_source": False, "docvalue_fields": [REPEATS, SIZES[0]]}  # what a body asks for, to know `places_of`
Groups = tuple[str | None, str | None]  # of the path and of the filter
_TIES = 1 << 63
_BYTES_OF_PLACE = 4  # of a document, at least: a letter and a blank, in the event and in its words
_SUMS: Body = {name: {"sum": {"field": field}} for name, field in (("repeats", REPEATS), ("bytes", SIZES[0]))}


class PartOfLogs(NamedTuple):
    """Some of the logs: a range of tie-breakers, and how many places are read in these logs at most."""

    first: int
    end: int
    places: int

    def clause(self) -> Body:
        """Match the logs of the part."""
        return {"range": {TIE: {"gte": self.first, "lt": self.end} if self.end < _TIES else {"gte": self.first}}}


def groups_of(view: View, params: SearchParams) -> Groups:
    """Return the groups that the searches of a request ask for."""
    asked = {each.group for each in params.searched()}
    return view.group, asked.pop() if len(asked) == 1 else None


def group_body(groups: Groups) -> Body:
    """Return the body that sums what all repetitive logs of these groups repeat."""
    clauses = [*scope(View(groups[0]), SearchParams(group=groups[1])), repeating(1)]
    return {**count_body(clauses), "track_total_hits": False, "aggs": {"repeats": _SUMS["repeats"]}}


def least_repeats(reads: Reads) -> int:
    """Return how often a word occurs in a log that is repetitive for a query."""
    return max(MAX_PLACES_OF_OTHERS // reads.words, 1)


def candidates(view: View, params: SearchParams, query: Words, reads: Reads) -> list[Body]:
    """Return the clauses of the repetitive logs in which the phrases of a query are read."""
    searched = [matching(view, structs.replace(each, query=None)) for each in params.searched()]
    words = [*with_all_words(query, with_bodies=view.bodies), repeating(least_repeats(reads))]
    if len(searched) == 1:
        return [*searched[0], *words]
    return [any_of([all_of(clauses) for clauses in searched]), *words] if all(searched) else words


def shares_of(places: int) -> int:
    """Return into how many shares logs are divided in which so many places are read; a power of two."""
    return min(1 << (SHARES_OF_PART * places // MAX_PLACES).bit_length(), MAX_SHARES)


def shares_body(clauses: list[Body], shares: int) -> Body:
    """Return the body that sums what logs repeat, and their sizes, in each share of them."""
    histogram = {"histogram": {"field": TIE, "interval": _TIES // shares, "min_doc_count": 1}, "aggs": _SUMS}
    return {**count_body(clauses), "track_total_hits": False, "aggs": {"shares": histogram}}


def parts_of(reads: Reads, shares: Sequence[Bucket], number: int) -> Iterator[PartOfLogs]:
    """Join shares to parts of at most `MAX_PLACES`. A share with more is a part of its own."""
    width, part = _TIES // number, PartOfLogs(0, 0, 0)
    for share in shares:
        first, places = int(share.key or 0) // width * width, _places_of_share(reads, share)
        if part.places and part.places + places > MAX_PLACES:
            yield part
            part = PartOfLogs(first, first, 0)
        part = PartOfLogs(part.first, first + width, part.places + places)
    if part.places:
        yield part


def count_of_parts(clauses: list[Body], parts: Sequence[PartOfLogs], view: View, query: Words) -> Body:
    """Return the body that counts what a query finds among the logs of some parts."""
    words = matching_words(query, with_bodies=view.bodies)
    counted = count_body([*clauses, any_of([part.clause() for part in parts]), *words])
    # With a hit, so that the request cache does not answer: how long it takes is what is asked for.
    return {**counted, "size": 1, "_source": False}


def places_of(reads: Reads, hit: Hit) -> int:
    """Return how many places of words a query reads in one log at most."""
    repeats, size = (sum(hit.fields.get(name, ())) for name in (REPEATS, SIZES[0]))
    return _places(reads, repeats, size)


def _places_of_share(reads: Reads, share: Bucket) -> int:
    repeats, size = (int(sums.value or 0) if sums else 0 for sums in (share.repeats, share.bytes))
    return _places(reads, repeats, size)


def _places(reads: Reads, repeats: int, size: int) -> int:
    return min(reads.words * repeats, reads.most * size // _BYTES_OF_PLACE)
