"""What a model says in the realistic corpus: an answer, thoughts before it, calls of tools, JSON."""

from collections.abc import Sequence
from functools import cache
from random import Random

from stack.providers.reply import Reply
from stack.realistic.agents import tool_call
from stack.realistic.passages import Passage, Passages, pieces

FEWEST_CHUNKS, MOST_CHUNKS = 100, 800  # of a streamed answer
THINKING_SHARE = 0.35  # of the calls of models that think
MARKDOWN_EVERY = 7  # passages
LABELS = ("billing", "bug", "refund", "feature request", "account", "spam", "发票", "投诉")


def answer(random: Random, language: Passages) -> Reply:
    """Return an answer in prose: most are short, a few are very long."""
    spread = random.random() * random.random()
    wanted = FEWEST_CHUNKS + int(spread * (MOST_CHUNKS - FEWEST_CHUNKS))
    return Reply(_prose(random, language, wanted))


def thoughtful(random: Random, language: Passages) -> Reply:
    """Return an answer with what the model thinks before it."""
    reply = answer(random, language)
    return reply._replace(thinking=_prose(random, language, len(reply.text) // 2))


def step(random: Random, number: int, language: Passages) -> Reply:
    """Return a step of an agent: a sentence or two, then calls of tools."""
    calls = [tool_call(random, number, index) for index in range(1 if random.random() < 0.8 else 2)]
    return Reply(_prose(random, language, 20 + int(random.random() * 40)), tool_calls=calls)


def extraction(random: Random, number: int) -> Reply:
    """Return JSON that a program asked for."""
    labels = [LABELS[int(random.random() * len(LABELS))] for _ in range(2)]
    found = f'"label": "{labels[0]}", "also": ["{labels[1]}"], "order": {number % 10**7}'
    text = f'{{{found}, "confidence": 0.{number % 90 + 10}}}'
    return Reply(pieces(text))


def _prose(random: Random, language: Passages, wanted: int) -> list[str]:
    """Return the pieces of as many passages as are needed, with headings and lists as Markdown has them."""
    chosen: list[str] = []
    for place, passage in enumerate(_endless(random, language)):
        if len(chosen) >= wanted:
            return chosen
        if place % MARKDOWN_EVERY == 0:
            chosen += _marks()[place // MARKDOWN_EVERY % len(_marks())]
        chosen += passage.pieces
    return chosen


def _endless(random: Random, language: Passages) -> Sequence[Passage]:
    return language.some(random, MOST_CHUNKS)


@cache
def _marks() -> Sequence[Sequence[str]]:
    return [
        pieces(mark)
        for mark in ("", "\n\n## ", "\n\n1. **", "\n- ", "\n\n```python\n", "\n```\n\n", "\n\n| a | b |\n|---|---|\n")
    ]
