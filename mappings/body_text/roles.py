"""Which strings of a chunk are pieces of a text: by their names, in the forms of the providers.

The rule: a string below a `delta` with a name that is known for texts is a piece. A string elsewhere that changes from
chunk to chunk may be a piece, the text so far, or a value of its own. It is searched as both.
"""

import re
from enum import Enum
from functools import lru_cache


class Role(Enum):
    """What a string of a chunk is to the stream."""

    PIECE = "the next piece of a text"
    PIECE_OR_WHOLE = "the next piece of a text, or all of it so far"
    UNKNOWN = "a piece, or a value of its own"
    VALUE = "a value of its own"


# Of no use to a search: numbers of each token, counters of events, and padding against guessing from lengths.
LEFT_OUT = frozenset({"logprobs", "obfuscation", "sequence_number"})
# Names whose values tell the texts of a stream apart, besides their place.
MARKS = frozenset(
    {"index", "output_index", "content_index", "summary_index", "item_id", "contentBlockIndex", "toolCallId", "thought"}
)
ALIASES = {"content_block": "delta"}  # Anthropic: a block begins with the first piece of its text

_LONG_PATH = 500  # characters; no provider has one
_NAMES = frozenset(
    [
        "answer",
        "arguments",
        "audio",
        "code",
        "content",
        "data",
        "delta",
        "input",
        "output",
        "partial_json",
        "reasoning",
        "reasoning_content",
        "reasoning_text",
        "refusal",
        "signature",
        "summary",
        "text",
        "thinking",
        "tool_plan",
        "transcript",
        "value",
    ]
)
_VALUES = re.compile(r"(?i)(?:^|_)(?:id|type|object|model|role|event|status|reason|at|time|timestamp)$|Id$|Reason$")
_TIMES = re.compile(r"(?i)(?:^|_)(?:at|time|timestamp)$")
_DELTA = re.compile("(?i)delta")
_QUOTES = re.compile("(?i)citation|annotation")  # each is whole
_PIECES = re.compile(
    r"\.choices\[\d+\]\.text"  # OpenAI, completions
    r"|\.candidates\[\d+\]\.content\.parts\[\d+\](?:#\w+)?\.text"  # Gemini
    r"|\.message\.(?:content|thinking)|\|\.response"  # Ollama
    r"|\|\.(?:completion|generation|outputText)"  # models of Bedrock
    r"|\.token\.text"  # Text Generation Inference
)
_WHOLES = re.compile(r"\.output\.(?:text|choices\[\d+\]\.message\.(?:reasoning_)?content)")  # DashScope


def role(path: str, name: str) -> Role:
    """Return the role of the string with this name at this path (see leaves.py)."""
    return _role(path, name) if len(path) < _LONG_PATH else Role.UNKNOWN


@lru_cache(maxsize=4096)
def _role(path: str, name: str) -> Role:
    if _VALUES.search(name):
        return Role.VALUE
    if _is_below_delta(path, name) or _PIECES.fullmatch(path):
        return Role.PIECE
    return Role.PIECE_OR_WHOLE if _WHOLES.fullmatch(path) else Role.UNKNOWN


def is_time(name: str) -> bool:
    """Tell whether a value with this name is a time, which is of no use where each chunk has its own."""
    return _TIMES.search(name) is not None


def _is_below_delta(path: str, name: str) -> bool:
    if _QUOTES.search(path):
        return False
    return bool(_DELTA.search(name)) or (name.lower() in _NAMES and bool(_DELTA.search(path)))
