"""The servers as a person and a test get them: up, down, killed, back again; and the events that feed them."""

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from elasticsearch import Elasticsearch
from kafka import KafkaConsumer, TopicPartition
from pydantic import SecretStr

from mappings.instant import DAY_MS
from stack.errors import StackError
from stack.events.generate import events, history
from stack.feed import Plan, feed, live
from stack.run import run
from stack.servers.address import Address, free_port, is_open, kafka_answers, parse_address
from stack.servers.child import Child
from stack.servers.cluster import Stack, check_memory, silent
from stack.settings import Settings

NOW_MS = 1_790_000_000_000


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come about in time"
        time.sleep(0.05)


class Command:
    """`python -m stack` on free ports, as a child whose output is a file."""

    def __init__(self, directory: Path, *arguments: str, **environment: str) -> None:
        self.elasticsearch = Address("127.0.0.1", free_port())
        self.kafka = Address("127.0.0.1", free_port())
        self.directory = directory
        self.api = Address("127.0.0.1", free_port())
        self.output = directory / "output.txt"
        settings = {
            "ELASTICSEARCH_URL": f"http://{self.elasticsearch}",
            "KAFKA_BOOTSTRAP_SERVERS": str(self.kafka),
            "STACK_DIR": str(directory / "stack"),
            "STACK_ES_HEAP": "512m",
            "API_PORT": str(self.api.port),
            "INDEXER_METRICS_PORT": str(free_port()),
            **environment,
        }
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "stack", *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **settings},
                start_new_session=True,
            )

    def lines(self) -> list[str]:
        """Give what it has said so far."""
        return self.output.read_text().splitlines()

    def wait_until_ready(self) -> None:
        """Wait for the line that begins with `ready`."""
        wait_until(
            lambda: self.process.poll() is not None or any(line.startswith("ready") for line in self.lines()), 600
        )
        assert self.process.poll() is None, self.lines()

    def servers(self, kind: str = "") -> list[int]:
        """Find the processes whose command line names this directory, whoever their parent is, and this kind."""
        lines = [line for line in processes("pid=,args=") if f"{self.directory}/stack/" in line]
        return [int(line.split()[0]) for line in lines if kind in line]

    def children(self) -> dict[str, int]:
        """Give the number of each process that this one has started, by the last word of its command line."""
        lines = [line.split() for line in processes("ppid=,pid=,args=")]
        return {words[-1]: int(words[1]) for words in lines if int(words[0]) == self.process.pid}


def processes(columns: str) -> list[str]:
    """Give one line for each process on this machine."""
    listing = subprocess.run(["ps", "-ww", "-eo", columns], capture_output=True, text=True, check=True)
    return listing.stdout.splitlines()


def are_gone(numbers: Iterable[int]) -> bool:
    """Whether none of these processes is left."""
    return not {int(line) for line in processes("pid=")} & set(numbers)


@contextmanager
def command(directory: Path, *arguments: str, **environment: str) -> Iterator[Command]:
    started = Command(directory, *arguments, **environment)
    try:
        yield started
    finally:
        started.process.terminate()
        started.process.wait()


def refusal(directory: Path, **environment: str) -> str:
    """Run a command that must fail at once with one sentence, and give the sentence."""
    with command(directory, **environment) as refused:
        assert refused.process.wait(timeout=60) == 1
    [sentence] = [line for line in refused.lines() if line.startswith("stack: ")]
    assert "Traceback" not in refused.output.read_text()
    assert refused.servers() == []
    return sentence


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack"), heap="512m") as stack:
        yield stack


# The servers


def test_ctrl_c_at_the_terminal_ends_everything_in_order(tmp_path: Path) -> None:
    with command(tmp_path) as running:
        running.wait_until_ready()
        assert len(running.servers()) == 2
        os.killpg(running.process.pid, signal.SIGINT)  # as a terminal does: to the whole foreground group

        assert running.process.wait(timeout=90) == 0
        assert running.lines()[-2:] == ["ending Kafka", "ending Elasticsearch"]
        assert running.servers() == []


def test_nothing_is_left_when_the_parent_is_killed(tmp_path: Path) -> None:
    with command(tmp_path) as running:
        running.wait_until_ready()
        running.process.kill()

        wait_until(lambda: running.servers() == [])


