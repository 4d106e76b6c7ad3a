"""What `query` finds in streamed bodies, on real Elasticsearch: every form of a word, across the borders of chunks."""

# ruff: noqa: RUF001  # full-width characters are what is tested

import json
from collections.abc import Iterator, Mapping

import pytest

from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.streams import TEXT_STREAMS, TOOL_STREAMS, cut_into, openai_chat_choices
from tests.support.times import NOON_MS

SAID = (
    "The rollback finished: set max_tokens, call api.example.com. 超时错误，账户余额不足。 Kubernetes 배포\nthird line"
)
ARGUMENTS = json.dumps({"path": "src/pool.py", "content": "import os\nconnect_pool()\n\tverify()\n余额不足"})
UNLIKE = ["roll", "back ", "was refused: 额余足不 tokens max kubern"]  # the same words and characters in another order
BODIES: Mapping[str, str] = {
    **{name: build(cut_into(SAID, 3)) for name, build in TEXT_STREAMS.items()},
    "two choices": openai_chat_choices(cut_into("Something else", 2), cut_into(SAID, 3)),
}
TOOLS: Mapping[str, str] = {name: build(cut_into(ARGUMENTS, 3)) for name, build in TOOL_STREAMS.items()}


def events() -> Iterator[Event]:
    """Yield a log of each stream, with its name as the model."""
    unlike = {name: build(UNLIKE) for name, build in TEXT_STREAMS.items()}
    for kind, bodies in (("said", BODIES), ("tool", TOOLS), ("unlike", unlike)):
        for number, (name, body) in enumerate(bodies.items()):
            log = {"id": number + 1, "created_at": NOON_MS, "group": kind, "model": name}
            yield {**log, "request_detail": {"response_body": body}}


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the streams above, which all tests of this file read."""
    module_logs.store(list(events()))
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def found(api: RunningApi, query: str, group: str) -> set[str]:
    return {log["model"] for log in api.search(query=query, group=group, per_page=100)["logs"]}


@pytest.mark.parametrize(
    "query",
    [
        "rollback",
        "FINISHED",
        '"rollback finished"',
        '"the rollback finished set"',
        "余额不足",
        "户余",
        "超时错误",
        "배포",
        "kubern*",
        "Kubernetes",
        "max_tokens",
        "tokens",
        "max_tok*",
        "api.example.com",
        "example",
        '"example com"',
        "错误 finished",
        '"third line"',
        "finished -refused",
        '-"finished rollback"',
        "-错误超时",
    ],
)
def test_a_text_is_found_across_the_borders_of_its_chunks(api: RunningApi, query: str) -> None:
    assert found(api, query, "said") == set(BODIES)


@pytest.mark.parametrize(
    "query",
    [
        "-rollback",
        "-余额不足",
        '-"rollback finished"',
        "-kubern*",
        "-max_tokens",
        '"finished rollback"',
        "额余",
        "tokens_max",
        "refused",
        '"line data"',
        "nthird",
    ],
)
def test_what_was_not_said_is_not_found_and_what_was_said_is_excluded(api: RunningApi, query: str) -> None:
    assert found(api, query, "said") == set()


def test_other_texts_of_the_same_pieces_are_not_found(api: RunningApi) -> None:
    assert found(api, "rollback", "unlike") == set(TEXT_STREAMS)
    assert found(api, "余额不足", "unlike") == set()
    assert found(api, '"rollback finished"', "unlike") == set()
    assert found(api, "max_tokens", "unlike") == set()


@pytest.mark.parametrize(
    "query",
    [
        "connect_pool",
        "pool",
        "verify",
        '"import os connect_pool verify"',
        "余额不足",
        "src/pool.py",
        "conn*",
        "verify -nverify",
    ],
)
def test_the_arguments_of_a_tool_call_are_found(api: RunningApi, query: str) -> None:
    assert found(api, query, "tool") == set(TOOLS)


@pytest.mark.parametrize("query", ["-connect_pool", "-verify", "-余额不足"])
def test_the_arguments_of_a_tool_call_are_excluded(api: RunningApi, query: str) -> None:
    assert found(api, query, "tool") == set()


def test_no_phrase_goes_on_from_one_choice_to_the_next(api: RunningApi) -> None:
    assert "two choices" in found(api, '"something else"', "said")
    assert found(api, '"something else the rollback"', "said") == set()


@pytest.mark.parametrize("query", ["chatcmpl-B9MHDbslfk", '"finish_reason":"stop"', "fp_50cad350e4", "chunk data"])
def test_ids_and_names_of_a_chunk_are_found(api: RunningApi, query: str) -> None:
    assert "openai_chat" in found(api, query, "said")


def test_the_body_comes_back_to_the_byte(api: RunningApi) -> None:
    logs = api.search(group="said", per_page=100)["logs"]

    assert {log["model"]: log["request_detail"]["response_body"] for log in logs} == BODIES


def test_a_highlight_shows_the_text_as_it_reads(api: RunningApi) -> None:
    data = api.search(query='"rollback finished" 余额不足', group="said", highlight="true", per_page=100)

    fragments = [" ".join(one["fragments"]["response_body"]) for one in data["highlights"]]
    assert len(fragments) == len(BODIES)
    assert all("The <em>rollback finished</em>" in one and "账户<em>余额不足</em>。" in one for one in fragments)
