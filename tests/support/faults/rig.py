"""A pipeline whose every word to the servers is recorded, with the oracle over it, and ways to disturb it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event as Signal
from typing import Any

import pytest

from tests.support.faults.elasticsearch_proxy import BROKEN, Answer, Bulk, ElasticWire, passing, wire_to_elasticsearch
from tests.support.faults.journal import Journal
from tests.support.faults.kafka_proxy import FETCH, OFFSET_COMMIT, PRODUCE, KafkaWire, wire_to_kafka
from tests.support.faults.oracle import Oracle
from tests.support.pipeline import Pipeline
from tests.support.programs import RunningIndexer
from tests.support.waiting import LONG_S, wait_until

ALONE = {"KAFKA_GROUP_INSTANCE_ID": "only"}  # comes back as the member it was, without a wait for the dead one

TOLD: list[str] = []


@dataclass(frozen=True)
class Rig:
    """Both wires, and what is known from them."""

    pipeline: Pipeline
    kafka: KafkaWire
    elastic: ElasticWire
    journal: Journal
    oracle: Oracle

    def start(self, **environment: str) -> RunningIndexer:
        """Run an indexer behind the wires."""
        return self.pipeline.start_indexer(**{**self._environment(), **environment})

    def start_version(self, version: int) -> RunningIndexer:
        """Run the indexer of a release with this version of the mapping behind the wires."""
        return self.pipeline.start_version(version, **self._environment())

    def _environment(self) -> dict[str, str]:
        wires = {"KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap, "ELASTICSEARCH_URL": self.elastic.url}
        return {"INDEXER_BULK_TIMEOUT_SECONDS": "3", **wires}

    def tell(self, faults: str) -> None:
        """Have faults printed at the end of the run, with what came through them: for after a clean verdict."""
        TOLD.append(f"{faults}: {self.oracle.sent} events, {len(self.journal.asked)} commits, none lost, none doubled")


@pytest.fixture
def rig(pipeline: Pipeline) -> Iterator[Rig]:
    """The wires before the servers of this run."""
    with rig_on(pipeline) as rig:
        yield rig


@contextmanager
def rig_on(pipeline: Pipeline) -> Iterator[Rig]:
    """Put the wires before the servers of a pipeline."""
    journal, servers = Journal(), pipeline.servers
    with (
        wire_to_kafka(servers.bootstrap_servers, journal) as kafka,
        wire_to_elasticsearch(servers.elasticsearch_url, journal) as elastic,
    ):
        yield Rig(pipeline, kafka, elastic, journal, Oracle(pipeline, journal))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what a worker has to tell to the process that prints it."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["told"] = TOLD


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker had to tell; a worker that crashed has told nothing."""
    TOLD.extend(getattr(node, "workeroutput", {}).get("told", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests of faults have to tell, below the results."""
    if TOLD:
        terminalreporter.section("faults injected")
        for line in TOLD:
            terminalreporter.line(line)


Act = Callable[[], None]
Arm = Callable[[Rig, Act], None]


def _on_kafka(api: int, side: str) -> Arm:
    def arm(rig: Rig, act: Act) -> None:
        rig.kafka.strike_at(api, side, act)

    return arm


def before_elasticsearch(rig: Rig, act: Act) -> None:
    """Act when the next bulk request arrives, and do not execute it."""

    def before(_: Bulk) -> Answer:
        rig.elastic.fault = passing
        act()
        return BROKEN

    rig.elastic.fault = before


def after_elasticsearch(rig: Rig, act: Act) -> None:
    """Act when the next bulk request is executed, and do not answer it."""

    def after(bulk: Bulk) -> Answer:
        rig.elastic.fault = passing
        bulk.execute()
        act()
        return BROKEN

    rig.elastic.fault = after


# The points of a record's life at which a process can end.
POINTS: dict[str, Arm] = {
    "as the records arrive": _on_kafka(FETCH, "answer"),
    "sent, not executed": before_elasticsearch,
    "executed, not answered": after_elasticsearch,
    "finished, not committed": _on_kafka(OFFSET_COMMIT, "request"),
    "committed, not answered": _on_kafka(OFFSET_COMMIT, "answer"),
    "dead letter not written": _on_kafka(PRODUCE, "request"),
    "dead letter written, not acknowledged": _on_kafka(PRODUCE, "answer"),
}


def live_and_die(rig: Rig, frames: int) -> None:
    """Run an indexer until this many frames have passed between it and Kafka."""
    indexer, dead = rig.start(**ALONE), Signal()

    def kill() -> None:
        indexer.process.kill()
        dead.set()

    rig.kafka.strike_after(frames, kill)
    wait_until(dead.is_set, LONG_S)
    indexer.process.wait()
