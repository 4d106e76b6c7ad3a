"""What an answer of Elasticsearch means, row by row; the rows marked real are asked from a real one in test_bulk.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.delivery.bulk import ItemResult, item_results
from indexer.delivery.outcome import (
    DOCUMENT_ERRORS,
    DOCUMENT_REASONS,
    REQUEST_ERRORS,
    SYSTEM_REASONS,
    SYSTEM_REFUSALS,
    Outcome,
    item_outcome,
    request_outcome,
)


@pytest.mark.parametrize(
    ("status", "error_type", "reason", "outcome"),
    [
        (201, "", "", Outcome.INDEXED),
        (200, "", "", Outcome.INDEXED),
        (409, "version_conflict_engine_exception", "", Outcome.DUPLICATE),
        (400, "document_parsing_exception", "[1:9] failed to parse", Outcome.DEAD_LETTER),
        (400, "mapper_parsing_exception", "", Outcome.DEAD_LETTER),
        (400, "strict_dynamic_mapping_exception", "", Outcome.DEAD_LETTER),
        (400, "illegal_argument_exception", "Document contains at least one immense term", Outcome.DEAD_LETTER),
        (400, "illegal_argument_exception", "pipeline with id [x] does not exist", Outcome.HOLD),
        (400, "document_parsing_exception", "Limit of total fields [1000] has been exceeded", Outcome.HOLD),
        (400, "validation_exception", "this cluster currently has [1000]/[1000] maximum shards open", Outcome.HOLD),
        (400, "index_closed_exception", "closed", Outcome.HOLD),
        (400, "invalid_index_name_exception", "", Outcome.HOLD),
        (403, "cluster_block_exception", "index [x] blocked by: [FORBIDDEN/8/index write (api)]", Outcome.HOLD),
        (404, "index_not_found_exception", "no such index", Outcome.HOLD),
        (429, "es_rejected_execution_exception", "rejected", Outcome.RETRY),
        (429, "cluster_block_exception", "flood stage", Outcome.HOLD),
        (503, "unavailable_shards_exception", "primary shard is not active", Outcome.RETRY),
        (500, "exception", "", Outcome.RETRY),
        (0, "", "", Outcome.RETRY),
        (302, "", "", Outcome.RETRY),
    ],
)
def test_each_item_gets_the_outcome_of_its_cause(status: int, error_type: str, reason: str, outcome: Outcome) -> None:
    assert item_outcome(status, error_type, reason) is outcome


@pytest.mark.parametrize(
    ("status", "error_type", "many", "alone"),
    [
        (0, "ConnectionTimeout", Outcome.RETRY, Outcome.RETRY),
        (400, "action_request_validation_exception", Outcome.SPLIT, Outcome.DEAD_LETTER),
        (400, "illegal_argument_exception", Outcome.SPLIT, Outcome.DEAD_LETTER),
        (400, "", Outcome.HOLD, Outcome.HOLD),  # the page of a gateway before Elasticsearch
        (400, "security_exception", Outcome.HOLD, Outcome.HOLD),
        (401, "security_exception", Outcome.HOLD, Outcome.HOLD),
        (403, "cluster_block_exception", Outcome.HOLD, Outcome.HOLD),
        (404, "index_not_found_exception", Outcome.HOLD, Outcome.HOLD),
        (413, "", Outcome.SPLIT, Outcome.HOLD),
        (429, "es_rejected_execution_exception", Outcome.RETRY, Outcome.RETRY),
        (502, "", Outcome.RETRY, Outcome.RETRY),
        (503, "", Outcome.RETRY, Outcome.RETRY),
    ],
)
def test_a_request_refused_whole_is_split_only_where_a_log_may_be_meant(
    status: int, error_type: str, many: Outcome, alone: Outcome
) -> None:
    assert request_outcome(status, error_type, "", 2, 2000) is many
    assert request_outcome(status, error_type, "", 1, 1000) is alone


@pytest.mark.parametrize(
    ("error_type", "reason"),
    [
        ("illegal_argument_exception", "explicit index in bulk is not allowed"),
        ("parse_exception", "request body is required"),
        ("action_request_validation_exception", "Validation Failed: 1: no requests added;"),
    ],
)
def test_a_request_refused_for_a_setting_or_without_its_body_is_no_log_s_fault(error_type: str, reason: str) -> None:
    assert request_outcome(400, error_type, reason, 2, 2000) is Outcome.HOLD
    assert request_outcome(400, error_type, reason, 1, 1000) is Outcome.HOLD


def test_a_log_too_large_for_any_request_is_a_dead_letter() -> None:
    assert request_outcome(413, "", "", 1, 5_000_000) is Outcome.DEAD_LETTER


OF_ONE_OPERATION = (
    "Request contains an operation of size [60000300] bytes,"
    " which exceeds the maximum allowed limit of [50000000] bytes"
)
OF_A_REQUEST = (
    "rejected execution of coordinating operation [coordinating_and_primary_bytes=0, replica_bytes=0, all_bytes=0,"
    " coordinating_operation_bytes=60000000, max_coordinating_bytes=50000000]"
)


@pytest.mark.parametrize("reason", [OF_ONE_OPERATION, OF_A_REQUEST, OF_A_REQUEST.replace("coordinating", "primary")])
def test_what_is_larger_than_elasticsearch_ever_takes_is_no_overload(reason: str) -> None:
    assert request_outcome(429, "es_rejected_execution_exception", reason, 2, 60_000_000) is Outcome.SPLIT
    assert request_outcome(429, "es_rejected_execution_exception", reason, 1, 60_000_000) is Outcome.DEAD_LETTER
    assert request_outcome(429, "es_rejected_execution_exception", reason, 1, 1_000) is Outcome.RETRY


def test_of_operations_that_were_refused_together_only_the_one_that_is_too_large_is_a_dead_letter() -> None:
    error = {"type": "es_rejected_execution_exception", "reason": OF_ONE_OPERATION}

    found = item_results({"items": [{"index": {"status": 429, "error": error}}] * 2}, [1_000, 60_000_000])

    assert [result.outcome for result in found] == [Outcome.RETRY, Outcome.DEAD_LETTER]
    assert found[1].why == "Elasticsearch refused the document: it is too large"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "",
        "<html>502 Bad Gateway</html>",
        {},
        {"items": []},
        {"items": [{"index": {"status": 201}}]},
        {"items": [{"index": {"status": 201}}] * 3},
        {"items": [{}, {}]},
        {"items": [{"index": {}}, {"index": {"status": 201}}]},
        {"items": [{"index": {"status": "201"}}] * 2},
        {"errors": False},
    ],
)
def test_an_answer_that_cannot_be_read_or_counted_says_nothing_so_all_is_sent_again(answer: object) -> None:
    assert {verdict.outcome for verdict in item_results(answer, [100, 100])} == {Outcome.RETRY}


def test_the_items_are_believed_and_the_flag_is_not() -> None:
    answer = {
        "errors": False,
        "items": [{"index": {"status": 201}}, {"index": {"status": 429, "error": {"type": "t"}}}],
    }

    assert item_results(answer, [100, 100]) == [
        ItemResult(Outcome.INDEXED),
        ItemResult(Outcome.RETRY, "Elasticsearch answers 429 t", is_overload=True),
    ]


def test_the_reason_of_a_dead_letter_does_not_carry_the_value() -> None:
    reason = (
        "[1:9] failed to parse field [code] of type [long] in document with id 'x'. Preview of field's value: 'secret'"
    )
    item = {"index": {"status": 400, "error": {"type": "document_parsing_exception", "reason": reason}}}

    (verdict,) = item_results({"items": [item]}, [100])

    assert verdict.outcome is Outcome.DEAD_LETTER
    assert "the field code" in verdict.why
    assert "secret" not in verdict.why


STATUSES = st.sampled_from([0, 200, 201, 400, 401, 403, 404, 408, 409, 413, 429, 500, 502, 503]) | st.integers(0, 599)
TYPES = st.sampled_from(sorted({*DOCUMENT_ERRORS, *REQUEST_ERRORS, "cluster_block_exception", ""})) | st.text()
REASONS = st.sampled_from([*DOCUMENT_REASONS, *SYSTEM_REASONS, ""]) | st.text()


@given(STATUSES, TYPES, REASONS)
def test_whatever_an_item_says_it_ends_only_where_it_is_stored_or_bad_itself(
    status: int, error_type: str, reason: str
) -> None:
    outcome = item_outcome(status, error_type, reason)

    assert (outcome is Outcome.INDEXED) == (status in (200, 201))
    assert outcome is not Outcome.DUPLICATE or status == 409
    assert outcome is not Outcome.DEAD_LETTER or status == 400
    assert outcome is not Outcome.DEAD_LETTER or not any(text in reason for text in SYSTEM_REASONS)
    assert outcome is not Outcome.SPLIT


@given(
    STATUSES, TYPES, st.sampled_from([*SYSTEM_REFUSALS, ""]) | st.text(), st.integers(1, 5_000), st.integers(1, 10**8)
)
def test_whatever_refuses_a_request_whole_nothing_ends_but_one_log_that_is_alone(
    status: int, error_type: str, reason: str, operations: int, size: int
) -> None:
    outcome = request_outcome(status, error_type, reason, operations, size)

    assert outcome in (Outcome.RETRY, Outcome.HOLD, Outcome.SPLIT, Outcome.DEAD_LETTER)
    assert outcome is not Outcome.SPLIT or operations > 1
    assert outcome is not Outcome.DEAD_LETTER or (operations == 1 and status in (400, 413))
    assert outcome not in (Outcome.SPLIT, Outcome.DEAD_LETTER) or 400 <= status < 500
