"""The prompts and tools of assistants and agents, and what tools return. The same in every call of an application."""

import json
from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any, NamedTuple

from stack.providers.reply import Pieces, ToolCall
from stack.realistic import phrases
from stack.realistic.passages import Passages, code, english, pieces, quoted

ASSISTANTS = 24  # applications with a system prompt of their own
AGENTS = 6
RULES_OF_AGENT = 120  # sentences of the system prompt of an agent
PARAGRAPH = 8  # sentences
USES = 400  # different calls of tools
RESULTS = 300  # different results


class Agent(NamedTuple):
    """What each request of an agent begins with, escaped for JSON or as JSON."""

    system: str
    openai_tools: str
    anthropic_tools: str
    gemini_tools: str


@cache
def assistant_prompts() -> Sequence[str]:
    """Return the system prompts of chat applications: from one sentence to some pages, escaped."""
    random = Random(ASSISTANTS)  # noqa: S311  # test data, the same in each process
    return [quoted(_prompt(random, 2 + number * number // 8)) for number in range(ASSISTANTS)]


@cache
def agents() -> Sequence[Agent]:
    """Return the agents."""
    random = Random(AGENTS)  # noqa: S311  # test data, the same in each process
    return [_agent(random) for _ in range(AGENTS)]


def tool_call(random: Random, number: int, index: int) -> ToolCall:
    """Return a call of a tool with arguments that fit it."""
    name, arguments = _uses()[int(random.random() * USES)]
    return ToolCall(f"call_{number * 31 + index:024x}", name, arguments)


def tool_result(random: Random) -> str:
    """Return what a tool returned: a file, the output of a command, or JSON, escaped."""
    return _results()[int(random.random() * RESULTS)]


@cache
def _uses() -> Sequence[tuple[str, Pieces]]:
    random = Random(USES)  # noqa: S311  # test data, the same in each process
    used = [_use(random, number) for number in range(USES)]
    return [(name, pieces(json.dumps(arguments, ensure_ascii=False))) for name, arguments in used]


@cache
def _results() -> Sequence[str]:
    random = Random(RESULTS)  # noqa: S311  # the same
    return [quoted(_result(random, number)) for number in range(RESULTS)]


def _result(random: Random, number: int) -> str:
    draw = random.random()
    lines = 10 + int(random.random() * random.random() * 90)
    if draw < 0.4:
        return _numbered(code().some(random, lines // 3), number)
    if draw < 0.75:
        return _output(random, number, lines)
    return json.dumps({"rows": [_row(random, number + row) for row in range(lines // 4)], "truncated": False})


def _prompt(random: Random, sentences: int) -> str:
    rules = [random.choice(phrases.SYSTEM_RULES) for _ in range(sentences)]
    paragraphs = ["\n- ".join(rules[start : start + PARAGRAPH]) for start in range(0, sentences, PARAGRAPH)]
    return "You are the assistant of a company.\n\n- " + "\n\n## Rules\n- ".join(paragraphs)


def _agent(random: Random) -> Agent:
    tools = [_tool(random, *tool) for tool in phrases.TOOLS]
    openai = [{"type": "function", "function": tool} for tool in tools]
    anthropic = [
        {"name": tool["name"], "description": tool["description"], "input_schema": tool["parameters"]} for tool in tools
    ]
    system = quoted(_prompt(random, RULES_OF_AGENT))
    return Agent(system, _compact(openai), _compact(anthropic), _compact([{"functionDeclarations": tools}]))


def _tool(random: Random, name: str, description: str, parameters: Sequence[str]) -> dict[str, Any]:
    usage = " ".join(_plain(english(), random, 12))
    properties = {
        parameter: {"type": "string", "description": " ".join(_plain(english(), random, 2))} for parameter in parameters
    }
    return {
        "name": name,
        "description": f"{description}\n\nUsage:\n- {usage}",
        "parameters": {"type": "object", "properties": properties, "required": [parameters[0]]},
    }


def _plain(language: Passages, random: Random, number: int) -> list[str]:
    return [passage.plain for passage in language.some(random, number)]


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _use(random: Random, number: int) -> tuple[str, dict[str, Any]]:
    draw, path = random.random(), random.choice(phrases.PATHS)
    if draw < 0.35:
        return "read_file", {"path": f"/workspace/{path}", "offset": number % 400, "limit": 200}
    if draw < 0.6:
        return "run_command", {"command": random.choice(phrases.COMMANDS), "timeout_ms": 120_000}
    if draw < 0.8:
        old, new = code().some(random, 2)
        return "edit_file", {"path": f"/workspace/{path}", "old_text": old.plain, "new_text": new.plain}
    if draw < 0.9:
        return "query_database", {"sql": "SELECT * FROM orders WHERE id = $1", "parameters": [number % 10_000]}
    return "search_code", {"pattern": "created_at|updated_at", "glob": "**/*.py", "max_results": 50}


def _numbered(passages: Sequence[Any], number: int) -> str:
    lines = "".join(passage.plain for passage in passages).split("\n")
    return "\n".join(f"{number % 500 + place:6}\t{line}" for place, line in enumerate(lines))


def _output(random: Random, number: int, lines: int) -> str:
    path = random.choice(phrases.PATHS)
    shown = [f"{path}:{line * 7 % 900}: {passage.plain}" for line, passage in enumerate(english().some(random, lines))]
    return "\n".join([*shown, f"{lines} passed, {number % 7} failed in {number % 90}.{number % 10}s"])


def _row(random: Random, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "sku": f"SKU-{number % 9973:04d}",
        "amount": round(random.random() * 500, 2),
        "note": english().some(random, 1)[0].plain,
        "created_at": f"2026-11-{number % 28 + 1:02d}T08:00:00Z",
    }
