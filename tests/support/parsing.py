"""Requests as the search routes parse them."""

from urllib.parse import urlencode

from api.request.params import Form, ParsedRequest, SearchParams


def parse(query_string: bytes, group: str | None = None) -> ParsedRequest[SearchParams]:
    """Return a parsed search; raise `ApiError` 400."""
    return Form(SearchParams).parse(query_string, group)


def parsed(group: str | None = None, /, **given: str) -> ParsedRequest[SearchParams]:
    """Return a parsed search with these parameters; raise `ApiError` 400."""
    return parse(urlencode(given).encode(), group)