def test_a_server_that_dies_ends_the_command_with_its_log(tmp_path: Path) -> None:
    with command(tmp_path) as running:
        running.wait_until_ready()
        [node] = running.servers("LocalNode")
        os.kill(node, signal.SIGKILL)

        assert running.process.wait(timeout=90) == 1
        assert running.lines()[-1].startswith("stack: Elasticsearch was ended from outside (SIGKILL; ")
        assert running.lines()[-1].endswith(f"its log is {tmp_path}/stack/logs/elasticsearch-1.log.")
        assert running.servers() == []


def test_servers_that_answer_are_used_as_they_are(tmp_path: Path, stack: Stack) -> None:
    addresses = {"ELASTICSEARCH_URL": stack.elasticsearch.url, "KAFKA_BOOTSTRAP_SERVERS": stack.kafka.bootstrap}
    with command(tmp_path, **addresses) as done:
        assert done.process.wait(timeout=90) == 0

    assert done.lines() == [
        f"Elasticsearch answers at {stack.elasticsearch.url}: used as it is",
        f"Kafka answers at {stack.kafka.bootstrap}: used as it is",
        f"ready: Elasticsearch {stack.elasticsearch.url}, Kafka {stack.kafka.bootstrap}",
    ]


def test_a_taken_port_is_said_with_what_to_do(tmp_path: Path) -> None:
    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=other.serve_forever).start()
    try:
        port = other.server_port
        sentence = refusal(tmp_path, ELASTICSEARCH_URL=f"http://127.0.0.1:{port}")
    finally:
        other.shutdown()
        other.server_close()

    assert sentence == (
        f"stack: Port {port}, meant for Elasticsearch, is in use by another program: "
        "end that program, or set ELASTICSEARCH_URL to a free port."
    )


def test_servers_are_never_started_for_other_machines(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, ELASTICSEARCH_URL="http://elasticsearch.invalid:9200")

    assert "Elasticsearch does not answer at elasticsearch.invalid:9200" in sentence
    assert "only on loopback" in sentence


def test_a_hash_in_the_place_of_a_key_is_refused_before_anything_starts(tmp_path: Path) -> None:
    settings = Settings(stack_dir=tmp_path, api_admin_keys=SecretStr("sha256:" + "0" * 64))

    with pytest.raises(StackError, match="not its hash"):
        run(settings, silent)

    assert not list(tmp_path.iterdir())


def test_a_heap_that_is_too_small_names_the_cause_and_the_log(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, STACK_ES_HEAP="8m")

    assert "java.lang.OutOfMemoryError" in sentence
    assert "elasticsearch-1.log" in sentence


def test_everything_runs_with_one_command_and_ends_in_order(tmp_path: Path) -> None:
    with command(tmp_path, "run") as running:
        running.wait_until_ready()
        children = running.children()
        answer = httpx.get(f"http://{running.api}/api/logs/search", params={"model_name": "gpt-4o"}, timeout=60)
        os.killpg(running.process.pid, signal.SIGINT)

        assert running.process.wait(timeout=60) == 0
        assert answer.json()["data"]["total"] > 1000
        assert len(children) == 5
        assert are_gone(children.values())
        ended = [line.removeprefix("ending ") for line in running.lines() if line.startswith("ending ")]
        assert ended == ["feed", "api", "indexer", "Kafka", "Elasticsearch"]


def test_a_program_that_dies_ends_the_run(tmp_path: Path, stack: Stack) -> None:
    own = {"INDEX_ALIAS": "dies", "KAFKA_TOPIC": "dies", "KAFKA_GROUP_ID": "dies"}
    addresses = {"ELASTICSEARCH_URL": stack.elasticsearch.url, "KAFKA_BOOTSTRAP_SERVERS": stack.kafka.bootstrap}
    feed(settings_for(stack, "dies"), Plan(5, rate=1000, seed=1), silent)  # what is not empty is not fed the past
    with command(tmp_path, "run", **own, **addresses) as running:
        running.wait_until_ready()
        children = running.children()
        os.kill(children["api"], signal.SIGKILL)

        assert running.process.wait(timeout=60) == 1
        assert running.lines()[-1].startswith("stack: api was ended from outside (SIGKILL; ")
        assert are_gone(children.values())
        assert stack.elasticsearch.is_running()
        assert stack.kafka.is_running()


