"""The realistic corpus: what its bodies hold, in which shares, and that every body is what an API sends."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from indexer.redaction.redact import Redaction
from stack.corpora import CORPORA
from stack.events.generate import events, history
from stack.realistic.replies import FEWEST_CHUNKS, MOST_CHUNKS

NOW_MS = 1_790_000_000_000
COUNT = 3_000
REALISTIC = CORPORA["realistic"]


@pytest.fixture(scope="module")
def generated() -> list[dict[str, Any]]:
    return list(events(1, history(COUNT, NOW_MS), corpus=REALISTIC))


@pytest.fixture(scope="module")
def details(generated: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event["request_detail"] for event in generated if "request_detail" in event]


def bodies(details: list[dict[str, Any]], name: str) -> list[str]:
    """Return the bodies that were not cut."""
    return [detail[name] for detail in details if not detail[f"{name}_truncated"]]


def is_stream(body: str) -> bool:
    return body.startswith(("data:", "event:", "[{"))


def test_the_same_seed_gives_the_same_events(generated: list[dict[str, Any]]) -> None:
    assert list(islice(events(1, history(COUNT, NOW_MS), corpus=REALISTIC), 200)) == generated[:200]
    assert next(events(2, [NOW_MS], corpus=REALISTIC)) != next(events(1, [NOW_MS], corpus=REALISTIC))


def test_every_body_that_was_not_cut_is_json_or_a_stream_of_json(details: list[dict[str, Any]]) -> None:
    for body in (*bodies(details, "request_body"), *bodies(details, "response_body")):
        for line in json_of(body):
            assert isinstance(json.loads(line), dict | list)


def json_of(body: str) -> Iterator[str]:
    if not body.startswith(("data:", "event:")):
        yield body
    yield from (line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: {"))


def test_half_of_the_answers_are_streams_of_hundreds_of_chunks(details: list[dict[str, Any]]) -> None:
    answers = bodies(details, "response_body")
    chunks = [body.count("\ndata: {") for body in answers if body.startswith("data: {") and "chatcmpl" in body]

    assert 0.45 < sum(map(is_stream, answers)) / len(answers) < 0.6
    assert any(number < FEWEST_CHUNKS for number in chunks)  # the steps of an agent are short
    assert any(MOST_CHUNKS // 2 < number < MOST_CHUNKS * 2 for number in chunks)


def test_each_api_is_called(generated: list[dict[str, Any]], details: list[dict[str, Any]]) -> None:
    answers = "\n".join(bodies(details, "response_body")[:1000])

    assert {event["mode"] for event in generated} == {1, 3, 12, 16, 21}
    for mark in (
        *('"object":"chat.completion.chunk"', '"reasoning_content":"', "input_json_delta", "thinking_delta"),
        *("response.output_text.delta", '"usageMetadata"', '"object":"embedding"', "response.function_call_arguments"),
    ):
        assert mark in answers, mark


def test_agents_send_tools_long_prompts_and_json_in_json(details: list[dict[str, Any]]) -> None:
    requests = [json.loads(body) for body in bodies(details, "request_body")]
    agents = [request for request in requests if "tools" in request and "messages" in request]
    quoted = [
        json.loads(call["function"]["arguments"])
        for request in agents
        for message in request["messages"]
        for call in message.get("tool_calls", [])
    ]
    prompts = [json.dumps(request.get("system") or request["messages"][0]["content"]) for request in agents]

    assert 0.2 < sum("tools" in request for request in requests) / len(requests) < 0.4
    assert quoted
    assert len(set(prompts)) < 20 < len(prompts)
    assert min(map(len, prompts)) > 5_000


def test_there_are_images_chinese_in_both_forms_and_bodies_that_were_cut(details: list[dict[str, Any]]) -> None:
    requests = [detail["request_body"] for detail in details]
    cut = [detail for detail in details if detail["request_body_truncated"]]

    assert any("data:image/png;base64,iVBORw0KGgo" in body for body in requests)
    assert any("根据日志来看" in body for body in requests)
    assert any("\\u6839\\u636e" in body for body in requests)
    assert 0 < len(cut) < len(details) / 5
    assert all(detail["request_body"].endswith("...") for detail in cut)


def test_errors_have_the_share_that_is_stated(generated: list[dict[str, Any]]) -> None:
    assert 0.045 < sum(event["code"] != 200 for event in generated) / COUNT < 0.075


def test_tokens_add_up_and_agents_read_most_of_theirs_from_a_cache(generated: list[dict[str, Any]]) -> None:
    used = [event["usage"] for event in generated]
    long = [usage for usage in used if usage["input_tokens"] > 20_000]

    assert all(usage["input_tokens"] + usage["output_tokens"] == usage["total_tokens"] for usage in used)
    assert all(usage["cached_tokens"] <= usage["input_tokens"] for usage in long)


def test_nothing_in_the_corpus_looks_like_a_secret(generated: list[dict[str, Any]]) -> None:
    redaction = Redaction()

    assert [found for event in generated[:1000] if (found := redaction.find(json.dumps(event).encode()))] == []
