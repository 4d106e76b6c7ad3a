"""What a model says in one call, in the pieces in which it says it."""

import json
from collections.abc import Sequence
from typing import NamedTuple

Pieces = Sequence[str]  # of one text, each escaped for a JSON string


def around_each(head: str, pieces: Pieces, tail: str) -> str:
    """Return the pieces with the same before and behind each: the chunks of a stream."""
    return f"{head}{(tail + head).join(pieces)}{tail}" if pieces else ""


class ToolCall(NamedTuple):
    """A call of a tool."""

    id: str
    name: str
    arguments: Pieces  # JSON in JSON

    def arguments_object(self) -> str:
        """Return the arguments as JSON, for APIs that do not quote them."""
        text: str = json.loads(f'"{"".join(self.arguments)}"')
        return text


class Reply(NamedTuple):
    """What a model says: what it thinks, its answer, and the tools that it calls."""

    text: Pieces
    thinking: Pieces = ()
    tool_calls: Sequence[ToolCall] = ()

    @property
    def has_tool_calls(self) -> bool:
        """Tell whether the model waits for the results of tools."""
        return bool(self.tool_calls)


class Answered(NamedTuple):
    """The call that is answered."""

    number: int  # ids are made of it
    model: str
    created_s: int  # epoch seconds
    input_tokens: int
    output_tokens: int

    def id(self, prefix: str) -> str:
        """Return an id as providers make them."""
        return f"{prefix}{self.number * 0x9E3779B97F4A7C15F39CC061 % 2**96:024x}"
