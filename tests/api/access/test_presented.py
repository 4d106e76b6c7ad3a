"""Where a request carries its key: in its header, or in its query string where it has none."""

import pytest

from api.access.key_file import digest
from api.access.presented import presented_keys


def presented(query: bytes = b"", *headers: bytes) -> list[bytes]:
    return list(presented_keys({"query_string": query, "headers": [(b"authorization", each) for each in headers]}))


@pytest.mark.parametrize("header", [b"k", b"Bearer k", b"bearer  k ", b" BEARER k"])
def test_a_header_has_the_key_with_or_without_its_scheme(header: bytes) -> None:
    assert presented(b"key=other", header) == [digest(b"k")]


@pytest.mark.parametrize("text", [b"Bearer sk-k", b"sk-k"])
def test_a_key_with_the_prefix_of_providers_is_also_tried_without(text: bytes) -> None:
    assert presented(b"", text) == [digest(b"sk-k"), digest(b"k")]


@pytest.mark.parametrize(
    ("query", "key"),
    [
        (b"key=k", b"k"),
        (b"query=x&key=k&page=2", b"k"),
        (b"key=first&key=k", b"k"),
        (b"k%65y=%6b", b"k"),
        (b"key=%E5%AF%86", "密".encode()),
    ],
)
def test_the_parameter_is_read_where_there_is_no_header(query: bytes, key: bytes) -> None:
    assert presented(query) == [digest(key)]


@pytest.mark.parametrize("query", [b"", b"key=", b"key", b"Key=k", b"&".join([b"a=1"] * 2000 + [b"key=k"])])
def test_nothing_is_no_key_also_where_the_hash_of_nothing_was_configured(query: bytes) -> None:
    assert presented(query) == presented(query, b"") == presented(query, b"Bearer ") == []
