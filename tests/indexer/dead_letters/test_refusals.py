"""No reason holds text of a document, whatever a real Elasticsearch says when it refuses one."""

import time

import pytest
from elasticsearch import Elasticsearch, OrjsonSerializer
from kafka import TopicPartition

from indexer.dead_letters.reasons import kind_of
from indexer.dead_letters.refusals import REFUSAL, UNKNOWN_REFUSAL, refusal
from indexer.delivery.bulk import Bulk
from indexer.delivery.indices import Indices
from indexer.delivery.outcome import SYSTEM_REASONS, Outcome
from indexer.event.document import IndexTarget, Operation
from indexer.event.origin import Origin
from indexer.metrics import IndexerMetrics
from indexer.offsets import Span
from mappings.index import write_alias
from tests.support.logs import Logs

NOW = int(time.time() * 1000)
MARKER = "rosa4711"
ORIGIN = Origin("t", 0, 0, 0)
SPAN = Span(TopicPartition("t", 0), 1, 1, 1)

# A document for each refusal that can be provoked, with the marker as a name and as a value.
REFUSALS = {
    '{"code":"M"}': "the field code: the value cannot be stored as long",
    '{"code":{"M":"M"}}': "the field code: the value cannot be stored as long",
    '{"code":["M"]}': "the field code: the value cannot be stored as long",
    '{"code.M":"M"}': "the field code: the value cannot be stored as long",
    '{"code":99999999999999999999}': "the field code: the value cannot be stored as long",
    '{"used_amount":"M"}': "the field used_amount: the value cannot be stored as double",
    '{"price":"M"}': "the field price: the value cannot be stored as object",
    '{"price":{"input_price":"M"}}': "the field price.input_price: the value cannot be stored as double",
    '{"created_at":"M"}': "the field created_at: the value cannot be stored as date",
    '{"request_detail":{"request_body_truncated":"M"}}': (
        "the field request_detail.request_body_truncated: the value cannot be stored as boolean"
    ),
    '{"model":{"M":"M"}}': "the field model: the value cannot be stored as keyword",
    '{"content":{"M":"M"}}': "the field content: the value cannot be stored as text",
    '{"metadata":"M"}': "the field metadata: the value cannot be stored as flattened",
    '{"metadata":{"M\\u0000":"M"}}': "the field metadata: a key has a character that it may not have",
    '{"metadata":{"M":"1","M":"2"}}': "the field metadata: a name occurs twice in one object",
    '{"metadata":{"' + "M" * 5000 + '":"M"}}': "the field metadata: a key with its value is too long",
    '{"metadata":' + '{"M":' * 25 + "1" + "}" * 26: "the field metadata: it is nested too deeply",
    '{"M":1,"M":2}': "a name occurs twice in one object",
    '{"x":{"M":1,"M":2}}': "a name occurs twice in one object",
    '{"x":{"t":1,"t":2},"content":"M"}': "a name occurs twice in one object",
    '{"":"M"}': "a field name is empty, blank or only dots",
    '{" ":"M"}': "a field name is empty, blank or only dots",
    '{"..M":"M"}': "a field name is empty, blank or only dots",
    '{".":"M"}': "a field name is empty, blank or only dots",
    '{"_id":"M"}': UNKNOWN_REFUSAL,
    '{"_source":{"M":"M"}}': UNKNOWN_REFUSAL,
    '{"x":' + '{"M":' * 1100 + "1" + "}" * 1101: "it is nested too deeply",
    '{"M":"M","x":' + "7" * 1200 + "}": "a number has too many digits",
    '{"x":NaNM}': "its JSON cannot be read",
    '{"x":M}': "its JSON cannot be read",
    '{"M":"M\\q"}': "its JSON cannot be read",
    '{"M":"M\x01"}': "its JSON cannot be read",
    '{"M":"M"': "its JSON cannot be read",
    '["M"]': "it is not an object",
}


def refused(logs: Logs, *documents: bytes) -> list[tuple[Outcome, str]]:
    """Return the outcome and the reason of each document."""
    target = write_alias(logs.alias, "day", NOW)
    Indices(logs.client, IndexTarget(logs.alias, "day"), 30, 400).prepare([target])
    operations = [_operation(target, document, str(number)) for number, document in enumerate(documents)]
    url = logs.client.transport.node_pool.get().base_url
    with Elasticsearch(url, serializer=OrjsonSerializer(), max_retries=0) as client:
        found = Bulk(client, 20, IndexerMetrics()).send(operations).found
    reasons = {id(operation): (outcome, why) for outcome, of_it in found.items() for operation, why in of_it}
    return [reasons[id(operation)] for operation in operations]


def _operation(target: str, document: bytes, document_id: str) -> Operation:
    action = f'{{"index":{{"_index":"{target}","_id":"{document_id}"}}}}\n'.encode()
    return Operation(None, ORIGIN, SPAN, target, action, document + b"}", b"\n", 100, 100)  # the last brace is replaced


def test_each_refusal_is_told_in_our_words(logs: Logs) -> None:
    documents = [document.replace("M", MARKER).encode() for document in REFUSALS]
    documents.append(b'{"rosa4711":"rosa4711\xff"}')

    found = refused(logs, *documents)

    wanted = [*REFUSALS.values(), "its text is not UTF-8"]
    assert found == [(Outcome.DEAD_LETTER, REFUSAL + words) for words in wanted]
    assert [kind_of(why) for _, why in found] == [why for _, why in found]


def test_a_producer_cannot_hold_up_an_index_with_the_words_of_elasticsearch(logs: Logs) -> None:
    templates = ('{"x":{"M":1,"M":2}}', '{"M":1,"M":2}', '{"metadata":{"M":"1","M":"2"}}')
    documents = [template.replace("M", words).encode() for template in templates for words in SYSTEM_REASONS]

    assert {outcome for outcome, _ in refused(logs, *documents)} == {Outcome.DEAD_LETTER}


@pytest.mark.parametrize(
    "text",
    [
        "[1:5] failed to parse field [rosa4711] of type [long] in document with id '1'",
        "rosa4711",
        "[1:5] failed to parse: rosa4711",
        "Cannot parse field [code.rosa4711]",
        'Document contains at least one immense term in field="rosa4711" (whose UTF8 encoding …)',
        "",
    ],
)
def test_what_is_not_recognised_is_not_quoted(text: str) -> None:
    assert refusal(text, text) == REFUSAL + UNKNOWN_REFUSAL


def test_a_value_that_is_too_long_names_its_field() -> None:
    text = 'Document contains at least one immense term in field="gateway_logs.exact" (whose UTF8 encoding is longer'

    assert refusal(text) == f"{REFUSAL}the field gateway_logs.exact: its value is too long"
