"""The two versions: the index, the documents and the clauses of a search, each as its release makes them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from api.clauses import Body, all_of, any_of, none_of, term
from api.query import count_body, matching, page_body
from api.request.params import Form, ParsedRequest, SearchParams
from api.words import version_2
from bench.data.documents import ANY_TIME, NO_SPAN, unsent_records
from indexer.event.decode import decode
from indexer.event.document import LAYOUT, IndexTarget, operation
from indexer.event.origin import Origins
from mappings.index import BODY, EXACT, write_alias
from mappings.version_2.index import BODY_2
from stack.events.call import Event

_FORM = Form(SearchParams)


class Side(NamedTuple):
    """A version."""

    name: str
    body: Body  # settings and mappings
    layout: int  # of the documents
    searches: Callable[[str], Sequence[Body]]  # the bodies of a search for a text: the page, and its exact total


def bulk_lines(side: Side, events: Iterable[Event], target: IndexTarget) -> list[bytes]:
    """Return the lines of a bulk body for each event, as the indexer of this version sends them."""
    found = []
    for record in unsent_records(events):
        log = decode(record.value, ANY_TIME)
        target.layouts[write_alias(target.alias, target.period, log.created_ms)] = side.layout
        made = operation(log, record, Origins().of(record), NO_SPAN, target)
        found.append(b"".join((made.action, memoryview(made.value)[:-1], made.tail)))
    return found


def _searches_now(text: str) -> Sequence[Body]:
    parsed = _parsed(query=text)
    return [page_body(parsed.view, parsed.params), count_body(matching(parsed.view, parsed.params))]


def _searches_before(text: str) -> Sequence[Body]:
    query = _parsed(query=text).params.query
    if query is None:
        return []
    clauses = [version_2.clause(version_2.TEXTS, word, "all") for word in query.wanted]
    clauses += [none_of(version_2.clause(version_2.TEXTS, word, "none")) for word in query.excluded]
    found = [any_of([all_of(clauses), term(EXACT, query.whole)])] if query.whole else clauses
    every = _parsed()
    page = page_body(every.view, every.params)
    return [{**page, "query": {"bool": {"filter": found}}}, count_body(found)]


def _parsed(**given: str) -> ParsedRequest[SearchParams]:
    request = _FORM.parse(b"", None)
    parameters = {one.name: one.read(given[one.name]) for one in _FORM.parameters(of_group=False) if one.name in given}
    return ParsedRequest(request.view, SearchParams(**parameters))


SIDES: tuple[Side, Side] = (
    Side("version 2", dict[str, Any](BODY_2), 2, _searches_before),
    Side("this version", dict[str, Any](BODY), LAYOUT, _searches_now),
)
