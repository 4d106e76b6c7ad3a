"""Recall and precision of the redaction on the labelled sets. `python -m tests.redaction` prints them."""

import json
from collections.abc import Callable, Iterator

import pytest

from indexer.redaction.redact import Redaction
from tests.redaction.measure import Labelled, events, score, texts

ALL = Redaction()


@pytest.mark.parametrize(
    ("name", "read"),
    [("secrets.jsonl", texts), ("lookalikes.jsonl", texts), ("events.jsonl", events)],
)
def test_exactly_the_secrets_are_taken_out(name: str, read: Callable[[str], Iterator[Labelled]]) -> None:
    found = score(read(name), ALL)

    assert found.events > 0
    assert (sorted(found.wrong), found.recall, found.precision) == ([], 1.0, 1.0)


@pytest.mark.parametrize("name", ["secrets.jsonl", "lookalikes.jsonl"])
def test_each_dress_of_a_text_is_json_after_its_secrets_are_gone(name: str) -> None:
    for one in texts(name):
        assert json.loads(ALL.redact(one.value)[0]).keys() == json.loads(one.value).keys()


def test_a_set_written_without_looking_at_the_rules_is_found_too() -> None:
    found = score(events("second.jsonl"), ALL)

    assert found.recall >= 0.99
    assert found.precision >= 0.99
