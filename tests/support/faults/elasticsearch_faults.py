"""Faults of Elasticsearch, or of a proxy before it, in the answers to bulk requests, for `ElasticWire.fault`."""

from random import Random
from threading import Event, Lock
from typing import Any

from tests.support.faults.elasticsearch_proxy import BROKEN, NUMBER, Answer, Bulk, Fault

SILENCE_S = 4.0  # longer than the request timeout of the indexer in rig.py
ACCEPTED_OPERATIONS = 40  # a request with more is too large
BUSY: dict[str, Any] = {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "queue full"}}
AWAY: dict[str, Any] = {"status": 503, "error": {"type": "unavailable_shards_exception", "reason": "no primary"}}


def not_executed(_: Bulk) -> Answer:
    """The connection breaks before the request is executed."""
    return BROKEN


def executed_and_not_answered(bulk: Bulk) -> Answer:
    """The connection breaks after the request was executed."""
    bulk.execute()
    return BROKEN


def cut_in_the_middle(bulk: Bulk) -> Answer:
    """Half of the answer arrives, then the connection breaks."""
    return bulk.execute()._replace(is_cut=True)


def silent(bulk: Bulk) -> Answer:
    """The request is executed, and the answer takes longer than the client waits."""
    bulk.execute()
    Event().wait(SILENCE_S)
    return BROKEN


def garbage(bulk: Bulk) -> Answer:
    """The request is executed, and the answer is not JSON."""
    bulk.execute()
    return Answer(200, b"\x00\xff{{{")


def bad_gateway(_: Bulk) -> Answer:
    """A proxy answers 502 with an HTML page."""
    return Answer(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html")


def page_of_success(_: Bulk) -> Answer:
    """A proxy answers 200 with an HTML page."""
    return Answer(200, b"<html>Welcome</html>", "text/html")


def too_few_items(bulk: Bulk) -> Answer:
    """All operations but one are executed, and its item is missing in the answer."""
    answer = bulk.execute_but(lambda position: position > 0, AWAY)
    return answer._replace(body=(answer.body or b"").replace(b'{"index":' + DUMPED_AWAY + b"},", b"", 1))


def failed_without_a_flag(bulk: Bulk) -> Answer:
    """Every third item has failed, and the answer has `"errors": false`."""
    return bulk.execute_but(lambda position: position % 3 > 0, AWAY)


def busy(bulk: Bulk) -> Answer:
    """A third of the items have status 429: the node's queue is full."""
    return bulk.execute_but(lambda position: position % 3 < 2, BUSY)


def too_large(bulk: Bulk) -> Answer:
    """A request with more than ACCEPTED_OPERATIONS is refused with 413."""
    return bulk.execute() if len(bulk.lines) <= 2 * ACCEPTED_OPERATIONS else Answer(413, b"", "text/plain")


def refused_for_one(bulk: Bulk) -> Answer:
    """One operation makes the whole request fail with 400, unless it is sent alone."""
    has_bad_operation = any(int(found[1]) % 100 == 1 for line in bulk.lines[1::2] if (found := NUMBER.search(line)))
    return REFUSED if has_bad_operation and len(bulk.lines) > 2 else bulk.execute()


def unauthorized(_: Bulk) -> Answer:
    """The API key has expired."""
    return Answer(401, b'{"error":{"type":"security_exception"}}')


def overloaded(_: Bulk) -> Answer:
    """A circuit breaker refuses the whole request."""
    return Answer(429, b'{"error":{"type":"circuit_breaking_exception"}}')


DUMPED_AWAY = b'{"status":503,"error":{"type":"unavailable_shards_exception","reason":"no primary"}}'
REFUSED = Answer(400, b'{"error":{"type":"action_request_validation_exception","reason":"Validation Failed"}}')
FAULTS: tuple[Fault, ...] = (
    not_executed,
    executed_and_not_answered,
    cut_in_the_middle,
    silent,
    garbage,
    bad_gateway,
    page_of_success,
    too_few_items,
    failed_without_a_flag,
    busy,
    too_large,
    refused_for_one,
    unauthorized,
    overloaded,
)


def slow(seconds: float) -> Fault:
    """Return a fault that answers each request after so many seconds, however large it is."""

    def slow(bulk: Bulk) -> Answer:
        Event().wait(seconds)
        return bulk.execute()

    return slow


def throttled(operations_per_second: float) -> Fault:
    """Return a fault that executes no more than so many operations a second, one request after another.

    A request whose client has gone is executed all the same, as Elasticsearch does it.
    """
    turn = Lock()

    def throttled(bulk: Bulk) -> Answer:
        with turn:
            Event().wait(len(bulk.lines) / 2 / operations_per_second)
            return bulk.execute()

    return throttled


def at_random(random: Random) -> Fault:
    """Return a fault that picks one at random for each request, and none for half of the requests."""

    def any_of_them(bulk: Bulk) -> Answer:
        return random.choice(FAULTS)(bulk) if random.random() < 0.5 else bulk.execute()

    return any_of_them
