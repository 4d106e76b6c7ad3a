"""Dead letters are counted by kind, and no kind holds what somebody else has written into a reason."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.dead_letters.reasons import UNKNOWN_REASON, kind_of
from indexer.dead_letters.refusals import REFUSAL, UNKNOWN_REFUSAL
from indexer.event.decode import InvalidEventError, Window, decode
from tests.support.repository import ROOT

WINDOW = Window.at(1_795_521_600_000, retention_days=30)
OLD = f"{REFUSAL}document_parsing_exception: "  # as earlier releases wrote it


def reason_of(value: bytes) -> str:
    with pytest.raises(InvalidEventError) as invalid:
        decode(value, WINDOW)
    return str(invalid.value)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b"rosa", "not JSON"),
        (b'{"rosa": "\xff"}', "not JSON: the bytes are not UTF-8"),
        (b'{"rosa": 1}', "created_at is missing"),
        (b'{"created_at": 1}', "created_at is outside the accepted window"),
        (b'{"created_at": "rosa"}', "created_at: not an RFC 3339 time"),
        (b'{"created_at": "2026-11-24T12:00:61Z"}', "created_at: not an RFC 3339 time"),
        (b'{"request_at": 1e99, "created_at": 1}', "not a log: request_at has the wrong type or is out of range"),
        (b'{"code": "rosa"}', "not a log: code has the wrong type or is out of range"),
        (b'{"usage": {"input_tokens": "rosa"}}', "not a log: usage.input_tokens has the wrong type or is out of range"),
        (b'{"metadata": {"rosa": 1}}', "not a log: metadata has the wrong type or is out of range"),
        (b'["rosa"]', "not a log: a wrong type"),
        (b'{"rosa":' * 2000, "not usable: nested too deeply"),
    ],
)
def test_a_reason_of_the_indexer_has_a_kind_without_its_particulars(value: bytes, kind: str) -> None:
    reason = reason_of(value)

    assert kind_of(reason) == kind
    assert "rosa" not in reason


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("the record batch from offset 3 to 9 cannot be read: rosa", "the record batch cannot be read"),
        ("an error in the indexer: RosaError", "an error in the indexer"),
        ("Elasticsearch refused the request: 400 rosa", "Elasticsearch refused the request"),
        (f"{OLD}[1:45] failed to parse: Duplicate field 'rosa'", f"{REFUSAL}a name occurs twice in one object"),
        (f"{OLD}[1:3] failed to parse field [rosa] of type [long]", REFUSAL + UNKNOWN_REFUSAL),
        (
            f"{OLD}[1:3] failed to parse field [code] of type [long]: rosa",
            f"{REFUSAL}the field code: the value cannot be stored as long",
        ),
        (f"{REFUSAL}the field code: rosa", REFUSAL + UNKNOWN_REFUSAL),
        (f"{REFUSAL}rosa", REFUSAL + UNKNOWN_REFUSAL),
        ("rosa", UNKNOWN_REASON),
        ("", UNKNOWN_REASON),
        ("created_at: not an RFC 3339 time rosa", "created_at: not an RFC 3339 time"),
        ("rosa: not an RFC 3339 time", UNKNOWN_REASON),
        ("not a log: Expected `int`, got `str` - at `$.rosa`", "not a log: a wrong type"),
    ],
)
def test_a_reason_of_an_earlier_release_or_of_anyone_is_not_repeated(reason: str, kind: str) -> None:
    assert kind_of(reason) == kind


@given(st.sampled_from(["created_at", "not JSON", "not a log", "Elasticsearch refused the document: ", ""]), st.text())
def test_no_kind_holds_anything_of_its_reason_but_our_words(beginning: str, text: str) -> None:
    marked = f"{beginning}: rosa4711 {text} - at `$.rosa4711`"

    assert "rosa4711" not in kind_of(marked)


def test_every_documented_reason_has_a_kind() -> None:
    rows = re.findall(r"^\| .+ \| (`.+`) \|$", (ROOT / "docs/event.md").read_text(), re.MULTILINE)
    reasons = re.findall(r"`([^`]+)`", " ".join(row for row in rows if "created_at" in row or ": …" in row))

    assert len(reasons) > 5
    assert [reason for reason in reasons if kind_of(reason.removeprefix("…")) == UNKNOWN_REASON] == []
