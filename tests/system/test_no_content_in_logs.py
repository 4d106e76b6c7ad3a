"""Text of events never leaves sideways: in log lines of both programs, in reasons, or in what `redrive` prints."""

import time

import pytest

from tests.support.logs import Event
from tests.support.pipeline import Pipeline
from tests.support.programs import RunningApi, running_api, running_indexer
from tests.support.waiting import PATIENCE_S, wait_until

MARKER = "rosa4711"
NOW = time.time_ns() // 1_000_000
GOOD: Event = {
    "id": 1,
    "created_at": NOW,
    "content": MARKER,
    "metadata": {MARKER: MARKER},
    MARKER: [MARKER],
    "request_detail": {"request_body": MARKER, "response_body": MARKER},
}
# Refused by the indexer or by Elasticsearch: the marker is in names and in values.
BAD = (
    '"M":1,"M":2',
    '"x":{"M":1,"M":"M"}',
    '"metadata":{"M":"1","M":"M"}',
    '"metadata":{"M":5}',
    '"code":"M"',
    '"usage":{"input_tokens":"M","M":"M"}',
    '"price":"M"',
    '"request_at":"M"',
    '"M":M',
    '"M":"M\\q"',
    '"M":"M\ud800"',
    '"M":' + '{"M":' * 990 + "1" + "}" * 990,
    '"M":' + "7" * 2000,
    '"M":NaN',
    '"content":"M","M',
)


def bad_events() -> list[bytes]:
    values = [f'{{"created_at":{NOW},"content":"M",{fields}}}'.replace("M", MARKER) for fields in BAD]
    return [*(value.encode(errors="surrogatepass") for value in values), MARKER.encode(), f'["{MARKER}"]'.encode()]


def old_letters(pipeline: Pipeline) -> None:
    """Write dead letters whose headers hold text of an event, as those of earlier releases do."""
    quoted = f"[1:5] failed to parse: Duplicate field '{MARKER}'\n at [Source: (byte[])\"{MARKER}\"]"
    reasons = (
        f"Elasticsearch refused the document: document_parsing_exception: {quoted}",
        f"not a log: {MARKER} - at `$.{MARKER}`",
        MARKER,
    )
    about = {"topic": pipeline.name, "partition": "0", "timestamp": "1"}
    for offset, reason in enumerate(reasons):
        headers = {"reason": reason, **about, "offset": str(1000 + offset)}
        written = [(f"gateway-logs.{name}", text.encode()) for name, text in headers.items()]
        pipeline.producer.send(f"{pipeline.name}.dead", b"{}", headers=written).get(PATIENCE_S)
        with_value = [*written, ("gateway-logs.value", MARKER.encode())]
        pipeline.producer.send(f"{pipeline.name}.dead", b"", headers=with_value).get(PATIENCE_S)


def search_in_every_way(api: RunningApi) -> None:
    """Send requests that find the marker, are refused, and fail inside of Elasticsearch."""
    for route in ("search", "export", "facets?field=model", "stats", "detail/1"):
        mark = "&" if "?" in route else "?"
        for query in (MARKER, f'"{MARKER}"', f"{MARKER}*", f"-{MARKER}"):
            api.get(f"/api/logs/{route}{mark}query={query}&highlight=true")
        api.get(f"/api/logs/{route}{mark}ip={MARKER}&page={MARKER}&order={MARKER}")


def index(pipeline: Pipeline) -> None:
    """Have an indexer take in the good event and reject the bad ones."""
    with running_indexer(pipeline.environment) as indexer:
        pipeline.send(GOOD, *bad_events())
        wait_until(lambda: pipeline.count() == 1 and pipeline.lag() == 0, PATIENCE_S)
        assert indexer.stop() == 0


def test_the_indexer_logs_no_text_of_an_event_and_its_reasons_hold_none(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    index(pipeline)
    letters = pipeline.dead_letters()
    about = [value for letter in letters for name, value in letter.headers if name.startswith("gateway-logs.")]

    assert len(letters) == len(bad_events())
    assert "dead letters" in (logged := capsys.readouterr().err)
    assert MARKER not in logged
    assert [value for value in about if MARKER.encode() in value] == []


def test_redrive_and_replay_print_no_text_of_an_event_and_count_by_kind(pipeline: Pipeline) -> None:
    index(pipeline)
    old_letters(pipeline)

    printed = pipeline.run("redrive", "--dry-run") + pipeline.run("replay", "--from", "0")

    assert MARKER not in printed
    assert '"letters": 3, "reason": "Elasticsearch refused the document: a name occurs twice' in printed
    assert '"letters": 1, "reason": "a reason that this release does not know"' in printed
    assert "its value is not an event" in printed


def test_the_api_logs_no_text_of_an_event(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    index(pipeline)
    with running_api(pipeline.environment) as api:
        search_in_every_way(api)
        pipeline.client.indices.put_settings(index=f"{pipeline.name}-*", settings={"index.max_result_window": 1})
        search_in_every_way(api)
        pipeline.client.indices.close(index=list(pipeline.client.indices.get_alias(index=pipeline.name)))
        search_in_every_way(api)
    logged = capsys.readouterr().err

    assert '"status": 500' in logged
    assert '"status": 503' in logged
    assert MARKER not in logged
