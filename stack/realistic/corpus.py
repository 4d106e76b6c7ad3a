"""The realistic corpus: its models, the shares of its kinds of traffic, and the tokens of a call."""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import cast

from stack.events.call import Call, Corpus, Event
from stack.events.vocabulary import CHAT, EMBEDDINGS, GEMINI, MESSAGES, RESPONSES, Model
from stack.realistic import bodies, shares
from stack.realistic.shares import Kind

REALISTIC_MODELS = [
    Model("gpt-4o", 6, *CHAT, 0.0025, 0.01, 0.00125),
    Model("gpt-4o-mini", 10, *CHAT, 0.00015, 0.0006, 0.000075),
    Model("gpt-5.1", 8, *RESPONSES, 0.00125, 0.01, 0.000125),
    Model("gpt-5.1-codex", 5, *RESPONSES, 0.00125, 0.01, 0.000125),
    Model("claude-sonnet-4-5-20250929", 18, *MESSAGES, 0.003, 0.015, 0.0003),
    Model("claude-haiku-4-5-20251001", 7, *MESSAGES, 0.001, 0.005, 0.0001),
    Model("claude-opus-4-1-20250805", 2, *MESSAGES, 0.015, 0.075, 0.0015),
    Model("gemini-2.5-pro", 4, *GEMINI, 0.00125, 0.01, 0.00031),
    Model("gemini-2.5-flash", 7, *GEMINI, 0.0003, 0.0025, 0.000075),
    Model("deepseek-chat", 9, *CHAT, 0.002, 0.008, 0.0005),
    Model("deepseek-reasoner", 4, *CHAT, 0.004, 0.016, 0.001),
    Model("qwen3-max", 5, *CHAT, 0.0024, 0.0096, 0.0006),
    Model("qwen3-coder-plus", 3, *CHAT, 0.002, 0.008, 0.0004),
    Model("glm-4.6", 3, *CHAT, 0.002, 0.008, 0.0004),
    Model("kimi-k2-turbo-preview", 2, *CHAT, 0.004, 0.016, 0.001),
    Model("text-embedding-3-large", 7, *EMBEDDINGS, 0.00013, 0.0, 0.0),
]


def _kind(random: Random, model: Model) -> Kind:
    if model.endpoint == EMBEDDINGS[0]:
        return "embeddings"
    kinds = _kinds()
    return kinds[int(random.random() * len(kinds))]


@cache
def _kinds() -> Sequence[Kind]:
    return [kind for kind, share in shares.KINDS.items() for _ in range(round(share * 100))]


def _is_streamed(random: Random, _model: Model, kind: str) -> bool:
    return random.random() < shares.STREAMED[cast(Kind, kind)]


def _usage(random: Random, _model: Model, kind: str) -> dict[str, int]:
    of = cast(Kind, kind)
    prompt = 40 + int(random.random() * random.random() * shares.PROMPT_TOKENS[of])
    answer = 0 if kind == "embeddings" else 20 + int(random.random() * random.random() * 1_200)
    used = {"input_tokens": prompt, "output_tokens": answer, "total_tokens": prompt + answer}
    if cached := int(prompt * shares.CACHED[of] * random.random() ** 0.5):
        used["cached_tokens"] = cached
    return used


def _detail(call: Call, request_id: str) -> Event:
    return bodies.detail(call, cast(Kind, call.kind), request_id)


REALISTIC = Corpus(REALISTIC_MODELS, shares.ERRORS, shares.WITHOUT_BODIES, _kind, _is_streamed, _usage, _detail)
