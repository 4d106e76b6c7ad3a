"""Realistic gateway log events: a seed and moments in, one event for each moment out.

Pure: the same in gives the same out. Written for speed, a benchmark must not wait for it: choices are one
multiplication into a table, texts are joined from ready pieces.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple, TypeVar

from stack.events import billing, bodies
from stack.events.vocabulary import (
    EMBEDDINGS,
    FAILURE_SHARES,
    FAILURES,
    MESSAGES,
    METADATA,
    MODELS,
    TOKEN_NAMES,
    USERS,
    Failure,
    Model,
)

GROUPS = 200
CHANNELS = 12
ERROR_SHARE = 0.12
WITHOUT_DETAIL_SHARE = 0.3  # of the successes: gateways are often told to store failures only
STREAM_SHARE = 0.5
RETRY_SHARE = 0.06
TRUNCATED_SHARE = 0.02
NEWER_GATEWAY_SHARE = 0.25
HOUR_MS = 60 * 60 * 1000
# How busy each hour of the day is, in UTC, seen from offices in China
RHYTHM = [6, 8, 9, 7, 6, 8, 10, 10, 9, 8, 6, 5, 5, 6, 6, 5, 3, 2, 1, 1, 1, 1, 2, 4]
SLOTS = 4096  # of a table to choose from

T = TypeVar("T")
Event = dict[str, Any]


class Group(NamedTuple):
    """A customer of the gateway."""

    name: str
    tokens: list[tuple[int, str]]  # id and name
    addresses: list[str]


class Call(NamedTuple):
    """What the parts of one event have in common."""

    random: Random
    number: int
    created_at: int  # epoch milliseconds
    model: Model
    failure: Failure | None
    is_streamed: bool


def history(count: int, now_ms: int, days: float = 20) -> Iterator[int]:
    """Give so many moments, in order, over the days up to now, busy and quiet as offices are; epoch ms."""
    hours = int(days * 24)
    start_ms = now_ms - hours * HOUR_MS
    shares = [RHYTHM[(start_ms // HOUR_MS + hour) % 24] for hour in range(hours)]
    reached = list(accumulate(shares))
    hour = 0
    for index in range(count):
        wanted = (index + 0.5) / count * reached[-1]
        while reached[hour] <= wanted:
            hour += 1
        yield start_ms + int((hour + 1 - (reached[hour] - wanted) / shares[hour]) * HOUR_MS)


def events(seed: int, moments_ms: Iterable[int], first_id: int = 1) -> Iterator[Event]:
    """Give one event for each `created_at`, a dict ready for JSON; ids count up from `first_id`."""
    random = Random(seed)  # noqa: S311  # realistic, not secret
    draw = random.random
    groups = _table(_groups(), [1 / rank for rank in range(1, GROUPS + 1)])
    models = _table(MODELS, [model.share for model in MODELS])
    failures = _table(FAILURES, FAILURE_SHARES)
    for number, created_at in enumerate(moments_ms, start=first_id):
        failure = failures[int(draw() * SLOTS)] if draw() < ERROR_SHARE else None
        model = models[int(draw() * SLOTS)]
        is_streamed = model.endpoint != EMBEDDINGS[0] and draw() < STREAM_SHARE
        call = Call(random, number, created_at, model, failure, is_streamed)
        yield _event(call, groups[int(draw() * SLOTS)])


def _event(call: Call, group: Group) -> Event:
    draw, number, model, failure = call.random.random, call.number, call.model, call.failure
    duration_ms = int(200 + draw() * draw() * 30_000)
    request_at = call.created_at - duration_ms
    token_id, token_name = group.tokens[int(draw() * len(group.tokens))]
    usage = billing.usage(call.random, model) if not failure else billing.NOTHING_USED
    amount = billing.amount(model, usage)
    request_id = f"{request_at * 1000 + number % 1000:016d}"
    event: Event = {
        "id": number,
        "request_id": request_id,
        "created_at": call.created_at,
        "request_at": request_at,
        "retry_at": 0,
        "retry_times": 0,
        "group": group.name,
        "model": model.name,
        "token_id": token_id,
        "token_name": token_name,
        "channel": 1 + (number * 7 + model.share) % CHANNELS if draw() < 0.3 else 1 + model.share % CHANNELS,
        "code": failure.code if failure else 200,
        "mode": model.mode,
        "endpoint": model.endpoint,
        "content": failure.content if failure else "",
        "ip": group.addresses[int(draw() * len(group.addresses))],
        "user": USERS[int(draw() * len(USERS))].format(n=number % 5000),
        "ttfb_milliseconds": int(duration_ms * 0.3) if call.is_streamed and not failure else 0,
        "metadata": _metadata(METADATA[int(draw() * len(METADATA))], number % 1000),
        "price": billing.price(model),
        "usage": usage,
        "used_amount": amount["used_amount"],
    }
    if draw() < RETRY_SHARE:
        event["retry_times"] = 1 + number % 3
        event["retry_at"] = request_at + duration_ms // 2
    if failure or draw() > WITHOUT_DETAIL_SHARE:
        event["request_detail"] = _detail(call, request_id)
    if draw() < NEWER_GATEWAY_SHARE:
        event |= _newer(number, amount)
    return event


def _metadata(template: dict[str, str], number: int) -> dict[str, str]:
    return {key.format(n=number): value.format(n=number) for key, value in template.items()}


def _detail(call: Call, request_id: str) -> Event:
    said = bodies.talk(call.random, call.number)
    asked, answered = _asked(call, said), _answered(call, said, request_id)
    is_cut = call.random.random() < TRUNCATED_SHARE
    return {
        "id": call.number * 2,
        "log_id": call.number,
        "request_body": asked[: len(asked) * 2 // 3] if is_cut else asked,
        "response_body": answered,
        "request_body_truncated": is_cut,
        "response_body_truncated": False,
    }


def _asked(call: Call, said: bodies.Talk) -> str:
    if call.model.endpoint == EMBEDDINGS[0]:
        return bodies.embedding_request(call.model.name, said)
    return bodies.request(call.model.name, said, 1024, stream=call.is_streamed)


def _answered(call: Call, said: bodies.Talk, request_id: str) -> str:
    name, number = call.model.name, call.number
    if call.failure:
        return bodies.error_answer(call.failure.code, call.failure.content, request_id)
    if call.model.endpoint == EMBEDDINGS[0]:
        return f'{{"object":"list","model":"{name}","data":[{{"object":"embedding","index":0}}]}}'
    if call.model.endpoint == MESSAGES[0]:
        return bodies.anthropic_stream(said) if call.is_streamed else bodies.anthropic_answer(name, said, number)
    if call.is_streamed:
        return bodies.openai_stream(name, said, number)
    return bodies.openai_answer(name, said, number, call.created_at // 1000)


def _newer(number: int, amount: dict[str, float]) -> Event:
    """Give the fields that only newer gateways send."""
    return {
        "upstream_id": f"resp_{number * 2654435761 % 2**64:016x}",
        "amount": amount,
        "usage_context": {"service_tier": "default", "quality": "standard"},
        "prompt_cache_key": f"pc-{number % 997}",
    }


def _groups() -> list[Group]:
    random = Random(GROUPS)  # noqa: S311  # the same customers whatever the seed
    return [_group(random, number) for number in range(GROUPS)]


def _group(random: Random, number: int) -> Group:
    names = random.sample(TOKEN_NAMES, random.randint(3, 6))
    tokens = [(number * 10 + place, name) for place, name in enumerate(names, start=1)]
    addresses = [
        f"{random.randint(11, 223)}.{random.randint(0, 255)}.{random.randint(0, 255)}.{host}" for host in (7, 8, 9)
    ]
    addresses.append(f"2408:8207:{random.randint(1, 65535):x}::{number + 1:x}")
    return Group(f"ns-{random.getrandbits(32):08x}" if number else "ns-admin", tokens, addresses)


def _table(choices: Sequence[T], shares: Sequence[float]) -> list[T]:
    """Give the choices, each in as many slots as its share says; every choice has one at least."""
    reached = [total / sum(shares) for total in accumulate(shares)]
    table: list[T] = []
    for choice, end in zip(choices, reached, strict=True):
        table += [choice] * max(1, round(end * SLOTS) - len(table))
    return table[:SLOTS] + [choices[0]] * (SLOTS - len(table))
