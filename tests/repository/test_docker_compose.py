"""What holds for docker-compose.yml: the same servers as in `stack`, every setting, bounds, health checks, signals."""

import re
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from api.settings import ApiSettings
from indexer.consumer.loop import END_OFFSETS_MS
from indexer.consumer.options import CLOSE_MS
from indexer.settings import IndexerSettings
from stack.network.probes import API_VERSIONS_REQUEST
from stack.servers.broker import BROKER_HEAP, BROKER_SETTINGS
from stack.servers.jars import ELASTICSEARCH_VERSION, KAFKA_VERSION
from stack.servers.node import FULL_DISK_SETTINGS, NODE_SETTINGS
from tests.support.containers import elasticsearch_environment, kafka_environment
from tests.support.repository import ROOT
from tests.support.waiting import PATIENCE_S

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# Kafka's ApiVersions request, version 0, with the correlation id "logs" and no client id
KAFKA_REQUEST = struct.pack(">ihh4sh", 10, 18, 0, b"logs", -1)
ENDS_OF_REQUESTS = (b"\r\n\r\n", KAFKA_REQUEST[-2:])


def test_docker_compose_runs_the_versions_that_the_tests_run() -> None:
    images = {name: service["image"] for name, service in SERVICES.items() if "image" in service}

    assert images == {
        "elasticsearch": f"elasticsearch:{ELASTICSEARCH_VERSION}",
        "kafka": f"apache/kafka:{KAFKA_VERSION}",
        "kibana": f"kibana:{ELASTICSEARCH_VERSION}",
    }
    assert {name for name, service in SERVICES.items() if "build" in service} == {"indexer", "api"}


def test_docker_compose_opens_no_port_to_other_machines() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert len(ports) == 5
    assert all(re.fullmatch(r"127\.0\.0\.1:(\d+|\$\{[A-Z_]+:-[\d-]+\}):\d+", port) for port in ports)


def test_docker_compose_starts_no_api_without_a_key_and_has_none_by_default() -> None:
    example = (ROOT / ".env.example").read_text()

    assert SERVICES["api"]["environment"]["API_ADMIN_KEYS"].startswith("${API_ADMIN_KEYS:?")
    assert re.search(r"^API_ADMIN_KEYS=$", example, re.MULTILINE)
    assert subprocess.run(["git", "check-ignore", "-q", ".env"], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(("service", "settings"), [("indexer", IndexerSettings), ("api", ApiSettings)])
def test_docker_compose_passes_every_setting_that_the_program_reads(service: str, settings: Any) -> None:
    assert {name.lower() for name in SERVICES[service]["environment"]} == set(settings.model_fields)


def test_docker_compose_fixes_the_addresses_and_nothing_else() -> None:
    fixed = {
        name: {key: value for key, value in SERVICES[name]["environment"].items() if value is not None}
        for name in ("indexer", "api")
    }

    assert fixed == {
        "indexer": {
            "ELASTICSEARCH_URL": "http://elasticsearch:9200",
            "KAFKA_BOOTSTRAP_SERVERS": "kafka:19092",
            "INDEXER_METRICS_HOST": "0.0.0.0",
            "INDEXER_METRICS_PORT": 9108,
        },
        "api": {
            "ELASTICSEARCH_URL": "http://elasticsearch:9200",
            "API_HOST": "0.0.0.0",
            "API_PORT": 8000,
            "API_ADMIN_KEYS": "${API_ADMIN_KEYS:?set API_ADMIN_KEYS in .env, see .env.example}",
        },
    }


def test_docker_compose_publishes_the_ports_that_the_settings_name() -> None:
    """Docker takes the next port of a range at each update: the address of the API stays only with a single one."""
    assert SERVICES["indexer"]["ports"] == ["127.0.0.1:${INDEXER_METRICS_PORT:-9108-9117}:9108"]
    assert SERVICES["api"]["ports"] == ["127.0.0.1:${API_PORT:-8000}:8000"]


def test_docker_compose_watches_bounds_and_restarts_every_service() -> None:
    for name, service in SERVICES.items():
        assert {"mem_limit", "pids_limit"} <= service.keys(), name
        assert service["restart"] == "unless-stopped", name
        assert service["logging"] == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}}, name
        assert "test" in service["healthcheck"], name


