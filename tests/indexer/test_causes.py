"""What records wait for is tried again after pauses that grow, until it is gone."""

import pytest

from indexer import causes as module
from indexer.causes import MAX_BLOCK_SECONDS, Causes


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    return now


def test_what_nothing_waits_for_is_due_and_blocks_nothing() -> None:
    causes = Causes()

    assert (causes.is_due("index"), causes.blocks("index"), causes.why("index")) == (True, False, "")


def test_a_cause_blocks_until_it_is_gone_and_is_due_after_a_pause(clock: list[float]) -> None:
    causes = Causes()
    causes.block("index", "closed")
    assert (causes.is_due("index"), causes.blocks("index"), causes.why("index")) == (False, True, "closed")
    clock[0] += 1
    assert (causes.is_due("index"), causes.blocks("index")) == (True, True)
    causes.clear(["index"])

    assert not causes.blocks("index")


def test_the_pause_grows_up_to_a_bound(clock: list[float]) -> None:
    causes, pauses = Causes(), []
    for _ in range(6):
        causes.block("index", "closed")
        start = clock[0]
        while not causes.is_due("index"):
            clock[0] += 0.5
        pauses.append(clock[0] - start)

    assert pauses == [1, 2, 4, MAX_BLOCK_SECONDS, MAX_BLOCK_SECONDS, MAX_BLOCK_SECONDS]
