"""The kinds of reasons, by which dead letters are counted: without positions, times and ids. Pure.

A dead letter may be of an earlier release, which quoted the document, or of anyone who may write to the topic. So a
kind is made of our words only, and what is not recognised is not shown.
"""

import re
from collections.abc import Callable, Mapping

from indexer.dead_letters.refusals import FIELD_TYPES, REFUSAL, WORDS, refusal
from indexer.event.parse_errors import declared_field
from indexer.shapes.entries import SHAPE_WORDS
from indexer.shapes.otlp import NOT_OTLP, NOT_OTLP_JSON

UNKNOWN_REASON = "a reason that this release does not know"

# What an event may have too much of, in the words of indexer/event/limits.py.
TOO_MUCH = (
    "the event has more than 100000 names in its objects",
    "metadata has more than 10000 keys",
    *(f"{name} has more than 10000 fields" for name in ("the event", "price", "usage", "request_detail")),
)
_FIELD = re.compile(r"the field ([\w.]+): (.*)")
_OF_RECORD = re.compile(r"\d{1,6} of \d{1,6} logs in the record: (.*)", re.DOTALL)
_SHAPE = "not in the shape of KAFKA_FORMAT: "
_TIME = re.compile(r"(created_at|request_at|retry_at): (not an RFC 3339 time|a time outside the years 1 to 9999).*")


def kind_of(reason: str) -> str:
    """Return the kind of the reason of a dead letter."""
    if several := _OF_RECORD.fullmatch(reason):
        reason = several[1]
    match = _TIME.fullmatch(reason)
    if match:
        return f"{match[1]}: {match[2]}"
    return next((kind(reason) for beginning, kind in _KINDS.items() if reason.startswith(beginning)), UNKNOWN_REASON)


def _fixed(kind: str) -> Callable[[str], str]:
    return lambda _reason: kind


def _of_type(reason: str) -> str:
    field = declared_field(reason)
    return f"not a log: {field} has the wrong type or is out of range" if field else "not a log: a wrong type"


def _of_refusal(reason: str) -> str:
    words = reason.removeprefix(REFUSAL)
    match = _FIELD.fullmatch(words)
    is_ours = words in WORDS or (match and match[1] in FIELD_TYPES and _is_known(match[1], match[2]))
    # Earlier releases wrote the type of the error, then its text.
    return reason if is_ours else refusal(words.partition(": ")[2])


def _of_shape(reason: str) -> str:
    return (
        reason if reason.removeprefix(_SHAPE) in {*SHAPE_WORDS, NOT_OTLP, NOT_OTLP_JSON} else _SHAPE.removesuffix(": ")
    )


def _is_known(field: str, words: str) -> bool:
    return words in WORDS or words in (f"the value cannot be stored as {FIELD_TYPES[field]}", "its value is too long")


# How a reason begins → its kind.
_KINDS: Mapping[str, Callable[[str], str]] = {
    "created_at is missing": _fixed("created_at is missing"),
    "created_at ": _fixed("created_at is outside the accepted window"),
    "not JSON: the bytes are not UTF-8": _fixed("not JSON: the bytes are not UTF-8"),
    _SHAPE: _of_shape,
    "not JSON": _fixed("not JSON"),
    "not a log": _of_type,
    "not usable: nested too deeply": _fixed("not usable: nested too deeply"),
    **{f"not usable: {what}": _fixed(f"not usable: {what}") for what in TOO_MUCH},
    REFUSAL: _of_refusal,
    "Elasticsearch refused the request": _fixed("Elasticsearch refused the request"),
    "an error in the indexer": _fixed("an error in the indexer"),
    "the record is too large": _fixed("the record is too large"),
    "the record batch from offset ": _fixed("the record batch cannot be read"),
}
