"""How much one key may ask for, by a clock that the test moves."""

from contextlib import ExitStack

import pytest

from api.access.rate_limits import BURST_S, RateLimits
from api.errors import ApiError


class Clock:
    """A clock that moves only when the test moves it."""

    now_s = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now_s


def passes(limits: RateLimits, key: bytes = b"a") -> bool:
    try:
        with limits.taken(key):
            return True
    except ApiError:
        return False


def test_without_limits_everything_passes() -> None:
    limits = RateLimits(0, 0)

    assert all(passes(limits) for _ in range(1000))


def test_a_key_has_a_burst_and_then_its_rate() -> None:
    clock = Clock()
    limits = RateLimits(2, 0, clock)
    burst = [passes(limits) for _ in range(2 * BURST_S + 1)]
    clock.now_s += 1
    second = [passes(limits) for _ in range(3)]
    clock.now_s += 3600
    hour = [passes(limits) for _ in range(2 * BURST_S + 1)]

    assert burst == [True] * 2 * BURST_S + [False]
    assert second == [True, True, False]
    assert hour == burst


def test_a_refused_key_is_told_when_to_come_again() -> None:
    limits = RateLimits(0.1, 0, Clock())
    passes(limits)

    with pytest.raises(ApiError, match="try again in 10 s") as refused, limits.taken(b"a"):
        pass
    assert (refused.value.status, refused.value.retry_after_s) == (429, 10)


def test_one_key_takes_nothing_from_another() -> None:
    limits = RateLimits(0.1, 0, Clock())

    assert [passes(limits, key) for key in (b"a", b"a", b"b")] == [True, False, True]


def test_only_so_many_requests_of_a_key_run_at_one_time() -> None:
    limits = RateLimits(0, 2)
    with ExitStack() as under_way:
        under_way.enter_context(limits.taken(b"a"))
        under_way.enter_context(limits.taken(b"a"))

        assert (passes(limits), passes(limits, b"b")) == (False, True)
    assert passes(limits)


def test_a_request_that_fails_gives_its_place_back() -> None:
    limits = RateLimits(0, 1)
    with pytest.raises(RuntimeError), limits.taken(b"a"):
        raise RuntimeError

    assert passes(limits)
