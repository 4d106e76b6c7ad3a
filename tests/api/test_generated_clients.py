"""Clients that generators make of the OpenAPI document read real answers: a Python client, and types of TypeScript."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mappings.instant import parse_rfc3339
from tests.api.test_openapi import FULL, KEY
from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers

ID = FULL["id"]
TYPESCRIPT = ("openapi-typescript@7.13.0", "typescript@5.9.3")
GENERATING_S = 300  # a first time downloads the tools
# By the name of the operation: the route's parameters in the path, and what else it needs.
ARGUMENTS: dict[str, dict[str, str]] = {
    "detail_all": {"id": str(ID)},
    "detail_group": {"id": str(ID)},
    "detail_all_by_request": {"request_id": FULL["request_id"]},
    "detail_group_by_request": {"request_id": FULL["request_id"]},
    "neighbours_all": {"id": str(ID), "by": "any"},
    "neighbours_group": {"id": str(ID)},
    "search_all": {"query": "full", "as_of": "now"},
}


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on a log that has everything."""
    module_logs.store([FULL])
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}
    with running_api({**store, "API_ADMIN_KEYS": KEY}) as api:
        api.client.headers["Authorization"] = KEY
        yield api


@pytest.fixture(scope="module")
def document(api: RunningApi, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document as a file."""
    file = tmp_path_factory.mktemp("openapi") / "openapi.json"
    file.write_text(api.get("/openapi.json").text)
    return file


def json_operations(document: Path) -> dict[str, tuple[str, str]]:
    """Return the path and the tag of every operation that answers JSON, by its name."""
    found = {}
    for path, methods in json.loads(document.read_text())["paths"].items():
        operation = methods["get"]
        if "application/json" in operation["responses"]["200"]["content"]:
            found[operation["operationId"]] = (path, operation["tags"][0])
    return found


def answer_of(api: RunningApi, name: str, path: str) -> Any:
    """Return the real answer of a route."""
    given = {"group": "full", **ARGUMENTS.get(name, {})}
    in_query = {key: value for key, value in given.items() if key not in ("group", "id")}
    answer = api.get(path.format(**given), params=in_query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def python_client(document: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a generated package."""
    folder = tmp_path_factory.mktemp("python")
    tools = Path(sys.executable).parent
    command = [str(tools / "openapi-python-client"), "generate", "--path", str(document), "--meta", "none"]
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    generated = subprocess.run(
        [*command, "--output-path", str(folder / "generated_client")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=GENERATING_S,
        check=False,
    )
    assert (generated.returncode, "Warning" in generated.stdout + generated.stderr) == (0, False), generated.stdout
    sys.path.insert(0, str(folder))
    yield "generated_client"
    sys.path.remove(str(folder))


def test_a_generated_python_client_reads_every_answer_whole(
    api: RunningApi, document: Path, python_client: str
) -> None:
    operations = json_operations(document)
    assert len(operations) == 19

    with client_of(python_client, api) as client:
        for name, (path, tag) in operations.items():
            operation = importlib.import_module(f"{python_client}.api.{tag}.{name}")
            positional = [{"group": "full", "id": str(ID)}[one] for one in re.findall(r"{(\w+)}", path)]
            named = {key: value for key, value in ARGUMENTS.get(name, {}).items() if key not in ("id", "by")}
            found = operation.sync(*positional, client=client, **named)

            assert type(found).__name__.endswith("Answer"), (path, found)
            if tag not in ("freshness", "neighbours"):
                assert comparable(found.to_dict()) == comparable(answer_of(api, name, path)), path


def client_of(package: str, api: RunningApi) -> Any:
    """Return the generated client of an API."""
    return importlib.import_module(f"{package}.client").AuthenticatedClient(base_url=api.url, token=KEY)


def comparable(value: Any) -> Any:
    """Return a value with its times as milliseconds, which clients write in another form, and without its `as_of`."""
    if isinstance(value, dict):
        return {name: comparable(inner) for name, inner in value.items() if name != "as_of"}
    if isinstance(value, list):
        return [comparable(inner) for inner in value]
    try:
        return parse_rfc3339(value) if isinstance(value, str) else value
    except ValueError:
        return value


def test_an_id_of_62_bits_stays_itself_in_a_python_client(api: RunningApi, python_client: str) -> None:
    with client_of(python_client, api) as client:
        found = importlib.import_module(f"{python_client}.api.logs.search_all").sync(client=client)

    assert found.data.logs[0].id == ID


def test_real_answers_have_the_types_that_typescript_derives(api: RunningApi, document: Path) -> None:
    types = [IMPORTS]
    for name, (path, _) in json_operations(document).items():
        types.append(f'const {name}: Answer<"{path}"> = {json.dumps(answer_of(api, name, path))};')
    types.append(READING)
    (document.parent / "read.ts").write_text("\n".join(types))
    checked = typescript(document.parent)

    assert (checked.returncode, checked.stdout.strip()) == (0, "")


IMPORTS = """
import type { paths } from "./schema";
type Content<P extends keyof paths> = paths[P]["get"]["responses"][200]["content"];
type Answer<P extends keyof paths> = Content<P> extends { "application/json": infer A } ? A : never;
"""
READING = """
const log = search_all.data.logs[0]!;
const read: [number, string, string, number, boolean] =
  [log.id, log.created_at, log.metadata["a"]!, log.usage.total_tokens, log.request_detail.request_body_truncated];
const bodies: (string | undefined)[] = [detail_all.data.request_body, log.request_detail.response_body];
const number: number | null = stats_all.data.ttfb_milliseconds.p50;
const isThere: true = search_all.success;
const channel: number | undefined = facets_all.data.facets.channel?.values[0]?.value;
export { read, bodies, number, isThere, channel };
"""


def typescript(folder: Path) -> subprocess.CompletedProcess[str]:
    """Derive types from the document, and check what reads them."""
    npx = shutil.which("npx")
    if npx is None:
        pytest.skip("no Node on this machine: apt-get install nodejs npm")
    packages = [argument for package in TYPESCRIPT for argument in ("--package", package)]

    def run(script: str) -> subprocess.CompletedProcess[str]:
        command = [npx, "--yes", *packages, "--call", script]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=GENERATING_S, check=False)

    if (tried := run("tsc --version")).returncode:
        pytest.skip(f"npx cannot get {' and '.join(TYPESCRIPT)}: {tried.stderr.strip().splitlines()[:1]}")
    derived = run("openapi-typescript openapi.json --output schema.d.ts")
    assert derived.returncode == 0, derived.stderr
    return run("tsc --strict --noEmit --target es2022 --module esnext --moduleResolution bundler read.ts")
