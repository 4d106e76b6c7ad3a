"""`make soak`: every fault at random for as long as is asked, from a printed seed, with the oracle of the other tests.

And what takes too long for `make test`: fifty kills in 200,000 events, two million events that wait, a node of three
taken away. `make test` does not collect it. SOAK_MINUTES says for how long, SOAK_SEED which faults.
"""

import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from secrets import randbelow
from threading import Event as Signal
from urllib.parse import quote

from mappings.index import VERSION
from stack.servers.cluster import Stack
from tests.support.faults.elasticsearch_faults import at_random, throttled
from tests.support.faults.elasticsearch_proxy import passing
from tests.support.faults.hostile import ATTACKS, event, logs_of_many_days, write
from tests.support.faults.hostile_tenant import (
    EXPENSIVE,
    large_log,
    searches_of,
    status_of_invented_event_id,
    unread,
)
from tests.support.faults.kafka_proxy import FETCH, OFFSET_COMMIT, PRODUCE
from tests.support.faults.oracle import CLEAN, Oracle, balance
from tests.support.faults.rig import ALONE, POINTS, TOLD, Rig, live_and_die, rig_on
from tests.support.pipeline import Pipeline, pipeline_on
from tests.support.programs import RunningApi, RunningIndexer, running_api
from tests.support.servers import Servers
from tests.support.waiting import wait_until

MINUTES = float(os.environ.get("SOAK_MINUTES", "15"))
SEED = int(os.environ.get("SOAK_SEED", randbelow(2**31)))
RECOVERY_S = 180
MOST_MB = 256
MOST_API_MB = 400
MOST_MEMBERS = 3


