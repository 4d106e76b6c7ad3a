"""Bad input by the thousand: every route from its OpenAPI document, every text as a query, every JSON as an event.

FUZZ_REQUESTS and FUZZ_QUERIES make it long: `make soak` does.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from api.request.query_cost import check_repeats
from api.request.query_language import parse
from mappings.instant import DAY_MS
from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.sample import EVENTS
from tests.support.servers import Servers
from tests.support.tailing import tailing
from tests.support.times import NOON_MS

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "25"))  # for each route, beside some hundred that are the same each time
QUERIES = int(os.environ.get("FUZZ_QUERIES", "300"))
PATIENCE_S = 3600
# What docs/api.md wants otherwise: an empty value counts as absent, and a text must be a time, a number or a prefix.
LENIENT = "negative_data_rejection,positive_data_acceptance"
STREAMS = "/tail$"  # has no end: tested by itself
IS_SEARCH = "FUZZ_QUERIES" in os.environ
FUZZ = settings(max_examples=QUERIES, derandomize=not IS_SEARCH, suppress_health_check=list(HealthCheck))

SIGNS = st.sampled_from(
    [*'"*-\\:()[]{}~^/&|!+ ?', " AND ", " OR ", "超时", "\u3000", "ｶﾞ", "\\u4f59", "\0", "é", "\ufeff"]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.one_of(SIGNS, st.text(max_size=5)), max_size=20).map("".join))
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(st.characters(exclude_categories=()), max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)
HARD = {
    "surrogate": "\ud83d",
    "nul": "a\0b",
    "huge": 10**400,
    "": {"": ""},
    "a..b": 1,
    "deep": json.loads("[" * 300 + "]" * 300),
}


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API with a key, on logs of every kind."""
    module_logs.store(EVENTS)
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}
    with running_api({**store, "API_ADMIN_KEYS": "root"}) as api:
        api.client.headers["Authorization"] = "root"
        yield api


def test_every_route_answers_anything_as_its_document_says(api: RunningApi, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    program = [str(Path(sys.executable).parent / "st"), "run", f"{api.url}/openapi.json", "--no-color"]
    checks = ["--checks", "all", "--exclude-checks", LENIENT, "--exclude-path-regex", STREAMS]
    effort = ["--phases", "examples,coverage,fuzzing", "--max-examples", str(REQUESTS), "--continue-on-failure"]
    effort += [] if IS_SEARCH else ["--seed", "1"]
    output = ["--header", "Authorization: root", "--report-json-path", str(report)]
    ended = subprocess.run(
        [*program, *checks, *effort, *output],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    sys.stdout.write(ended.stdout)  # pytest shows it where the test failed

    assert ended.returncode == 0


@FUZZ
@given(TEXTS)
@example('{"model":"gpt-4o","messages":[{"role":"user","content":"\\u4f59 *')
@example('" -"" -* "*')
def test_any_text_is_a_query_that_finds_something_or_nothing(api: RunningApi, text: str) -> None:
    answer = api.get(f"/api/logs/search?include_detail=false&query={quote(text, errors='surrogatepass')}")

    assert answer.status_code == (200 if is_within_bounds(text) else 400), answer.text
    assert answer.json()["success"] is is_within_bounds(text)


@FUZZ
@given(st.text(max_size=40), TEXTS)
def test_what_is_wanted_and_what_is_excluded_are_everything(api: RunningApi, word: str, text: str) -> None:
    phrase = '"' + re.sub('["\uff02]', " ", word + text) + '"'
    assume(is_within_bounds(phrase))
    found, others = (total(api, query) for query in (phrase, f"-{phrase}"))

    assert found + others in (len(EVENTS), 2 * len(EVENTS))  # twice where there is nothing in it to search for


def is_within_bounds(query: str) -> bool:
    """Tell whether no part occurs in the phrases of a query too often."""
    try:
        check_repeats(parse(query))
    except ValueError:
        return False
    return True


def total(api: RunningApi, query: str) -> int:
    """Return how many of the sample's logs a query finds."""
    return int(api.search(query=query, per_page=1, end_timestamp=NOON_MS + DAY_MS)["total"])


@settings(FUZZ, max_examples=max(QUERIES // 200, 8))
@given(st.lists(st.dictionaries(st.text(max_size=10), VALUES, max_size=6), min_size=1, max_size=20))
@example([HARD])
def test_an_event_of_any_json_comes_back_out_of_every_route(
    api: RunningApi, module_logs: Logs, extra: list[dict[str, Any]]
) -> None:
    group = f"fuzz-{uuid4().hex}"
    known = {"id": 77, "request_id": group, "group": group, "created_at": NOON_MS + 5 * DAY_MS}
    with tailing(api, f"/api/log/{group}/tail", Authorization="root") as tail:
        module_logs.store([{**{f"x{name}": value for name, value in fields.items()}, **known} for fields in extra])
        tail.wait_for(len(extra))

    for path in routes(api):
        answer = api.get(path.format(group=group, id=77), params={"request_id": group})
        assert answer.status_code == 200, (path, answer.text)


def routes(api: RunningApi) -> list[str]:
    """Return every path of the document that ends."""
    return [path for path in api.get("/openapi.json").json()["paths"] if not path.endswith("/tail")]
