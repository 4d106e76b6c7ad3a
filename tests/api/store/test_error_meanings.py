"""What Elasticsearch's errors mean for the caller: errors as version 9.5.2 gives them."""

import pytest

from api.errors import ApiError
from api.store.answers import read_answers
from api.store.client import TOO_WIDE, _check, _meaning

SHARDS = b'{"type":"search_phase_execution_exception","reason":"all shards failed","root_cause":[{"type":"%b"}]}'


@pytest.mark.parametrize(
    ("status", "error", "meaning", "message"),
    [
        (404, b'{"type":"index_not_found_exception"}', 503, "the index does not exist yet"),
        (429, SHARDS % b'search_timeout_exception","reason":"Time exceeded', 504, "the search timed out"),
        (500, SHARDS % b'illegal_state_exception","reason":"Automaton [x*] expanded to too many terms', 400, TOO_WIDE),
        (400, SHARDS % b"too_many_nested_clauses", 400, TOO_WIDE),
        (429, SHARDS % b"es_rejected_execution_exception", 503, "Elasticsearch is overloaded"),
        (429, SHARDS % b"circuit_breaking_exception", 503, "Elasticsearch is overloaded"),
        (503, SHARDS % b"no_shard_available_action_exception", 503, "some shards are not available"),
        (400, SHARDS % b"index_closed_exception", 503, "some shards are not available"),
        (403, b'{"type":"cluster_block_exception"}', 503, "some shards are not available"),
        (401, b'{"type":"security_exception"}', 503, "Elasticsearch refuses the credentials of this service"),
        (400, b'{"type":"parsing_exception"}', 500, "the search failed inside the service"),
    ],
)
def test_an_error_becomes_a_status_and_a_sentence(status: int, error: bytes, meaning: int, message: str) -> None:
    told = _meaning(status, error)

    assert told.status == meaning
    assert told.message.startswith(message)
    assert "exception" not in told.message


@pytest.mark.parametrize(
    ("answer", "status"),
    [(b'{"timed_out":true}', 504), (b'{"_shards":{"failed":1}}', 503), (b'{"status":404,"error":{}}', 503)],
)
def test_half_an_answer_is_never_passed_off_as_whole(answer: bytes, status: int) -> None:
    [found] = read_answers(b'{"responses":[%b]}' % answer)

    with pytest.raises(ApiError) as told:
        _check(found)
    assert told.value.status == status
