"""Bodies in, messages out: the modules of the page, run in the browser over bodies in each provider's form."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.console.data.bodies import (
    ANTHROPIC_EVENTS,
    ANTHROPIC_REQUEST,
    CHAT_ANSWER,
    CHAT_REQUEST,
    CHAT_STREAM,
    ERROR_ANSWER,
    GEMINI_PIECES,
    GEMINI_REQUEST,
    RESPONSES_ANSWER,
    RESPONSES_END,
    RESPONSES_EVENTS,
    RESPONSES_REQUEST,
    sse,
    text_of,
)
from tests.console.modules import Modules, open_modules

Said = list[tuple[str, list[tuple[str, str]]]]
CHAT = text_of(CHAT_REQUEST)
ANTHROPIC_STREAM = sse(*ANTHROPIC_EVENTS, names=True)


@pytest.fixture(scope="module")
def modules(browser: Browser) -> Iterator[Modules]:
    """The modules of the page."""
    with open_modules(browser) as opened:
        yield opened


def read(modules: Modules, kind: str, body: Any) -> dict[str, Any]:
    found: dict[str, Any] = modules.call("conversation/read.js", f"read{kind}", text_of(body))
    return found


def said(reading: dict[str, Any]) -> Said:
    """Return who said what: the kind of each part, and its text, name or note."""
    return [
        (
            message["role"],
            [
                (part["kind"], " ".join(filter(None, (part.get("name"), part.get("media"), part["text"]))))
                for part in message["parts"]
            ],
        )
        for message in reading["messages"]
    ]


@pytest.mark.parametrize(
    ("body", "form", "expected"),
    [
        (
            CHAT_REQUEST,
            "OpenAI chat",
            [
                ("system", [("text", "Be brief.")]),
                ("user", [("text", "What is the weather in 上海?"), ("media", "image/png")]),
                ("assistant", [("call", 'weather {"city":"上海"}')]),
                ("tool", [("result", "22 degrees")]),
            ],
        ),
        (
            RESPONSES_REQUEST,
            "OpenAI responses",
            [
                ("system", [("text", "Be brief.")]),
                ("user", [("text", "Say hello.")]),
                ("assistant", [("call", "greet {}")]),
                ("tool", [("result", "hello")]),
            ],
        ),
        (
            ANTHROPIC_REQUEST,
            "Anthropic messages",
            [
                ("system", [("text", "Be brief.")]),
                ("user", [("text", "List the files.")]),
                ("assistant", [("call", 'ls {\n  "path": "/"\n}')]),
                ("user", [("result", "a.txt"), ("media", "image/jpeg")]),
            ],
        ),
        (
            GEMINI_REQUEST,
            "Gemini",
            [
                ("system", [("text", "Be brief.")]),
                ("user", [("text", "Translate: 你好"), ("media", "image/png")]),
                ("assistant", [("call", 'lookup {\n  "word": "你好"\n}')]),
                ("user", [("result", 'lookup {\n  "en": "hello"\n}')]),
            ],
        ),
        ({"model": "e", "input": ["one", "two"]}, "OpenAI", [("user", [("text", "one"), ("text", "two")])]),
    ],
    ids=["chat", "responses", "anthropic", "gemini", "embeddings"],
)
def test_a_request_is_who_said_what(modules: Modules, body: Any, form: str, expected: Said) -> None:
    found = read(modules, "Request", body)

    assert (found["format"], found["isWhole"]) == (form, True)
    assert said(found) == expected


CHAT_SAID = [("reasoning", "Look outside."), ("text", "It is 22 degrees."), ("call", 'umbrella {"needed":false}')]
RESPONSES_SAID = [("reasoning", "Think."), ("text", "Hello."), ("call", 'greet {"a":1}')]
ANTHROPIC_SAID = [("reasoning", "One file."), ("text", "There is one file."), ("call", 'cat {\n  "file": "a.txt"\n}')]
GEMINI_SAID = [("reasoning", "Sure."), ("text", "Hello.")]


@pytest.mark.parametrize(
    ("body", "form", "parts", "finish"),
    [
        (CHAT_STREAM, "OpenAI chat", CHAT_SAID, "tool_calls"),
        (CHAT_STREAM.replace("\n\n", "\n"), "OpenAI chat", CHAT_SAID, "tool_calls"),
        (CHAT_STREAM.replace("\n", "\r\n"), "OpenAI chat", CHAT_SAID, "tool_calls"),
        (sse(*RESPONSES_EVENTS, RESPONSES_END, names=True), "OpenAI responses", RESPONSES_SAID, "completed"),
        (sse(*RESPONSES_EVENTS, names=True), "OpenAI responses", RESPONSES_SAID, "in_progress"),
        (ANTHROPIC_STREAM, "Anthropic messages", ANTHROPIC_SAID, "tool_use"),
        (sse(*GEMINI_PIECES), "Gemini", GEMINI_SAID, "STOP"),
        (json.dumps(GEMINI_PIECES), "Gemini", GEMINI_SAID, "STOP"),
    ],
    ids=["chat", "one line break", "CRLF", "responses", "responses without end", "anthropic", "gemini", "gemini array"],
)
def test_a_stream_is_put_together(modules: Modules, body: str, form: str, parts: Any, finish: str) -> None:
    found = read(modules, "Answer", body)

    assert (found["format"], found["isStreamed"], found["isWhole"]) == (form, True, True)
    assert said(found) == [("assistant", parts)]
    assert found["messages"][0]["finish"] == finish


def test_a_stream_adds_up_to_the_answer_that_is_not_streamed(modules: Modules) -> None:
    chat, anthropic = (read(modules, "Answer", body)["json"] for body in (CHAT_STREAM, ANTHROPIC_STREAM))

    assert chat["choices"][0]["message"]["content"] == "It is 22 degrees."
    assert chat["usage"] == {"prompt_tokens": 30, "completion_tokens": 9}
    assert said(read(modules, "Answer", chat)) == [("assistant", CHAT_SAID)]
    assert anthropic["usage"] == {"input_tokens": 9, "output_tokens": 12}
    assert said(read(modules, "Answer", anthropic)) == [("assistant", ANTHROPIC_SAID)]


def test_answers_that_are_not_streamed_are_read(modules: Modules) -> None:
    assert said(read(modules, "Answer", CHAT_ANSWER)) == [("assistant", [("text", "Hello.")])]
    assert said(read(modules, "Answer", RESPONSES_ANSWER)) == [("assistant", RESPONSES_SAID)]
    assert read(modules, "Answer", CHAT_ANSWER)["options"] == [["prompt_tokens", "3"], ["completion_tokens", "2"]]


def test_an_error_is_what_it_says(modules: Modules) -> None:
    assert read(modules, "Answer", ERROR_ANSWER)["error"] == "The upstream is overloaded · overloaded · 529"
    assert read(modules, "Answer", sse(ERROR_ANSWER))["error"] == "The upstream is overloaded · overloaded · 529"
    broken = sse(*ANTHROPIC_EVENTS[:7], {"type": "error", "error": {"message": "lost", "type": "api_error"}})
    assert read(modules, "Answer", broken)["error"] == "lost · api_error"
    assert said(read(modules, "Answer", broken))[0][1][1] == ("text", "There is one file.")


def test_a_cut_body_is_read_as_far_as_it_goes(modules: Modules) -> None:
    request = read(modules, "Request", CHAT[: CHAT.index("iVBOR") + 500])
    answer = read(modules, "Answer", CHAT_STREAM[: CHAT_STREAM.index("22 degrees.") + 4])

    assert (request["isWhole"], answer["isWhole"]) == (False, False)
    assert said(request)[0] == ("system", [("text", "Be brief.")])
    assert said(request)[1][1][0] == ("text", "What is the weather in 上海?")
    assert said(answer) == [("assistant", [("reasoning", "Look outside."), ("text", "It is 22 d")])]


@pytest.mark.parametrize(
    ("body", "form"),
    [
        ('{"model":"c","max_tokens":8,"system":[{"type":"text","text":"Be brief. Do n', "Anthropic messages"),
        ('{"model":"g","instructions":"Be brief. Do n', "OpenAI responses"),
    ],
)
def test_a_body_that_was_cut_in_its_system_prompt_is_that_prompt(modules: Modules, body: str, form: str) -> None:
    found = read(modules, "Request", body)

    assert (found["format"], found["isWhole"]) == (form, False)
    assert said(found) == [("system", [("text", "Be brief. Do n")])]


def test_every_cut_of_every_body_is_read_without_a_fault(modules: Modules) -> None:
    bodies = [
        CHAT.replace("A" * 4000, "A"),
        CHAT_STREAM,
        text_of(RESPONSES_REQUEST),
        ANTHROPIC_STREAM,
        json.dumps(GEMINI_PIECES),
        text_of(ERROR_ANSWER),
    ]
    faults = modules.page.evaluate(
        """async ([bodies, path]) => {
          const { readRequest, readAnswer } = await import(path);
          const faults = [];
          const attempt = (read, text) => {
            try { read(text); } catch (error) { faults.push(`${text}: ${error}`); }
          };
          for (const body of bodies) for (let end = 0; end <= body.length; end += 1) {
            attempt(readRequest, body.slice(0, end));
            attempt(readAnswer, body.slice(0, end));
          }
          return faults;
        }""",
        [bodies, modules.path("conversation/read.js")],
    )

    assert faults == []


@pytest.mark.parametrize(
    "body",
    [
        *("", "   ", "plain text", "null", "[]", "{}", "42", '"text"', "data:", "data: \n\n", "{" * 5000, "[" * 5000),
        *(
            '{"messages":null}',
            '{"messages":[null,1,"x"]}',
            '{"choices":[null]}',
            '{"contents":[null]}',
            '{"input":{}}',
        ),
        *('{"messages":[{"role":{},"content":{"a":[]}}]}', '{"output":[null],"object":"response"}'),
        '{"__proto__":{"a":1}}',
    ],
)
def test_what_nobody_foresaw_is_no_fault(modules: Modules, body: str) -> None:
    for kind in ("Request", "Answer"):
        assert isinstance(read(modules, kind, body)["messages"], list)


def test_nothing_reaches_the_prototype_of_objects(modules: Modules) -> None:
    read(modules, "Request", '{"__proto__":{"polluted":true},"messages":[')

    assert modules.page.evaluate("({}).polluted") is None
