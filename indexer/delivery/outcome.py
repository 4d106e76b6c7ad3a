"""What an answer of Elasticsearch means for an operation. Pure, and the only place that decides it.

The rules come from what a real Elasticsearch answered (tests/indexer/delivery/test_bulk.py). The status alone does not
tell: a shard limit that is reached, a closed index and a bad document all answer 400. A document becomes a dead letter
only for a reason in the document itself; any other refusal waits until its cause is gone.
"""

import re
from enum import Enum


class Outcome(Enum):
    """What becomes of an operation, or of a whole request."""

    INDEXED = "indexed"
    DUPLICATE = "duplicate"  # the same version or a newer one is stored
    DEAD_LETTER = "dead letter"  # the document can never be stored
    RETRY = "retry"  # overload, or a fault that passes
    HOLD = "hold"  # an operator has to change something; the operation is sent again until then
    PARKED = "parked"  # given back to Kafka until its cause is gone
    RETURNED = "returned"  # its partition was revoked: the next owner reads it again
    SPLIT = "split"  # the whole request was refused: smaller requests show which operation caused it


# Found by sending such documents: each of these types is about a value, never about the index or the cluster.
DOCUMENT_ERRORS = frozenset(
    {
        "document_parsing_exception",
        "mapper_parsing_exception",
        "strict_dynamic_mapping_exception",
        "x_content_parse_exception",
        "json_parse_exception",
    }
)
# Some values are refused as an illegal argument, as a missing pipeline is: only the text tells them apart.
DOCUMENT_REASONS = ("immense term", "immense field", "Limit of total nested documents")
# A field limit is reported as an error of the document, but every log would run into it. Only the beginning of a text
# counts: a producer may use these words as a field name, which other errors quote.
SYSTEM_REASONS = ("Limit of total fields", "Limit of mapping depth")
_WHERE = r"(?:\[-?\d+:-?\d+\] )?(?:failed to parse: )?(?:\[-?\d+:-?\d+\] )?"
_SYSTEM_REASON = re.compile(_WHERE + f"(?:{'|'.join(SYSTEM_REASONS)})")


def item_outcome(status: int, error_type: str, reason: str) -> Outcome:
    """Return the outcome of one operation from its item in a bulk answer."""
    if status in (200, 201):
        return Outcome.INDEXED
    if status == 409 and error_type == "version_conflict_engine_exception":
        return Outcome.DUPLICATE
    if status == 400 and _lies_in_document(error_type, reason):
        return Outcome.DEAD_LETTER
    if status == 429 and error_type == "cluster_block_exception":
        return Outcome.HOLD  # the flood-stage watermark answers 429
    return Outcome.RETRY if status == 429 or status >= 500 or status < 400 else Outcome.HOLD


# Errors with which Elasticsearch refuses a whole request for one of its operations. A proxy answers 400 and 413 too,
# but about the request: good logs would become dead letters one by one.
REQUEST_ERRORS = frozenset(
    {
        "action_request_validation_exception",
        "illegal_argument_exception",
        "x_content_parse_exception",
        "json_parse_exception",
        "parse_exception",
        "parsing_exception",
    }
)
# Of these, some are about a setting of the cluster, or about a proxy that dropped the body.
SYSTEM_REFUSALS = ("explicit index", "body is required", "no requests added")
# Elasticsearch takes no request and no operation of more than a tenth of its heap. It answers as if overloaded.
_LIMITS = re.compile(
    r"Request contains an operation of size \[\d+\] bytes, which exceeds the maximum allowed limit of \[(\d+)\] bytes"
    r"|rejected execution of (?:coordinating|primary) operation \[.*max_(?:coordinating|primary)_bytes=(\d+)\]"
)
UNCOUNTED = 1_000  # bytes that Elasticsearch may add to the size of an operation
LARGE = 1_000_000  # bytes; a limit on the request size below it is not about one log


def request_outcome(status: int, error_type: str, reason: str, operations: int, size: int) -> Outcome:
    """Return the outcome of a request that was refused as a whole; status 0 means that there was no answer.

    It is split until the operation that caused it is alone, which is a dead letter if the cause is in its document.
    """
    if is_too_large(status, reason, size):
        return Outcome.SPLIT if operations > 1 else Outcome.DEAD_LETTER
    if status == 413:
        return Outcome.SPLIT if operations > 1 else Outcome.DEAD_LETTER if size >= LARGE else Outcome.HOLD
    if status == 400 and error_type in REQUEST_ERRORS and not any(text in reason for text in SYSTEM_REFUSALS):
        return Outcome.SPLIT if operations > 1 else Outcome.DEAD_LETTER
    return Outcome.RETRY if status in (0, 408, 429) or status >= 500 else Outcome.HOLD


def is_too_large(status: int, reason: str, size: int) -> bool:
    """Tell whether this many bytes are more than Elasticsearch ever takes, by the limit that its answer names."""
    match = _LIMITS.match(reason) if status == 429 else None
    return match is not None and size + UNCOUNTED > int(match[1] or match[2])


def _lies_in_document(error_type: str, reason: str) -> bool:
    if _SYSTEM_REASON.match(reason):
        return False
    return error_type in DOCUMENT_ERRORS or any(text in reason for text in DOCUMENT_REASONS)
