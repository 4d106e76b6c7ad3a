"""The OpenAPI document says what the routes answer: real answers have every field that it names and no other."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import jsonschema_rs
import pytest

from api.openapi.answers import ANSWER_HEADERS, FAILURES
from api.openapi.document import TAGS
from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, StartApi, running_api
from tests.support.sample import EVENTS
from tests.support.servers import Servers
from tests.support.times import NOON_MS

KEY = "root"
PRICE = ("input", "output", "image_input", "cached", "cache_creation", "thinking_mode_output", "web_search")
USAGE = ("input", "output", "total", "cached", "cache_creation", "image_input", "reasoning")
FULL: Event = {
    "id": 2**62 + 1,
    "request_id": "1795521600009999",
    "created_at": NOON_MS + 3000,
    "request_at": NOON_MS + 1000,
    "retry_at": NOON_MS + 2000,
    **dict.fromkeys(("group", "model", "token_name", "endpoint", "user", "content"), "full"),
    **dict.fromkeys(("channel", "mode", "token_id", "retry_times", "ttfb_milliseconds"), 9),
    "ip": "192.0.2.1",
    "code": 503,
    "used_amount": 0.5,
    "metadata": {"a": "1", "b": None},
    "price": {f"{name}_price": 0.25 for name in PRICE}
    | {f"{name}_price_unit": 1000 for name in PRICE}
    | {"per_request_price": 1},
    "usage": {f"{name}_tokens": 5 for name in USAGE} | {"web_search_count": 1},
    "request_detail": {"id": 1, "log_id": 2, "request_body": "{}", "response_body": "full text"},
}
DAY = f"start_timestamp={NOON_MS - 10}&end_timestamp={NOON_MS + 86_400_000}"
ASKED = (
    "/api/logs/search",
    "/api/logs/search?include_detail=false&per_page=1",
    "/api/logs/search?after=start&as_of=now&highlight=true&query=full",
    "/api/log/full/search",
    "/api/log/nobody/search?after=start",
    f"/api/logs/detail/{2**62 + 1}",
    f"/api/logs/detail/{2**62 + 1}?include_detail=false",
    f"/api/log/full/detail/{2**62 + 1}",
    "/api/logs/detail?request_id=1795521600009999",
    "/api/log/full/detail?request_id=1795521600009999",
    "/api/logs/facets",
    "/api/logs/facets?field=channel",
    "/api/log/full/facets",
    "/api/log/nobody/facets",
    "/api/logs/stats",
    f"/api/logs/stats?compare=true&{DAY}",
    f"/api/log/full/stats?interval=1h&timezone=Asia/Shanghai&{DAY}",
    f"/api/logs/stats?by=model&{DAY}",
    "/api/log/full/stats?by=channel&size=0",
    "/api/log/nobody/stats?by=user",
    "/api/log/nobody/stats",
    "/api/logs/errors",
    "/api/log/full/errors",
    "/api/log/nobody/errors",
    f"/api/logs/neighbours/{2**62 + 1}?by=any",
    f"/api/log/full/neighbours/{2**62 + 1}",
    "/api/logs/freshness",
    "/api/log/full/freshness",
    "/api/log/nobody/freshness",
    "/api/key",
    "/healthz",
    "/readyz",
)
STREAMED = (
    "/api/logs/export",
    "/api/log/full/export?format=ndjson",
    "/api/logs/tail",
    "/api/log/full/tail",
    "/metrics",
)


class Described(NamedTuple):
    """A running API, and its document."""

    api: RunningApi
    document: dict[str, Any]

    def operation(self, address: str) -> dict[str, Any]:
        """Return what the document says about the route of an address."""
        path = address.partition("?")[0].replace(f"/{2**62 + 1}", "/{id}")
        for group in ("full", "nobody"):
            path = path.replace(f"/api/log/{group}/", "/api/log/{group}/")
        operation: dict[str, Any] = self.document["paths"][path]["get"]
        return operation

    def response(self, address: str, status: int) -> dict[str, Any]:
        """Return one of its answers."""
        found = self.operation(address)["responses"][str(status)]
        response: dict[str, Any] = self.resolved(found)
        return response

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return what a reference leads to."""
        if "$ref" not in schema:
            return schema
        found: Any = self.document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return dict(found)

    def violations(self, schema: dict[str, Any], value: Any) -> list[str]:
        """Return where a value has a field too many, one too few, or one of another type."""
        whole = {**schema, "components": {"schemas": closed(self.document["components"]["schemas"])}}
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(value)]


