"""The time of a redaction grows with the size of an event, whatever is in it."""

import json
from collections.abc import Callable
from statistics import median
from time import process_time

import pytest

from indexer.redaction.redact import Redaction

ALL = Redaction()
SIZE = 100_000  # bytes
ROUNDS = 3
# The beginning of each shape, again and again: with what may follow it, and without.
HOSTILE = [
    *("-sk-", "sk-x-", " sk-1aB2cD3eF4gH5iJ6kL7mN8 ", "AKIA", "hf_", "0123456789abcdef0123456789abcdef."),
    *("bearer ", "bearer x1Y2 ", "basic aA", "authorization: ", "authorization: a b ", "SignedHeaders=a,"),
    *("api_key=", 'api_key" " ', '"api_key",', '"value","', "a_token=", "a_token ", "eyJa.", "eyJ"),
    *("cookie", "cookie: ", "cookie: a=b; ", 'cookie","', "cookie:a\n ", "?a_", "&key", "&key=abcdefgh12", "%3Fkey%3D"),
    *("://a:", "://a:b ", "://a:b@", "://a:b,sk-1 ", "-----BEGIN PRIVATE KEY-----", "BEGIN PRIVATE KEY-----\nA: b"),
    *(f"BEGIN PRIVATE KEY-----{'A' * 45} ", "\n\n", "\u0000", '\\"', "\\u0073k-", f'sk-{"aB1c" * 6}":', '"model":"'),
]


@pytest.mark.parametrize("beginning", HOSTILE, ids=repr)
def test_twice_the_text_takes_at_most_a_little_more_than_twice_the_time(beginning: str) -> None:
    once, twice = (_event(beginning * (size // len(beginning))) for size in (SIZE, 2 * SIZE))

    # A search that begins again at each place would take four times as long.
    assert _ratio(lambda: ALL.redact(once), lambda: ALL.redact(twice)) < 3


def _event(text: str) -> bytes:
    return json.dumps({"created_at": 1, "content": text}).encode()


def _ratio(first: Callable[[], object], second: Callable[[], object]) -> float:
    """Return how much longer the second takes; both in turn, so that a busy machine slows both down."""
    times = [(_cpu_seconds(first), _cpu_seconds(second)) for _ in range(ROUNDS)]
    return median(after / before for before, after in times)


def _cpu_seconds(work: Callable[[], object]) -> float:
    started = process_time()
    work()
    return process_time() - started
