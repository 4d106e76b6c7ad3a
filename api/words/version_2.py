"""The words of a query in indices of version 2, which hold three texts with analyzers of their own. Pure."""

from collections.abc import Iterator

from api.clauses import Body, all_of, any_of, starts, term
from api.request.query_language import Word
from api.request.version_2 import count_parts, first_parts, has_lone_characters, is_in_runs, split_prefix
from mappings.index import EXACT
from mappings.version_2.text import readable

TEXTS = ("content", "request_detail.request_body", "request_detail.response_body")


def clause(texts: tuple[str, ...], word: Word, zero_terms: str) -> Body:
    """Match one word in any of these of `TEXTS`, or as an exact value.

    `zero_terms` says what matches where the analyzer finds no token although the parser did: such a word changes
    nothing.
    """
    if word.prefix:
        return any_of([_prefix(field, word.text) for field in texts] + [starts(EXACT, word.text)])
    spellings = [text for text in dict.fromkeys((word.text, readable(word.text))) if text.strip()]
    phrases = [all_of(list(_phrases(field, text, zero_terms))) for field in texts for text in spellings]
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
        return starts(field, last)
    # Intervals refuse a prefix that expands to too many terms; `match_phrase_prefix` silently drops some. Intervals
    # count positions, so they need CJK one character at a time; the phrase keeps the characters side by side.
    parts = [
        {"match": {"query": before, "analyzer": "log_characters", "ordered": True, "max_gaps": 0}},
        {"prefix": {"prefix": last}},
    ]
    side_by_side = {"intervals": parts, "ordered": True, "max_gaps": 0}
    return all_of([*_phrases(field, before), {"intervals": {field: {"all_of": side_by_side}}}])
