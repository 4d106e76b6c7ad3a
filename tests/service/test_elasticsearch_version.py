"""Which servers are supported, and how the others are named."""

import pytest

from service.elasticsearch_version import ServerNotSupportedError, check_version


@pytest.mark.parametrize("number", ["8.13.0", "8.19.0", "9.0.0", "9.5.2", "9.6.0-SNAPSHOT"])
def test_supported(number: str) -> None:
    check_version({"version": {"number": number}})
    check_version(b'{"version":{"number":"%b"}}' % number.encode())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"version": {"number": "7.17.29"}}, "the server is Elasticsearch 7.17.29: "),
        ({"version": {"number": "8.12.2"}}, "the server is Elasticsearch 8.12.2: "),
        ({"version": {"number": "10.0.0"}}, "the server is Elasticsearch 10.0.0: "),
        ({"version": {"number": "3.1.0", "distribution": "opensearch"}}, "the server is opensearch 3.1.0: "),
        ({"version": {}}, "the server is Elasticsearch unknown: "),
        ({"version": "4"}, "the server is Elasticsearch unknown: "),
        ({"hello": 1}, "does not say what it is"),
        ([], "does not say what it is"),
        (b"<html>", "does not say what it is"),
        (b"", "does not say what it is"),
    ],
)
def test_named_where_not_supported(answer: object, words: str) -> None:
    with pytest.raises(ServerNotSupportedError, match=words) as raised:
        check_version(answer)
    assert "supported are Elasticsearch 8.13 and later 8.x, and Elasticsearch 9" in str(raised.value)
