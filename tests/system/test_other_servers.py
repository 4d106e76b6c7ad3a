"""Another server, or an old one, in place of Elasticsearch: named in a sentence, and nothing is written to it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from stack.errors import CommandError
from stack.network.address import parse_address
from stack.network.connection import Response
from stack.network.http_proxy import Forward, HttpProxy, Request
from stack.network.probes import refuse_unsupported
from tests.support.pipeline import Pipeline
from tests.support.programs import StartApi
from tests.support.waiting import wait_until

OPENSEARCH = {"number": "2.19.1", "distribution": "opensearch"}
OLD = {"number": "7.17.29"}
SENTENCES = [(OPENSEARCH, "the server is opensearch 2.19.1"), (OLD, "the server is Elasticsearch 7.17.29")]


@contextmanager
def posing_as(version: dict[str, str], url: str, written: list[str]) -> Iterator[str]:
    """Give the URL of a proxy before Elasticsearch that says another version; `written` collects what changes it."""

    def respond(request: Request, forward: Forward) -> Response:
        if request.method in ("PUT", "DELETE"):
            written.append(request.path)
        answer = forward(request)
        headers = {name: value for name, value in answer.headers.items() if name != "x-elastic-product"}
        if version is not OPENSEARCH:
            headers["x-elastic-product"] = "Elasticsearch"
        if request.path == "/":
            return Response(200, headers, json.dumps({"version": version}).encode())
        return answer._replace(headers=headers)

    with HttpProxy(parse_address(url, 9200), respond) as proxy:
        yield proxy.url


@pytest.mark.parametrize(("version", "sentence"), SENTENCES)
def test_the_indexer_ends_and_writes_nothing(pipeline: Pipeline, version: dict[str, str], sentence: str) -> None:
    written: list[str] = []
    with posing_as(version, pipeline.servers.elasticsearch_url, written) as url:
        said = pipeline.run(code=1, ELASTICSEARCH_URL=url, INDEXER_METRICS_PORT="0")
    assert f"{sentence}: supported are Elasticsearch 8.13 and later 8.x, and Elasticsearch 9" in said
    assert not written


@pytest.mark.parametrize(("version", "sentence"), SENTENCES)
def test_the_api_says_so(pipeline: Pipeline, start_api: StartApi, version: dict[str, str], sentence: str) -> None:
    with posing_as(version, pipeline.servers.elasticsearch_url, []) as url:
        api = start_api(pipeline.name, ELASTICSEARCH_URL=url)
        wait_until(lambda: sentence in api.get("/readyz").json()["message"])
        assert api.get("/readyz").status_code == 503
        assert api.get("/api/logs/search").status_code == 503


@pytest.mark.parametrize(("version", "sentence"), SENTENCES)
def test_the_stack_does_not_use_it(pipeline: Pipeline, version: dict[str, str], sentence: str) -> None:
    with posing_as(version, pipeline.servers.elasticsearch_url, []) as url, pytest.raises(CommandError, match=sentence):
        refuse_unsupported(url)
