"""What messages of the same error have in common: numbers, ids and quoted parts are folded. Pure."""

import re
from collections.abc import Mapping

MAX_MESSAGE = 2_000  # characters that are read of a message
MAX_MESSAGE_SHOWN = 400  # characters of a folded message
MAX_QUERY_PHRASES = 6
SHORTEST_PHRASE = 3  # words; shorter runs of words are found in many other texts
FOLDED = "…"
# In this order: an address holds numbers, and a quoted part holds anything.
_VARYING = re.compile(
    r"""
      (?P<url>https?://[^\s"'<>)\]]+)
    | (?P<quoted>"[^"\n]{0,300}"|'[^'\n]{0,300}'(?!\w)|`[^`\n]{0,300}`|「[^」\n]{0,300}」|“[^”\n]{0,300}”)
    | (?P<id>\b(?=[\w-]*\d)(?:[0-9a-fA-F]{8}-[0-9a-fA-F-]{20,}|[A-Za-z]{2,12}[-_][\w-]{6,}|[0-9a-fA-F]{12,})\b)
    | (?P<number>(?<![A-Za-z_-])[+-]?\d+(?:[.,:]\d+)*)
    """,
    re.VERBOSE,
)
_NAMES: Mapping[str, str] = {"url": "<url>", "quoted": "<text>", "id": "<id>", "number": "<n>"}
_FOLDS = re.compile(r"<(?:url|text|id|n)>")
_SPACE = re.compile(r"\s+")
_WORDS = re.compile(r"\w+")


def folded(message: str) -> str:
    """Return a message with what varies between requests replaced: `limit <n>, used <n>`."""
    text = _SPACE.sub(" ", _VARYING.sub(_name, message[:MAX_MESSAGE])).strip()
    return text if len(text) <= MAX_MESSAGE_SHOWN else text[:MAX_MESSAGE_SHOWN] + FOLDED


def query_of(message: str) -> str:
    """Return a query that finds logs with a folded message: the words between what was folded, as phrases."""
    runs = [" ".join(_WORDS.findall(run)) for run in _FOLDS.split(message.removesuffix(FOLDED))]
    if message.endswith(FOLDED) and runs:
        runs[-1] = runs[-1].rpartition(" ")[0]  # the last word may be cut
    phrases = [run for run in runs if run.count(" ") + 1 >= SHORTEST_PHRASE or not run.isascii()]
    chosen = phrases or sorted(runs, key=len, reverse=True)[:1]
    return " ".join(f'"{run}"' for run in chosen[:MAX_QUERY_PHRASES] if run)


def _name(match: re.Match[str]) -> str:
    return _NAMES[match.lastgroup or "number"]
