"""What a client asks in one call. Texts are escaped for a JSON string."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from stack.providers.reply import ToolCall


class Turn(NamedTuple):
    """A message of the conversation: a question, an answer, a call of a tool, or what the tool returned."""

    role: Literal["user", "assistant", "tool"]
    text: str
    tool_call: ToolCall | None = None  # of an answer, or whose result this is
    image: str = ""  # a PNG in base64


class Prompt(NamedTuple):
    """The system prompt, the tools as JSON, and the turns so far."""

    model: str
    system: str
    turns: Sequence[Turn]
    tools: str = ""
    is_streamed: bool = False

    def flag(self) -> str:
        """Return whether a stream is wanted, as JSON."""
        return "true" if self.is_streamed else "false"
