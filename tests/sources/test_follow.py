"""`python -m sources follow` on a real topic: at least once, from where it was, with no password in its lines."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from sqlalchemy import Engine, text

from sources.database import LogTable, open_database, url_of
from sources.position import PositionFile, WrongPositionError
from sources.settled import MAX_SEEN, SettledIds
from sources.tables.registry import TABLES
from tests.sources import schemas
from tests.sources.databases import postgres, sqlite
from tests.support.pipeline import Pipeline, read_topic
from tests.support.repository import ROOT
from tests.support.waiting import wait_until

NOW = datetime.now(UTC)


class Source:
    """A database with the tables of aiproxy, and the command on it."""

    def __init__(self, dsn: str, pipeline: Pipeline, directory: Path) -> None:
        self.engine: Engine = open_database(url_of(dsn))
        self._dsn = dsn
        self._pipeline = pipeline
        self.position = directory / "position.json"
        schemas.create(self.engine, schemas.AIPROXY)

    def add(self, logs: int) -> None:
        """Insert logs; every second one has bodies."""
        moment: Any = NOW.isoformat(" ") if self.engine.dialect.name == "sqlite" else NOW
        with self.engine.begin() as connection:
            wanted = text("insert into logs (created_at, group_id, code) values (:created_at, 'ns-a', 200)")
            connection.execute(wanted, [{"created_at": moment}] * logs)
            bodies = "insert into request_details (log_id, request_body) select id, '{}' from logs where id % 2 = 0"
            connection.execute(text("delete from request_details"))
            connection.execute(text(bodies))

    def command(self, *arguments: str) -> list[str]:
        """Return the command line."""
        follow = ["follow", "--shape", "aiproxy", "--position", str(self.position), *arguments]
        return [sys.executable, "-m", "sources", *follow]

    def environment(self, **changes: str) -> dict[str, str]:
        """Return its settings."""
        given = {"SOURCE_DSN": self._dsn, "SOURCE_LAG_SECONDS": "0.5", "SOURCE_POLL_SECONDS": "0.1"}
        return {**os.environ, **self._pipeline.environment, **given, **changes}

    def run(self, *arguments: str, **changes: str) -> str:
        """Run it to its end; return what it logged."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return f"{done.returncode} {done.stderr}"

    def is_at(self, last: int) -> bool:
        """Tell whether the row with this id is written."""
        return self.position.exists() and json.loads(self.position.read_text())["id"] == last

    def ids(self) -> list[int]:
        """Return the ids of the records in the topic."""
        return sorted(event["id"] for event in self.events())

    def events(self) -> list[dict[str, Any]]:
        """Return the events in the topic."""
        return [json.loads(record.value) for record in read_topic(self._pipeline.servers, self._pipeline.name)]


@contextmanager
def following(source: Source) -> Iterator[subprocess.Popen[str]]:
    """Run the command until the end of the block, then stop it as a supervisor does."""
    with subprocess.Popen(
        source.command(), cwd=ROOT, env=source.environment(), stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            sys.stderr.write(process.communicate(timeout=30)[1])


@pytest.fixture
def source(pipeline: Pipeline, tmp_path: Path) -> Iterator[Source]:
    """A source in SQLite."""
    with sqlite() as dsn:
        found = Source(dsn, pipeline, tmp_path)
        yield found
        found.engine.dispose()


def test_every_row_is_written_once_with_its_bodies_and_the_position_is_kept(source: Source) -> None:
    source.add(1_200)
    first = source.run("--once")
    source.add(3)
    second = source.run("--once")

    assert source.ids() == list(range(1, 1_204))
    assert [event["id"] for event in source.events() if "request_detail" in event][:1]
    assert sum("request_detail" in event for event in source.events()) == 601
    assert '"written": 1200' in first
    assert '"written": 3' in second
    assert json.loads(source.position.read_text())["id"] == 1_203


def test_new_rows_are_written_while_it_runs_and_sigterm_ends_it_cleanly(source: Source) -> None:
    with following(source) as process:
        source.add(5)
        wait_until(lambda: source.is_at(5))
        source.add(1)
        wait_until(lambda: source.is_at(6))

    assert process.returncode == 0
    assert source.ids() == [1, 2, 3, 4, 5, 6]


def test_a_row_that_is_committed_late_is_not_passed_by() -> None:
    with postgres() as dsn:
        engine = open_database(url_of(dsn))
        schemas.create(engine, schemas.AIPROXY)
        table, settled = LogTable(engine, TABLES["aiproxy"]), SettledIds(10)
        late = engine.execution_options(isolation_level="READ COMMITTED").connect()
        late.execute(text("insert into logs (code) values (200)"))  # takes the id 1
        schemas.insert(engine, "logs", {"code": 200}, {"code": 200})
        before = settled.saw(table.highest(), 0.0)
        visible = [row["id"] for row, _ in table.page(0, table.highest())]
        late.commit()
        after = settled.saw(table.highest(), 10.0)

        assert (before, visible) == (0, [2, 3])
        assert [row["id"] for row, _ in table.page(before, after)] == [1, 2, 3]
        late.close()
        engine.dispose()


def test_a_database_that_comes_back_is_read_on(source: Source) -> None:
    source.add(2)
    with following(source):
        wait_until(lambda: source.is_at(2))
        with source.engine.begin() as connection:
            connection.execute(text("alter table logs rename to away"))
        with source.engine.begin() as connection:
            connection.execute(text("alter table away rename to logs"))
        source.add(1)
        wait_until(lambda: source.is_at(3))

    assert source.ids() == [1, 2, 3]


def test_without_kafka_it_waits_and_sigterm_ends_it_without_a_position(source: Source) -> None:
    source.add(2)
    environment = source.environment(KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1", SOURCE_LAG_SECONDS="0")
    with subprocess.Popen(source.command(), cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        line = next(line for line in process.stderr if "waiting" in line)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)

    assert "Kafka does not answer: " in line
    assert process.returncode == 0
    assert not source.position.exists()


def test_a_log_that_is_too_large_for_the_topic_comes_without_its_bodies(pipeline: Pipeline, source: Source) -> None:
    source.add(2)
    with source.engine.begin() as connection:
        connection.execute(text("update request_details set request_body = hex(randomblob(9000))"))
    admin = KafkaAdminClient(bootstrap_servers=pipeline.servers.bootstrap_servers)
    small = {"max.message.bytes": "2000"}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, pipeline.name, configs=small)])
    admin.close()

    lines = source.run("--once")

    assert "written without its bodies" in lines
    [large] = [event for event in source.events() if event["id"] == 2]
    assert large["request_detail"] == {
        "log_id": 2,
        "request_body_truncated": True,
        "response_body_truncated": True,
    }
    assert source.ids() == [1, 2]