def test_every_service_of_docker_compose_stays_so_that_waiting_for_it_succeeds() -> None:
    """`up --wait` fails for a container that ends, even if it ends well."""
    assert {service["restart"] for service in SERVICES.values()} == {"unless-stopped"}
    [hook] = SERVICES["kibana"]["post_start"]
    assert "/objects/logs.ndjson" in hook["command"][-1]


def test_a_signal_reaches_a_container_from_its_first_moment() -> None:
    have_an_init_of_their_own = {"elasticsearch", "kibana"}  # their images begin with tini

    assert {
        name for name, service in SERVICES.items() if service.get("init")
    } == SERVICES.keys() - have_an_init_of_their_own


def test_docker_compose_has_a_project_name_that_does_not_depend_on_the_folder() -> None:
    assert COMPOSE["name"] == "gateway-logs"


def test_docker_compose_builds_what_has_changed() -> None:
    """Each has an image of its own: Compose labels images by service, and a shared one would change at every build."""
    assert [SERVICES[name]["pull_policy"] for name in ("indexer", "api")] == ["build", "build"]
    assert [name for name in ("indexer", "api") if "image" in SERVICES[name]] == []


def test_docker_compose_starts_a_service_when_those_it_needs_are_well() -> None:
    needed = {name: service["depends_on"] for name, service in SERVICES.items() if "depends_on" in service}

    assert {name: set(of) for name, of in needed.items()} == {
        "kibana": {"elasticsearch"},
        "indexer": {"elasticsearch", "kafka"},
        "api": {"elasticsearch"},
    }
    assert {one["condition"] for of in needed.values() for one in of.values()} == {"service_healthy"}


def test_the_servers_have_the_same_settings_in_docker_as_in_the_stack_and_in_the_tests() -> None:
    kafka, elasticsearch = (SERVICES[name]["environment"] for name in ("kafka", "elasticsearch"))
    node = elasticsearch_environment("1g")

    assert kafka_environment(BROKER_SETTINGS).items() <= {name: str(value) for name, value in kafka.items()}.items()
    assert kafka["KAFKA_HEAP_OPTS"] == f"-Xmx{BROKER_HEAP}"
    assert NODE_SETTINGS.items() <= elasticsearch.items()
    assert elasticsearch == {name: node[name] for name in node.keys() - FULL_DISK_SETTINGS.keys() - {"ES_JAVA_OPTS"}}


def check_of(service: str) -> str:
    """Return the script that checks the health of a service, as bash gets it."""
    command: list[str] = SERVICES[service]["healthcheck"]["test"]
    assert command[:3] == ["CMD", "bash", "-c"]
    return command[3].replace("$$", "$")


@contextmanager
def answering(port: str, check: str, answer: bytes) -> Iterator[tuple[list[bytes], str]]:
    """Give one client an answer; yield what it asks, and the check with the port of this server."""
    asked: list[bytes] = []

    def serve(server: socket.socket) -> None:
        client, _ = server.accept()
        with client:
            request = b""
            while not request.endswith(ENDS_OF_REQUESTS):  # bash sends each line alone
                request += client.recv(1000)
            asked.append(request)
            client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve, args=(server,))
        thread.start()
        yield asked, check.replace(f"/{port} ", f"/{server.getsockname()[1]} ")
        thread.join()