@dataclass
class Soak:
    """Servers and wires of its own, some members of one group, and what was done to them."""

    rig: Rig
    stack: Stack
    api: RunningApi
    random: Random
    members: list[RunningIndexer] = field(default_factory=list)
    injected: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    highest_mb: float = 0

    def disturb(self) -> None:
        """Do one thing under load, put it right, and wait until everything sent is safe."""
        name = self.random.choice(list(FAULTS))
        print(f"seed {SEED}: {name}", end="", flush=True)  # noqa: T201
        self.rig.oracle.send(self.random.randint(200, 3_000))
        FAULTS[name](self)
        self.rig.oracle.send(self.random.randint(1, 500))
        self.injected[name] += 1
        self.slowest[name] = max(self.slowest[name], self.rig.oracle.wait_for_the_end(RECOVERY_S))
        self.highest_mb = max(self.highest_mb, *(member.highest_rss_mb() for member in self.members))

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Print in which state the members are when a test fails here."""
        try:
            yield
        except BaseException:
            for member in self.members:
                lines = member.client.get("/metrics").text.splitlines()
                state = [line for line in lines if line.startswith(("gateway_logs_lag", "gateway_logs_records_"))]
                print(f"\nmember {member.process.pid}: {member.trouble()}", *state, sep="\n  ")  # noqa: T201
            print(f"not committed: {self.rig.pipeline.lag()}, {self.rig.journal.backward()[-10:]}")  # noqa: T201
            raise

    def any_member(self) -> RunningIndexer:
        """Return one of the members."""
        return self.random.choice(self.members)

    def replace(self, member: RunningIndexer) -> None:
        """Start another member in place of one that has ended."""
        member.process.wait(RECOVERY_S)
        self.members.remove(member)
        self.members.append(self.rig.start())

    def report(self) -> str:
        """Return what was done, in one line for each kind of fault."""
        lines = [
            f"{times} x {name}, slowest recovery {self.slowest[name]:.0f} s" for name, times in self.injected.items()
        ]
        memory = f"highest RSS {self.highest_mb:.0f} MB, of the API {self.api.highest_rss_mb():.0f} MB"
        return "; ".join([*sorted(lines), memory, f"seed {SEED}"])


def kill_at_a_point(soak: Soak) -> None:
    victims = soak.members[:]
    struck = Signal()

    def kill() -> None:
        for victim in victims:
            victim.process.kill()
        struck.set()

    POINTS[soak.random.choice(list(POINTS))](soak.rig, kill)
    soak.rig.oracle.send(600)
    wait_until(struck.is_set, RECOVERY_S)
    for victim in victims:
        soak.replace(victim)


def kill(soak: Soak) -> None:
    victim = soak.any_member()
    victim.process.kill()
    soak.replace(victim)


def stop(soak: Soak) -> None:
    victim = soak.any_member()
    assert victim.stop() == 0
    soak.replace(victim)


def join_or_leave(soak: Soak) -> None:
    if len(soak.members) < MOST_MEMBERS:
        soak.members.append(soak.rig.start())
    else:
        assert soak.members.pop().stop() == 0


def mapping_rolled_out(soak: Soak) -> None:
    """Replace all members by those of another mapping version, one after another, while new indices are needed."""
    version = soak.random.choice([VERSION - 1, VERSION, VERSION + 1])
    for member in soak.members[:]:
        soak.members.append(soak.rig.start_version(version))
        logs_of_many_days(soak.rig.pipeline, soak.random)
        soak.rig.oracle.send(200)
        assert member.stop() == 0
        soak.members.remove(member)


def freeze_past_the_session(soak: Soak) -> None:
    zombie = soak.any_member()
    lost = zombie.metric("rebalances_total")
    zombie.process.send_signal(signal.SIGSTOP)
    end = time.monotonic() + 9
    wait_until(lambda: time.monotonic() > end, 10)
    zombie.process.send_signal(signal.SIGCONT)
    wait_until(lambda: zombie.metric("rebalances_total") > lost, RECOVERY_S)


def wrong_answers_of_elasticsearch(soak: Soak) -> None:
    soak.rig.elastic.fault = at_random(soak.random)
    for _ in range(6):
        before = soak.rig.elastic.bulks["any_of_them"]
        soak.rig.oracle.send(300)
        wait_until(lambda: soak.rig.elastic.bulks["any_of_them"] > before, RECOVERY_S)  # noqa: B023
    soak.rig.elastic.fault = passing


def throttled_elasticsearch(soak: Soak) -> None:
    soak.rig.elastic.fault = throttled(soak.random.choice([50, 200, 1_000]))
    soak.rig.oracle.send(500)
    soak.rig.oracle.wait_for_the_end(RECOVERY_S)
    soak.rig.elastic.fault = passing


def hostile_producer(soak: Soak) -> None:
    name = soak.random.choice(list(ATTACKS))
    print(f" ({name})", end="", flush=True)  # noqa: T201
    ATTACKS[name](soak.rig.pipeline, soak.random)
    soak.rig.oracle.send(300)


def hostile_tenant(soak: Soak) -> None:
    """Send expensive requests and leave large answers unread, while another group searches."""
    pipeline, now_ms = soak.rig.pipeline, int(time.time() * 1000)
    write(pipeline, [event(**large_log(number, now_ms)) for number in range(3)])
    names = soak.random.sample(list(EXPENSIVE), 5)
    print(f" ({'; '.join(names)})", end="", flush=True)  # noqa: T201
    with ExitStack() as opened, ThreadPoolExecutor(6) as clients:
        for path in soak.random.choices(["search", "tail", "export?include_detail=true"], k=20):
            opened.enter_context(unread(soak.api, f"/api/log/hostile/{path}"))
        statuses = clients.map(lambda name: status_of(soak.api, name), names)
        invented = clients.map(lambda _: status_of_invented_event_id(soak.api), range(6))
        soak.rig.oracle.send(300)
        assert {*statuses, *invented} <= {200, 400, 429, 503, 504}
    wait_until(lambda: not searches_of(pipeline.client, pipeline.name), RECOVERY_S)
    wait_until(lambda: soak.api.get("/api/log/other/search").status_code == 200)
    assert soak.api.highest_rss_mb() < MOST_API_MB


def status_of(api: RunningApi, name: str) -> int:
    path, _, query = EXPENSIVE[name].partition("?")
    return api.get(f"/api/log/hostile/{path}?" + quote(query, safe="=&"), timeout=RECOVERY_S).status_code


def broken_connections_to_kafka(soak: Soak) -> None:
    for _ in range(3):
        struck = Signal()
        side = soak.random.choice(["request", "answer"])
        soak.rig.kafka.strike_at(soak.random.choice([FETCH, OFFSET_COMMIT, PRODUCE]), side, struck.set)
        soak.rig.oracle.send(300)
        wait_until(struck.is_set, RECOVERY_S)


def kafka_killed(soak: Soak) -> None:
    soak.stack.kafka.kill()
    soak.stack.kafka.start()


def elasticsearch_killed(soak: Soak) -> None:
    soak.stack.elasticsearch.kill()
    soak.stack.elasticsearch.start()


def index_closed_and_opened(soak: Soak) -> None:
    indices = soak.rig.pipeline.client.indices
    names = ",".join(indices.get(index=soak.rig.pipeline.name))
    indices.close(index=names)
    soak.rig.oracle.send(500)
    wait_until(lambda: any("logs wait" in member.trouble() for member in soak.members), RECOVERY_S)
    indices.open(index=names)


FAULTS: dict[str, Callable[[Soak], None]] = {
    fault.__name__: fault
    for fault in (
        kill_at_a_point,
        kill,
        stop,
        join_or_leave,
        freeze_past_the_session,
        mapping_rolled_out,
        wrong_answers_of_elasticsearch,
        throttled_elasticsearch,
        hostile_producer,
        hostile_tenant,
        broken_connections_to_kafka,
        kafka_killed,
        elasticsearch_killed,
        index_closed_and_opened,
    )
}


def test_every_fault_at_random(own: Pipeline, stack: Stack) -> None:
    end = time.monotonic() + MINUTES * 60
    store = {"ELASTICSEARCH_URL": own.servers.elasticsearch_url, "INDEX_ALIAS": own.name}
    with rig_on(own) as rig, running_api(store) as api:
        soak = Soak(rig, stack, api, Random(SEED))
        soak.members.append(rig.start())
        while time.monotonic() < end:
            with soak.explained():
                soak.disturb()
            print(f", done: {dict(soak.injected)}, {rig.oracle.sent} events", flush=True)  # noqa: T201

        assert rig.oracle.verdict() == CLEAN
        wait_until(lambda: all(balance(member) == 0 for member in soak.members))
        assert soak.highest_mb < MOST_MB
        rig.tell(soak.report())


def test_killed_fifty_times_in_two_hundred_thousand_events(rig: Rig) -> None:
    random = Random(SEED)
    rig.oracle.send(200_000)
    for _ in range(50):
        live_and_die(rig, random.randint(1, 60))
    last = rig.start(**ALONE)
    took = rig.oracle.wait_for_the_end(RECOVERY_S)

    assert rig.oracle.verdict() == CLEAN
    rig.tell(f"50 kills, seed {SEED}, {last.highest_rss_mb():.0f} MB, the rest took {took:.0f} s")


def test_two_million_events_wait_and_the_memory_does_not_grow(rig: Rig) -> None:
    rig.oracle.send(2_000_000)
    rig.elastic.close()
    indexer = rig.start()
    wait_until(lambda: indexer.metric("partitions_paused") == 3, RECOVERY_S)
    end = time.monotonic() + 30
    wait_until(lambda: time.monotonic() > end, 60)

    assert indexer.highest_rss_mb() < MOST_MB
    TOLD.append(f"{rig.oracle.sent} events wait, Elasticsearch away for 30 s: {indexer.highest_rss_mb():.0f} MB")


def test_a_node_of_three_is_taken_away_under_load(tmp_path: Path) -> None:
    with (
        Stack(tmp_path, heap="512m", nodes=3) as three,
        pipeline_on(Servers(three.elasticsearch.url, three.kafka.bootstrap)) as pipeline,
    ):
        urls = ",".join(node.url for node in three.nodes)
        indexer = pipeline.start_indexer(ELASTICSEARCH_URL=urls, INDEXER_BULK_BYTES="200000")
        oracle = Oracle(pipeline)
        oracle.send(1_000)
        # Before that the node may hold the only copy: its logs would wait for it, as they should.
        wait_until(lambda: is_green(pipeline), RECOVERY_S)
        indexed = indexer.metric("records_indexed_total")
        oracle.send(20_000)
        wait_until(lambda: indexer.metric("records_indexed_total") > indexed + 2_000, RECOVERY_S)
        three.nodes[2].kill()
        oracle.send(5_000)
        oracle.wait_for_the_end(RECOVERY_S)

        assert oracle.verdict() == CLEAN
        assert balance(indexer) == 0


def is_green(pipeline: Pipeline) -> bool:
    """Tell whether the indices are there, and each has its replica."""
    exists = pipeline.client.indices.exists_alias(name=pipeline.name)
    return bool(exists) and pipeline.client.cluster.health()["status"] == "green"
