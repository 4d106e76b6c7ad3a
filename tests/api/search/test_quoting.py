"""What `query` finds in JSON that is quoted in JSON, on real Elasticsearch."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS

SAID = "import os\nconnect_pool()\n\tverify()\rclose() 余额不足 and so on"
PATH = r"C:\new\table and \nabla \theta 余额"


def quoted(text: str, depth: int) -> str:
    """Return a text in a JSON object in a string in a JSON object …, so deep."""
    for _ in range(depth):
        text = json.dumps({"content": text})
    return text


BODIES = {
    1: quoted(SAID, 1),
    2: quoted(SAID, 2),
    3: quoted(SAID, 3),
    4: quoted(SAID, 6),
    5: quoted(SAID, 3)[:-12],  # cut
    6: json.dumps({"content": f"Here it is:\n```json\n{json.dumps({'code': SAID})}\n```"}),
    7: json.dumps(quoted(SAID, 1)),
}
PATHS = {11: quoted(PATH, 1), 12: quoted(PATH, 2), 13: quoted(PATH, 3)}


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the bodies above, which all tests of this file read."""
    bodies = {**BODIES, **PATHS}.items()
    logs: list[dict[str, Any]] = [
        {"id": number, "created_at": NOON_MS, "request_detail": {"request_body": body}} for number, body in bodies
    ]
    message = f"upstream: {json.dumps({'error': {'message': SAID}})}"
    module_logs.store([*logs, {"id": 20, "created_at": NOON_MS, "content": message}])
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


@pytest.mark.parametrize(
    "query", ["connect_pool", "pool", "verify", "close", '"import os connect_pool verify close"', "余额不足", "conn*"]
)
def test_a_text_is_found_at_any_depth(api: RunningApi, query: str) -> None:
    assert api.ids(query=query) == [*BODIES, 20]


@pytest.mark.parametrize("query", ["-connect_pool", "-verify", "-close", "-conn*"])
def test_a_text_is_excluded_at_any_depth(api: RunningApi, query: str) -> None:
    assert api.ids(query=query) == [*PATHS]


@pytest.mark.parametrize(
    "query", ["table", "nabla", "theta", r"C:\new\table", '"new table and nabla"', "-able", "-abla"]
)
def test_a_path_and_a_formula_are_found_as_they_were_said(api: RunningApi, query: str) -> None:
    assert set(api.ids(query=query)) >= set(PATHS)


@pytest.mark.parametrize("query", ["able", "abla", "heta", "ew"])
def test_a_path_and_a_formula_invent_no_words(api: RunningApi, query: str) -> None:
    assert api.ids(query=query) == []
