"""`python -m stack` and `python -m stack run`: start, shutdown, and what ends them early."""

import http.server
import os
import signal
import threading
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from stack.errors import CommandError
from stack.feed import FeedOptions, feed
from stack.progress import no_progress
from stack.run import run
from stack.servers.cluster import Stack
from stack.settings import StackSettings
from tests.stack.command import command, have_ended, refusal
from tests.support.waiting import wait_until


def test_ctrl_c_at_the_terminal_stops_everything_in_order(tmp_path: Path) -> None:
    with command(tmp_path) as running:
        running.wait_until_ready()
        assert len(running.servers()) == 2
        os.killpg(running.process.pid, signal.SIGINT)  # as a terminal does: to the whole foreground group

        assert running.process.wait(90) == 0
        assert running.lines()[-2:] == ["stopping Kafka", "stopping Elasticsearch"]
        assert running.servers() == []


def test_no_server_survives_when_its_parent_is_killed(tmp_path: Path) -> None:
    with command(tmp_path) as running:
        running.wait_until_ready()
        running.process.kill()

        wait_until(lambda: running.servers() == [])


def test_a_server_that_is_killed_ends_the_command_with_its_log(tmp_path: Path) -> None:
    with command(tmp_path) as running:
        running.wait_until_ready()
        [node] = running.servers("LocalNode")
        os.kill(node, signal.SIGKILL)

        assert running.process.wait(90) == 1
        assert running.lines()[-1].startswith("stack: Elasticsearch was killed by SIGKILL (")
        assert running.lines()[-1].endswith(f"see {tmp_path}/stack/logs/elasticsearch-1.log.")
        assert running.servers() == []


def test_servers_that_answer_are_used_as_they_are(tmp_path: Path, stack: Stack) -> None:
    addresses = {"ELASTICSEARCH_URL": stack.elasticsearch.url, "KAFKA_BOOTSTRAP_SERVERS": stack.kafka.bootstrap}
    with command(tmp_path, **addresses) as done:
        assert done.process.wait(90) == 0

    assert done.lines() == [
        f"Elasticsearch answers at {stack.elasticsearch.url}: used as it is",
        f"Kafka answers at {stack.kafka.bootstrap}: used as it is",
        f"ready: Elasticsearch {stack.elasticsearch.url}, Kafka {stack.kafka.bootstrap}",
    ]


def test_a_port_in_use_is_reported_with_what_to_do(tmp_path: Path) -> None:
    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=other.serve_forever).start()
    try:
        port = other.server_port
        sentence = refusal(tmp_path, ELASTICSEARCH_URL=f"http://127.0.0.1:{port}")
    finally:
        other.shutdown()
        other.server_close()

    assert sentence == (
        f"stack: Port {port} for Elasticsearch is in use by another program: "
        "stop that program, or set ELASTICSEARCH_URL to a free port."
    )


def test_servers_are_never_started_for_other_machines(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, ELASTICSEARCH_URL="http://elasticsearch.invalid:9200")

    assert "Elasticsearch does not answer at elasticsearch.invalid:9200" in sentence
    assert "only on loopback" in sentence


def test_the_hash_of_a_key_is_refused_before_anything_starts(tmp_path: Path) -> None:
    settings = StackSettings(stack_dir=tmp_path, api_admin_keys=SecretStr("sha256:" + "0" * 64))

    with pytest.raises(CommandError, match="not its hash"):
        run(settings, no_progress)

    assert not list(tmp_path.iterdir())


def test_a_heap_that_is_too_small_is_reported_with_the_cause_and_the_log(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, STACK_ES_HEAP="8m")

    assert "java.lang.OutOfMemoryError" in sentence
    assert "elasticsearch-1.log" in sentence


def test_everything_runs_with_one_command_and_stops_in_order(tmp_path: Path) -> None:
    with command(tmp_path, "run") as running:
        running.wait_until_ready()
        children = running.children()
        answer = httpx.get(f"http://{running.api}/api/logs/search", params={"model_name": "gpt-4o"}, timeout=60)
        os.killpg(running.process.pid, signal.SIGINT)

        assert running.process.wait(60) == 0
        assert answer.json()["data"]["total"] > 100
        assert len(children) == 5
        assert have_ended(children.values())
        stopped = [line.removeprefix("stopping ") for line in running.lines() if line.startswith("stopping ")]
        assert stopped == ["feed", "api", "indexer", "Kafka", "Elasticsearch"]


def test_a_program_that_is_killed_ends_the_run(tmp_path: Path, stack: Stack) -> None:
    own = {"INDEX_ALIAS": "dies", "KAFKA_TOPIC": "dies", "KAFKA_GROUP_ID": "dies"}
    addresses = {"ELASTICSEARCH_URL": stack.elasticsearch.url, "KAFKA_BOOTSTRAP_SERVERS": stack.kafka.bootstrap}
    settings = StackSettings(kafka_bootstrap_servers=stack.kafka.bootstrap, kafka_topic="dies")
    feed(settings, FeedOptions(5, rate=1000, seed=1), no_progress)  # past events are fed only to an empty topic
    with command(tmp_path, "run", **own, **addresses) as running:
        running.wait_until_ready()
        children = running.children()
        os.kill(children["api"], signal.SIGKILL)

        assert running.process.wait(60) == 1
        assert running.lines()[-1].startswith("stack: api was killed by SIGKILL (")
        assert have_ended(children.values())
        assert stack.elasticsearch.is_running()
        assert stack.kafka.is_running()