@pytest.mark.parametrize(
    ("service", "port", "request_line", "answer", "code"),
    [
        ("kafka", "9092", KAFKA_REQUEST, b"\0\0\1\0logs\0\0", 0),
        ("kafka", "9092", KAFKA_REQUEST, b"", 1),
        ("kafka", "9092", KAFKA_REQUEST, b"HTTP/1.1 400", 1),
        ("api", "8000", b"GET /readyz HTTP/1.0\r\n", b"HTTP/1.1 200 OK\r\n\r\n", 0),
        ("api", "8000", b"GET /readyz HTTP/1.0\r\n", b"HTTP/1.1 503 Service Unavailable\r\n\r\n", 1),
        ("indexer", "9108", b"GET /readyz HTTP/1.0\r\n", b"HTTP/1.0 200 OK\r\n\r\n", 0),
        ("indexer", "9108", b"GET /readyz HTTP/1.0\r\n", b"HTTP/1.0 503 Service Unavailable\r\n\r\n", 1),
    ],
)
def test_a_health_check_asks_and_believes_the_right_answer_alone(
    service: str, port: str, request_line: bytes, answer: bytes, code: int
) -> None:
    with answering(port, check_of(service), answer) as (asked, check):
        checked = subprocess.run(["bash", "-c", check], capture_output=True, timeout=PATIENCE_S, check=False)

    assert [one[: len(request_line)] for one in asked] == [request_line]
    assert checked.returncode == code


def test_the_health_check_of_kafka_sends_the_request_that_the_stack_sends() -> None:
    but_for_the_id = [request[:8] + request[12:] for request in (KAFKA_REQUEST, API_VERSIONS_REQUEST)]

    assert but_for_the_id[0] == but_for_the_id[1]


def test_no_health_check_starts_an_interpreter_or_a_virtual_machine() -> None:
    checks = " ".join(str(service["healthcheck"]["test"]) for service in SERVICES.values())

    assert not re.search(r"python|java|kafka-\w|\.sh", checks)


def seconds_of(value: str) -> int:
    return int(value.removesuffix("s"))


def test_docker_gives_the_programs_longer_to_stop_than_they_take() -> None:
    rules = IndexerSettings.model_fields["indexer_stop_seconds"].metadata
    [longest] = [rule.le for rule in rules if hasattr(rule, "le")]
    leaving = (END_OFFSETS_MS + CLOSE_MS) / 1000  # a request under way, and leaving the group
    shutdown = re.search(r"(?m)^SHUTDOWN_S = (\d+)", (ROOT / "api/__main__.py").read_text())
    assert shutdown
    assert seconds_of(SERVICES["indexer"]["stop_grace_period"]) > longest + leaving
    assert seconds_of(SERVICES["api"]["stop_grace_period"]) > int(shutdown[1])


def test_a_health_check_ends_before_docker_gives_up_on_it() -> None:
    checks = {name: str(service["healthcheck"]["test"]) for name, service in SERVICES.items()}
    own_limits = {name: re.search(r"(?:timeout[ =]|-t )(\d+)", check) for name, check in checks.items()}

    for name in checks.keys() - {"kibana"}:
        limit = own_limits[name]
        assert limit, name
        assert int(limit[1]) < seconds_of(SERVICES[name]["healthcheck"]["timeout"]), name


def test_the_memory_of_the_api_in_docker_holds_its_budget_twice_and_the_program() -> None:
    limit = int(SERVICES["api"]["mem_limit"].removesuffix("m")) * 2**20
    budget = int(ApiSettings.model_fields["api_budget_bytes"].default)
    program = 150_000_000  # with all small answers that 64 requests may have; docs/guarantees.md has what was measured

    assert program + 2 * budget <= limit


def test_the_documentation_says_how_much_memory_docker_compose_may_take() -> None:
    units = {"m": 1, "g": 1024}
    limits = [service["mem_limit"] for service in SERVICES.values()]
    total_mb = sum(int(limit[:-1]) * units[limit[-1]] for limit in limits)

    assert f"{total_mb / 1024:.1f} GB" in (ROOT / "docs/operating.md").read_text()