def closed(schema: Any) -> Any:
    """Return a schema in which no object with properties has further ones."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(value) for name, value in schema.items()}
    return {**found, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else found


@pytest.fixture(scope="module")
def stored(module_logs: Logs) -> str:
    """An alias with logs of every kind."""
    module_logs.store([*EVENTS, FULL])
    return module_logs.alias


@pytest.fixture(scope="module", params=["rfc3339", "epoch_ms"])
def described(request: pytest.FixtureRequest, servers: Servers, stored: str) -> Iterator[Described]:
    """The API on them, in both forms of times."""
    settings = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": stored}
    with running_api({**settings, "API_ADMIN_KEYS": KEY, "API_TIMES": request.param}) as api:
        api.client.headers["Authorization"] = KEY
        yield Described(api, api.get("/openapi.json").json())


def test_every_route_is_asked_here(described: Described) -> None:
    asked = {json.dumps(described.operation(address)) for address in (*ASKED, *STREAMED)}

    assert len(asked) == len(described.document["paths"])


@pytest.mark.parametrize("address", ASKED)
def test_a_real_answer_has_what_the_document_says_and_nothing_else(described: Described, address: str) -> None:
    answer = described.api.get(address)
    said = described.response(address, 200)

    assert answer.status_code == 200, answer.text
    assert described.violations(said["content"]["application/json"]["schema"], answer.json()) == []
    assert missing_headers(described, said, answer.headers) == []


@pytest.mark.parametrize("address", STREAMED)
def test_an_answer_that_is_no_json_has_the_type_and_the_headers_that_the_document_says(
    described: Described, address: str
) -> None:
    said = described.response(address, 200)
    with described.api.client.stream("GET", address) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] in said["content"]
        assert missing_headers(described, said, answer.headers) == []


def missing_headers(described: Described, said: dict[str, Any], headers: Any) -> list[str]:
    """Return the headers that the document promises and an answer has not."""
    promised = [name for name, header in said["headers"].items() if described.resolved(header)["required"]]
    return [name for name in promised if name not in headers]


@pytest.mark.parametrize(
    ("address", "key", "status"),
    [
        ("/api/logs/search?page=0", KEY, 400),
        ("/api/logs/export?format=xml", KEY, 400),
        ("/api/logs/tail?lastEventId=x", KEY, 400),
        ("/api/logs/search", "wrong", 401),
        ("/api/key", "wrong", 401),
        ("/api/log/full/detail/4611686018427387905?code=1", KEY, 404),
        ("/api/logs/neighbours/4611686018427387905?by=any", "", 401),
    ],
)
def test_a_failure_is_one_that_the_document_has(described: Described, address: str, key: str, status: int) -> None:
    answer = described.api.get(address, headers={"Authorization": key})
    said = described.response(address, status)

    assert answer.status_code == status
    assert described.violations(said["content"]["application/json"]["schema"], answer.json()) == []
    assert missing_headers(described, said, answer.headers) == []


def test_no_index_is_a_failure_that_the_document_has(described: Described, start_api: StartApi) -> None:
    other = start_api("nothing-here")
    for address in ("/api/logs/search", "/api/logs/export", "/api/logs/tail", "/readyz"):
        answer, said = other.get(address), described.response(address, 503)

        assert described.violations(said["content"]["application/json"]["schema"], answer.json()) == []
        assert missing_headers(described, said, answer.headers) == []


def contents(described: Described) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the content of every answer in JSON, with its path and status."""
    for path, methods in described.document["paths"].items():
        for status, response in methods["get"]["responses"].items():
            content = described.resolved(response)["content"].get("application/json")
            if content:
                yield path, status, content


def test_every_example_is_an_answer_that_the_schema_allows(described: Described) -> None:
    found = [
        (path, status, described.violations(one["schema"], one["example"])) for path, status, one in contents(described)
    ]

    assert len(found) > 200
    assert [each for each in found if each[2]] == []


def test_every_route_says_how_it_is_found_and_what_it_needs(described: Described) -> None:
    operations = {path: methods["get"] for path, methods in described.document["paths"].items()}
    keyless = {path for path, operation in operations.items() if not operation["security"]}
    names = [operation["operationId"] for operation in operations.values()]

    assert keyless == {"/healthz", "/readyz", "/metrics"}
    assert len(set(names)) == len(operations)
    assert {tag for operation in operations.values() for tag in operation["tags"]} == set(TAGS)
    assert all(operation["summary"] for operation in operations.values())
    assert all(one["description"] for operation in operations.values() for one in operation["parameters"])
    assert all(set(operation["responses"]) - {"200"} <= set(FAILURES) for operation in operations.values())
    assert described.document["servers"][0]["url"] == "/"
    assert set(described.document["components"]["headers"]) == set(ANSWER_HEADERS)


def numbers(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema of a number."""
    if isinstance(schema, dict):
        if schema.get("type") in ("integer", "number"):
            yield schema
        for value in schema.values():
            yield from numbers(value)
    if isinstance(schema, list):
        for value in schema:
            yield from numbers(value)


def test_every_number_of_an_answer_says_how_large_it_may_be(described: Described) -> None:
    found = list(numbers(described.document["components"]))

    assert len(found) > 50
    assert {(one["type"], one.get("format")) for one in found} == {("integer", "int64"), ("number", "double")}


def test_fields_of_newer_gateways_are_allowed(described: Described) -> None:
    schemas = described.document["components"]["schemas"]

    assert all(schemas[name]["additionalProperties"] is True for name in ("Log", "DetailedLog", "Price", "Usage"))
    assert schemas["Log"]["properties"]["metadata"]["additionalProperties"] == {"type": "string"}
