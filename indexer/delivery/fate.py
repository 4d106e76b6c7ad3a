"""What an answer of Elasticsearch means for a log. Pure, and the one place that decides it.

The rules come from what Elasticsearch 9 was made to answer. Neither the request's status nor the item's status
is enough: a full shard limit, a closed index and a bad document all answer 400. So a document goes to the
dead letters only for a reason that lies in the document; every other refusal waits until it is mended.
"""

from enum import Enum


class Fate(Enum):
    """What becomes of an operation, or of a whole request."""

    INDEXED = "indexed"
    DUPLICATE = "duplicate"  # the same version or a newer one is there
    DEAD_LETTER = "dead letter"  # the document can never be stored
    RETRY = "retry"  # overload or a passing fault
    HOLD = "hold"  # somebody has to mend something; goes on by itself then
    SPLIT = "split"  # the request as a whole was refused: smaller ones tell which operation it was


# Found by sending such documents; every one of them is about a value, never about the index or the cluster.
DOCUMENT_ERRORS = frozenset(
    {
        "document_parsing_exception",
        "mapper_parsing_exception",
        "strict_dynamic_mapping_exception",
        "x_content_parse_exception",
        "json_parse_exception",
    }
)
# Some values are refused as an illegal argument, a type that a missing pipeline has too: only the text tells.
DOCUMENT_REASONS = ("immense term", "immense field", "Limit of total nested documents")
# ... and a field limit is reported as if it were the document's fault: every log would follow it.
SYSTEM_REASONS = ("Limit of total fields", "Limit of mapping depth")


def item_fate(status: int, error_type: str, reason: str) -> Fate:
    """Return the fate of one operation, by its item in the answer of a bulk request."""
    if status in (200, 201):
        return Fate.INDEXED
    if status == 409 and error_type == "version_conflict_engine_exception":
        return Fate.DUPLICATE
    if status == 400 and _lies_in_document(error_type, reason):
        return Fate.DEAD_LETTER
    if status == 429 and error_type == "cluster_block_exception":
        return Fate.HOLD  # the flood stage of a full disk comes as 429
    return Fate.RETRY if status == 429 or status >= 500 or status < 400 else Fate.HOLD


# A request that Elasticsearch refuses whole for what stands in it. A gateway before it answers 400 and 413 too: what
# it says is about the request, and would send good logs to the dead letters one by one.
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
# ... and these of them are about the cluster's settings, or about something before it that dropped the body.
SYSTEM_REFUSALS = ("explicit index", "body is required", "no requests added")
LARGE = 1_000_000  # bytes: below it no limit on the size of a request is about one log


def request_fate(status: int, error_type: str, reason: str, operations: int, size: int) -> Fate:
    """Return the fate of a request that was refused as a whole; status 0 means that there was no answer.

    Halves tell who was meant; a log that is refused although it is alone is a dead letter, if it is the log's fault.
    """
    if status == 413:
        return Fate.SPLIT if operations > 1 else Fate.DEAD_LETTER if size >= LARGE else Fate.HOLD
    if status == 400 and error_type in REQUEST_ERRORS and not any(text in reason for text in SYSTEM_REFUSALS):
        return Fate.SPLIT if operations > 1 else Fate.DEAD_LETTER
    return Fate.RETRY if status in (0, 408, 429) or status >= 500 else Fate.HOLD


def _lies_in_document(error_type: str, reason: str) -> bool:
    if any(text in reason for text in SYSTEM_REASONS):
        return False
    return error_type in DOCUMENT_ERRORS or any(text in reason for text in DOCUMENT_REASONS)
