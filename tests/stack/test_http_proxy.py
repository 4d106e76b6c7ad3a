"""The HTTP connection and the HTTP proxy. A proxy that forwards nothing serves as the server behind another."""

import json
from collections.abc import Iterator

import pytest

from stack.errors import CommandError
from stack.network.address import Address, parse_address
from stack.network.connection import Connection, Response
from stack.network.http_proxy import Forward, HttpProxy, Request

NOWHERE = Address("127.0.0.1", 9)


def echo(request: Request, _: Forward) -> Response:
    """Answer with the request, with the status that its path names."""
    body = json.dumps([request.method, request.path, request.headers.get("x-test"), request.body.decode()])
    return Response(int(request.path[1:4]), {"x-server": "echo"}, body.encode())


@pytest.fixture
def server() -> Iterator[Address]:
    with HttpProxy(NOWHERE, echo) as echoing:
        yield parse_address(echoing.url, 80)


def test_a_proxy_forwards_requests_and_answers_over_a_kept_alive_connection(server: Address) -> None:
    with (
        HttpProxy(server, lambda request, forward: forward(request)) as proxy,
        Connection(parse_address(proxy.url, 80), timeout_s=10) as connection,
    ):
        posted = connection.request("POST", "/404?a=b", b"text", {"X-Test": "1"})
        deleted = connection.request("DELETE", "/200")

    assert posted.status == 404
    assert posted.headers["x-server"] == "echo"
    assert json.loads(posted.body) == ["POST", "/404?a=b", "1", "text"]
    assert json.loads(deleted.body) == ["DELETE", "/200", None, ""]


@pytest.mark.parametrize("answer", [None, Response(200, {"content-length": "10", "connection": "close"}, b"half")])
def test_an_answer_that_is_missing_or_incomplete_is_a_connection_error(answer: Response | None) -> None:
    with (
        HttpProxy(NOWHERE, lambda _request, _forward: answer) as proxy,
        Connection(parse_address(proxy.url, 80), timeout_s=10) as connection,
        pytest.raises(ConnectionError),
    ):
        connection.request("GET", "/")


def test_only_2xx_answers_are_fetched(server: Address) -> None:
    with Connection(server, timeout_s=10) as connection:
        assert json.loads(connection.fetch("GET", "/201?a=b"))[1] == "/201?a=b"
        with pytest.raises(CommandError, match=r"GET /503 returned status 503: b'.*'"):
            connection.fetch("GET", "/503?a=b")