@pytest.mark.parametrize(
    ("dsn", "sentence"),
    [
        ("postgresql://me:secret@127.0.0.1:1/db", "the database does not answer: OperationalError"),
        ("mysql://me:secret@127.0.0.1:1/db", "the database does not answer: OperationalError"),
        ("me:secret@tcp(127.0.0.1:1)/db", "the database does not answer: OperationalError"),
        ("oracle://me:secret@host/db", "the DSN must look like postgresql://"),
        ("", "the DSN must look like postgresql://"),
        ("sqlite:////nowhere/secret.db", "does not exist"),
    ],
)
def test_a_wrong_database_is_named_without_its_password(source: Source, dsn: str, sentence: str) -> None:
    lines = source.run("--dsn", dsn, "--once") if dsn else source.run("--once", SOURCE_DSN="")

    assert lines.startswith("1 ")
    assert sentence in lines
    assert "me:secret" not in lines
    assert ":secret" not in lines
    assert "Traceback" not in lines


def test_a_position_of_another_table_is_refused(source: Source) -> None:
    source.position.write_text('{"table": "one-api sqlite:///x", "id": 7}')

    assert "is the position in one-api sqlite:///x: choose another --position" in source.run("--once")


@pytest.mark.parametrize("written", ["", "{}", "[]", '{"table": "t", "id": null}'])
def test_a_position_that_cannot_be_read_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / "p").write_text(written)

    with pytest.raises(WrongPositionError, match="repair or remove it"):
        PositionFile(tmp_path / "p", "t").read()


def test_a_position_is_kept_and_read_again(tmp_path: Path) -> None:
    position = PositionFile(tmp_path / "p", "t")
    assert position.read() is None
    position.write(7)

    assert PositionFile(tmp_path / "p", "t").read() == 7
    with pytest.raises(WrongPositionError, match="cannot be written"):
        PositionFile(tmp_path / "missing" / "p", "t").write(8)


def test_an_id_is_settled_when_it_was_seen_long_enough_ago() -> None:
    ids = SettledIds(10)

    assert [ids.saw(highest, now) for highest, now in [(5, 0), (9, 4), (9, 9.9), (9, 10), (9, 14)]] == [0, 0, 0, 5, 9]


def test_the_ids_that_were_seen_are_bounded() -> None:
    ids = SettledIds(1_000_000)
    for number in range(MAX_SEEN * 3):
        ids.saw(number, float(number))

    assert len(ids._seen) == MAX_SEEN
    assert ids.saw(MAX_SEEN * 3, 5_000_000.0) == MAX_SEEN * 3 - 1
    assert ids.saw(MAX_SEEN * 3, 6_000_000.0) == MAX_SEEN * 3


def test_nothing_is_settled_before_the_first_look() -> None:
    assert SettledIds(timedelta(seconds=1).total_seconds()).saw(3, 0.0) == 0
