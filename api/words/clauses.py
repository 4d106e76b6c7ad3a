"""The words of a query as clauses. Pure.

What a log says is one field, as words that the indexer has folded; the words of a query are folded by the same
function. Indices of version 2 are searched by the clauses of their own fields, in the same body.
"""

from collections.abc import Callable, Iterator

from api.clauses import Body, all_of, any_of, none_of, starts, term
from api.request.query_language import Word, Words, first_of_many
from api.words import version_2
from mappings.index import CONTENT_TEXT, EXACT, REPEATS, TEXT

ANALYZER = "log_text"  # of the field; a query is folded already
# Known for each shard before it is searched, so that it prepares only the clauses of its version.
_OF_VERSION_2: Body = {"wildcard": {"_index": {"value": "*-v2"}}}


def matching_words(query: Words, *, with_bodies: bool) -> list[Body]:
    """Return the clause of the logs that a query finds; none where it has no words.

    Without bodies only the content is searched: a search spells a body out.
    """
    if not query.wanted and not query.excluded:
        return []
    field = TEXT if with_bodies else CONTENT_TEXT
    texts = version_2.TEXTS if with_bodies else version_2.TEXTS[:1]
    found = [
        all_of([none_of(_OF_VERSION_2), *_all_words(query, lambda word, _: _word(field, word))]),
        all_of([_OF_VERSION_2, *_all_words(query, lambda word, zero_terms: version_2.clause(texts, word, zero_terms))]),
    ]
    return [any_of([*found, term(EXACT, query.whole)] if query.whole else found)]


def repeating(least: int) -> Body:
    """Match the logs in which some word occurs so often."""
    return {"range": {REPEATS: {"gte": least}}}


def with_all_words(query: Words, *, with_bodies: bool) -> list[Body]:
    """Return the clauses of all logs in which the phrases of a query are read: their words are anywhere in them."""
    field = TEXT if with_bodies else CONTENT_TEXT
    return [clause for word in query.wanted for clause in _anywhere(field, word)]


def _anywhere(field: str, word: Word) -> Iterator[Body]:
    """Yield a clause that matches wherever a word does; none where it is a prefix of one word."""
    spellings = [parts[:-1] if word.prefix else parts for parts in (word.parts, word.unescaped) if parts]
    if all(spellings):
        exact = starts(EXACT, word.text) if word.prefix else term(EXACT, word.text)
        yield any_of([*(all_of([term(field, part) for part in dict.fromkeys(parts)]) for parts in spellings), exact])


def _all_words(query: Words, clause: Callable[[Word, str], Body]) -> list[Body]:
    wanted = [clause(word, "all") for word in dict.fromkeys(query.wanted)]
    return wanted + [none_of(clause(word, "none")) for word in dict.fromkeys(query.excluded)]


def _word(field: str, word: Word) -> Body:
    """Match one word in a field of words, or as an exact value."""
    spellings = [parts for parts in (word.parts, word.unescaped) if parts]
    if word.prefix:
        return any_of([*(_prefix(field, parts) for parts in spellings), starts(EXACT, word.text)])
    return any_of([*(_side_by_side(field, parts) for parts in spellings), term(EXACT, word.text)])


def _side_by_side(field: str, parts: tuple[str, ...]) -> Body:
    if first := first_of_many(parts):
        # Thousands of frequent parts are checked in few logs.
        return all_of([_phrase(field, first), _phrase(field, parts)])
    return _phrase(field, parts) if len(parts) > 1 else term(field, parts[0])


def _phrase(field: str, parts: tuple[str, ...]) -> Body:
    return {"match_phrase": {field: {"query": " ".join(parts), "analyzer": ANALYZER}}}


def _prefix(field: str, parts: tuple[str, ...]) -> Body:
    *before, last = parts
    if not before:
        return starts(field, last)
    # Intervals refuse a prefix that expands to too many terms; `match_phrase_prefix` silently drops some.
    words = [
        {"match": {"query": " ".join(before), "analyzer": ANALYZER, "ordered": True, "max_gaps": 0}},
        {"prefix": {"prefix": last, "analyzer": ANALYZER}},
    ]
    intervals = {"intervals": {field: {"all_of": {"intervals": words, "ordered": True, "max_gaps": 0}}}}
    return all_of([_side_by_side(field, tuple(before)), intervals])