@pytest.mark.parametrize(
    ("heap", "says"), [("9999g", "MB of free memory"), ("much", "STACK_ES_HEAP=much is no size"), ("1", "is no size")]
)
def test_an_impossible_heap_is_refused_before_anything_starts(heap: str, says: str) -> None:
    with pytest.raises(StackError, match=says):
        check_memory(heap, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the kernel's table of sockets")
def test_the_servers_listen_on_loopback_only(stack: Stack) -> None:
    ports = {f"{server.address.port:04X}" for server in (stack.elasticsearch, stack.kafka)}
    tables = [Path(f"/proc/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    sockets = [line.split()[1:4] for table in tables for line in table]
    listening = [local.partition(":") for local, _, state in sockets if state == "0A"]

    assert [host[-8:] for host, _, port in listening if port in ports] == ["0100007F", "0100007F"]


def test_a_killed_node_comes_back_on_the_same_port_with_its_data(stack: Stack) -> None:
    with Elasticsearch(stack.elasticsearch.url, request_timeout=60) as client:
        client.index(index="kept", id="1", document={"a": 1})
        stack.elasticsearch.kill()
        assert not stack.elasticsearch.is_running()
        stack.elasticsearch.start()
        client.cluster.health(index="kept", wait_for_status="yellow")

        assert client.get(index="kept", id="1")["_source"] == {"a": 1}


def test_a_stopped_broker_comes_back_on_the_same_port_with_its_data(stack: Stack) -> None:
    topic = "kept"
    feed(settings_for(stack, topic), Plan(3, rate=None, seed=1), silent)
    stack.kafka.stop()
    assert not kafka_answers(stack.kafka.address)
    stack.kafka.start()

    assert len(records(stack, topic)) == 3


def test_three_nodes_make_one_cluster_that_survives_the_loss_of_one(tmp_path: Path) -> None:
    with (
        Stack(tmp_path, nodes=3, heap="512m") as stack,
        Elasticsearch(stack.nodes[0].url, request_timeout=60) as client,
    ):
        assert client.cluster.health()["number_of_nodes"] == 3
        stack.nodes[2].kill()
        assert client.cluster.health(wait_for_nodes="2", timeout="30s")["number_of_nodes"] == 2
        stack.nodes[2].start()

        assert client.cluster.health(wait_for_nodes="3", timeout="30s")["number_of_nodes"] == 3


def test_the_line_of_a_log_that_says_most_is_quoted(tmp_path: Path) -> None:
    program = "print('starting'); print('Caused by: disk full'); print('\\tat a.b.c'); print('closing')"
    child = Child("program", [sys.executable, "-c", program], tmp_path / "program.log")
    wait_until(lambda: not child.is_alive())

    assert child.telling_line() == "Caused by: disk full"
    with pytest.raises(StackError, match=r"program ended \(exit code 0\): Caused by: disk full"):
        child.check()
    child.stop()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://127.0.0.1:9201/", Address("127.0.0.1", 9201)),
        ("https://es.example.com", Address("es.example.com", 9200)),
        ("localhost:9300", Address("localhost", 9300)),
        ("[::1]:9300", Address("::1", 9300)),
    ],
)
def test_addresses_are_taken_apart(text: str, expected: Address) -> None:
    assert parse_address(text, 9200) == expected
    assert expected.is_loopback == ("example" not in text)


def test_a_free_port_is_free() -> None:
    assert not is_open(Address("127.0.0.1", free_port()))


# The feed


def settings_for(stack: Stack, topic: str) -> Settings:
    return Settings(kafka_bootstrap_servers=stack.kafka.bootstrap, kafka_topic=topic)


def records(stack: Stack, topic: str) -> list[Any]:
    """Read all that is in the topic, in the order of partitions."""
    consumer = KafkaConsumer(bootstrap_servers=stack.kafka.bootstrap)
    with closing(consumer):
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        wanted = sum(consumer.end_offsets(partitions).values())
        consumer.assign(partitions)
        consumer.seek_to_beginning()
        return list(islice(consumer, wanted))


def test_the_feed_delivers_what_it_says_keyed_by_group(stack: Stack) -> None:
    said: list[str] = []
    acknowledged = feed(settings_for(stack, "fed"), Plan(500, rate=None, seed=7), said.append)
    found = records(stack, "fed")

    assert acknowledged == len(found) == 500
    assert said == ["500 events acknowledged by Kafka"]
    assert all(json.loads(record.value)["group"].encode() == record.key for record in found)
    assert {record.partition for record in found} == {0, 1, 2, 3}


def test_a_feed_with_a_rate_is_live(stack: Stack) -> None:
    started = time.time_ns() // 1_000_000
    feed(settings_for(stack, "live"), Plan(20, rate=100, seed=7), silent)
    moments = sorted(json.loads(record.value)["created_at"] for record in records(stack, "live"))

    assert started <= moments[0]
    assert 150 < moments[-1] - moments[0] < 60_000


def test_a_feed_without_kafka_says_so() -> None:
    settings = Settings(kafka_bootstrap_servers=f"127.0.0.1:{free_port()}")
    with pytest.raises(StackError, match="Kafka does not answer at 127"):
        feed(settings, Plan(1, rate=None, seed=1), silent)


def test_a_feed_may_go_on_for_ever() -> None:
    assert len(list(islice(live(0, rate=10_000), 50))) == 50


# The events


@pytest.fixture(scope="module")
def made() -> list[dict[str, Any]]:
    return list(events(1, history(20_000, NOW_MS)))


def test_the_same_seed_gives_the_same_events(made: list[dict[str, Any]]) -> None:
    assert list(islice(events(1, history(20_000, NOW_MS)), 100)) == made[:100]
    assert next(events(2, [NOW_MS])) != next(events(1, [NOW_MS]))


def test_the_past_is_spread_over_its_days_in_order(made: list[dict[str, Any]]) -> None:
    moments = [event["created_at"] for event in made]

    assert moments == sorted(moments)
    assert NOW_MS - 20 * DAY_MS <= moments[0] < NOW_MS - 19 * DAY_MS
    assert NOW_MS - DAY_MS < moments[-1] <= NOW_MS


def test_ids_are_unique_and_request_ids_have_16_digits(made: list[dict[str, Any]]) -> None:
    assert [event["id"] for event in made] == list(range(1, 20_001))
    assert len({event["request_id"] for event in made}) == 20_000
    assert all(len(event["request_id"]) == 16 and event["request_id"].isdigit() for event in made)


def test_the_traffic_has_the_shape_of_a_gateways(made: list[dict[str, Any]]) -> None:
    size = sum(len(json.dumps(event, ensure_ascii=False).encode()) for event in made) / len(made)
    errors = [event for event in made if event["code"] != 200]
    busiest = sum(event["group"] == "ns-admin" for event in made)

    assert 1900 < size < 2400
    assert 0.11 < len(errors) / len(made) < 0.13
    assert all(event["content"] for event in errors)
    assert 2000 < busiest < 5000
    assert len({event["group"] for event in made}) == 200
    assert len({event["model"] for event in made}) == 16
    assert len({event["channel"] for event in made}) == 12
    assert any("request_detail" not in event for event in made)
    assert any("upstream_id" in event for event in made)


def test_amounts_and_tokens_add_up(made: list[dict[str, Any]]) -> None:
    for event in made:
        usage, amount = event["usage"], event.get("amount", {})
        parts = sum(value for name, value in amount.items() if name != "used_amount")

        assert usage["input_tokens"] + usage["output_tokens"] == usage["total_tokens"]
        assert not amount or parts == pytest.approx(event["used_amount"])


def test_bodies_are_the_json_that_clients_and_models_send(made: list[dict[str, Any]]) -> None:
    details = [event["request_detail"] for event in made if "request_detail" in event]
    whole = [detail for detail in details if not detail["request_body_truncated"]]
    streamed = [detail["response_body"] for detail in details if detail["response_body"].startswith(("data", "event"))]
    chunks = [line for body in streamed for line in body.splitlines() if line.startswith("data: {")]

    assert all(json.loads(detail["request_body"])["model"] for detail in whole)
    assert all(json.loads(chunk.removeprefix("data: ")) for chunk in chunks)
    assert 0 < len(details) - len(whole) < 0.05 * len(details)
    assert any("\\u8bf7" in detail["request_body"] for detail in details)
    assert any("请" in detail["request_body"] for detail in details)
