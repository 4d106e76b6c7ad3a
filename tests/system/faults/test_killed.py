"""Killed at every point of a record's life, killed at random, frozen and woken: nothing lost, nothing doubled."""

import signal
from random import Random
from threading import Event as Signal

import pytest

from tests.support.faults.elasticsearch_proxy import Answer, Bulk, passing
from tests.support.faults.oracle import CLEAN, balance
from tests.support.faults.rig import ALONE, POINTS, Rig, live_and_die
from tests.support.programs import RunningIndexer
from tests.support.waiting import LONG_S, wait_until

SEED = 20261124
KILLS = 8
EVENTS_AT_RANDOM = 30_000
LONGEST_LIFE_FRAMES = 60  # to Kafka and back: joining takes about thirty of them


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_of_a_record_s_life_it_loses_and_doubles_nothing(rig: Rig, point: str) -> None:
    struck = Signal()
    first = rig.start(**ALONE)

    def kill() -> None:
        first.process.kill()
        struck.set()

    POINTS[point](rig, kill)
    rig.oracle.send(600)
    wait_until(struck.is_set)
    rest = rig.start(**ALONE)
    rig.oracle.wait_for_the_end()

    assert rig.oracle.verdict() == CLEAN
    wait_until(lambda: balance(rest) == 0 and rest.is_ready())


def test_killed_at_random_again_and_again_it_loses_and_doubles_nothing(rig: Rig) -> None:
    random = Random(SEED)
    rig.oracle.send(EVENTS_AT_RANDOM)
    for _ in range(KILLS):
        live_and_die(rig, random.randint(1, LONGEST_LIFE_FRAMES))
    rig.start(**ALONE)
    rig.oracle.wait_for_the_end()

    assert rig.oracle.verdict() == CLEAN
    rig.tell(f"{KILLS} kills at random, seed {SEED}")


def test_frozen_past_its_session_and_woken_a_zombie_changes_nothing(rig: Rig) -> None:
    frozen = Signal()
    zombie = rig.start()
    rig.oracle.send(1_000)
    rig.oracle.wait_for_the_end()

    def freeze(bulk: Bulk) -> Answer:
        rig.elastic.fault = passing
        zombie.process.send_signal(signal.SIGSTOP)
        frozen.set()
        return bulk.execute()

    rig.elastic.fault = freeze
    rig.oracle.send(1_000)
    wait_until(frozen.is_set)
    heir = rig.start()
    rig.oracle.wait_for_the_end()
    rig.oracle.send(1_000)
    rig.oracle.wait_for_the_end()
    zombie.process.send_signal(signal.SIGCONT)
    wait_until(lambda: has_come_back(zombie), LONG_S)
    rig.oracle.send(1_000)
    rig.oracle.wait_for_the_end()

    assert rig.oracle.verdict() == CLEAN
    wait_until(lambda: balance(zombie) == balance(heir) == 0)


def has_come_back(zombie: RunningIndexer) -> bool:
    """Tell whether it knows that its partitions were lost, and has joined again."""
    return zombie.metric("rebalances_total") > 2 and zombie.is_ready()
