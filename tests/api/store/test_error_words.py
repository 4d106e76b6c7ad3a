"""What a log line says of an error of Elasticsearch: never a text that may quote a log or a query."""

import json
from typing import Any

import pytest
from elastic_transport import ConnectionError as NoConnectionError
from elastic_transport import ConnectionTimeout, SerializationError

from api.store.error_words import why_no_answer, words_of_error

SHARD = {"type": "query_shard_exception", "reason": "Failed to parse query [rosa4711]", "index_uuid": "x"}
FAILED = {
    "root_cause": [SHARD],
    "type": "search_phase_execution_exception",
    "reason": "all shards failed",
    "failed_shards": [
        {"shard": 0, "reason": {**SHARD, "caused_by": {"type": "parse_exception", "reason": "rosa4711"}}}
    ],
}
NO_INDEX = {"type": "index_not_found_exception", "reason": "no such index [gateway-logs]"}
PROXY = "not an error of Elasticsearch, perhaps of a proxy"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FAILED, "400: search_phase_execution_exception; query_shard_exception; parse_exception"),
        (
            {"error": FAILED, "status": 400},
            "400: search_phase_execution_exception; query_shard_exception; parse_exception",
        ),
        ({"error": NO_INDEX}, "400: index_not_found_exception: no such index [gateway-logs]"),
        ({"type": "Rosa 4711 <b>", "reason": "rosa4711"}, f"400: {PROXY}"),
        ({"error": "rosa4711"}, f"400: {PROXY}"),
        (["rosa4711"], f"400: {PROXY}"),
        ({"type": "rosa", "caused_by": {"type": ["rosa4711"]}}, f"400: {PROXY}"),
    ],
)
def test_types_are_named_and_only_harmless_texts_are_quoted(error: Any, words: str) -> None:
    assert words_of_error(400, json.dumps(error).encode()) == words


@pytest.mark.parametrize("body", [b"<html>rosa4711</html>", b"", b"\xff", b'{"error":' * 5000])
def test_a_body_that_is_no_error_is_not_quoted(body: bytes) -> None:
    assert words_of_error(502, body) == f"502: {PROXY}"


def test_an_error_of_the_connection_keeps_its_text_and_others_do_not() -> None:
    assert "refused" in why_no_answer(NoConnectionError("", errors=(OSError("refused"),)))
    assert why_no_answer(ConnectionTimeout("Connection timed out")) == "Connection timed out"
    assert why_no_answer(SerializationError("Unable to deserialize: rosa4711")) == "SerializationError"
