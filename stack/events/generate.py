"""Generated gateway log events: one for each time given, the same events for the same seed and times.

Benchmarks must not wait for the generator, so it is written for speed: a weighted choice is one lookup in a
table, and texts are concatenated from prepared parts.
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
WITHOUT_DETAIL_SHARE = (
    0.3  # of the successful calls: gateways are often configured to store the bodies of failed calls only
)
STREAM_SHARE = 0.5
RETRY_SHARE = 0.06
TRUNCATED_SHARE = 0.02
NEWER_GATEWAY_SHARE = 0.25
HOUR_MS = 60 * 60 * 1000
# Relative traffic of each hour of the day, UTC: office hours in China
HOURLY_TRAFFIC = [6, 8, 9, 7, 6, 8, 10, 10, 9, 8, 6, 5, 5, 6, 6, 5, 3, 2, 1, 1, 1, 1, 2, 4]
TABLE_SIZE = 4096  # entries of a table for weighted choices

T = TypeVar("T")
Event = dict[str, Any]


class Group(NamedTuple):
    """A customer of the gateway, with its access tokens and IP addresses."""

    name: str
    tokens: list[tuple[int, str]]  # token_id, token_name
    addresses: list[str]


class Call(NamedTuple):
    """The values that several fields of one event depend on."""

    random: Random
    number: int
    created_at: int  # epoch milliseconds
    model: Model
    failure: Failure | None
    is_streamed: bool


def history(count: int, now_ms: int, days: float = 20) -> Iterator[int]:
    """Yield `count` times over the days before `now_ms`, ascending, epoch ms; denser in busy hours."""
    hours = int(days * 24)
    start_ms = now_ms - hours * HOUR_MS
    shares = [HOURLY_TRAFFIC[(start_ms // HOUR_MS + hour) % 24] for hour in range(hours)]
    reached = list(accumulate(shares))
    hour = 0
    for index in range(count):
        wanted = (index + 0.5) / count * reached[-1]
        while reached[hour] <= wanted:
            hour += 1
        yield start_ms + int((hour + 1 - (reached[hour] - wanted) / shares[hour]) * HOUR_MS)


def events(seed: int, moments_ms: Iterable[int], first_id: int = 1) -> Iterator[Event]:
    """Yield an event for each `created_at`, as a dict for JSON; ids count up from `first_id`."""
    random = Random(seed)  # noqa: S311  # test data, not a secret
    draw = random.random
    groups = _weighted_table(_groups(), [1 / rank for rank in range(1, GROUPS + 1)])
    models = _weighted_table(MODELS, [model.share for model in MODELS])
    failures = _weighted_table(FAILURES, FAILURE_SHARES)
    for number, created_at in enumerate(moments_ms, start=first_id):
        failure = failures[int(draw() * TABLE_SIZE)] if draw() < ERROR_SHARE else None
        model = models[int(draw() * TABLE_SIZE)]
        is_streamed = model.endpoint != EMBEDDINGS[0] and draw() < STREAM_SHARE
        call = Call(random, number, created_at, model, failure, is_streamed)
        yield _event(call, groups[int(draw() * TABLE_SIZE)])


def _event(call: Call, group: Group) -> Event:
    draw, number, model, failure = call.random.random, call.number, call.model, call.failure
    duration_ms = int(200 + draw() * draw() * 30_000)
    request_at = call.created_at - duration_ms
    token_id, token_name = group.tokens[int(draw() * len(group.tokens))]
    usage = billing.usage(call.random, model) if not failure else billing.NO_USAGE
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
        event |= _newer_fields(number, amount)
    return event


def _metadata(template: dict[str, str], number: int) -> dict[str, str]:
    return {key.format(n=number): value.format(n=number) for key, value in template.items()}


def _detail(call: Call, request_id: str) -> Event:
    conversation = bodies.random_conversation(call.random, call.number)
    request, response = _request(call, conversation), _response(call, conversation, request_id)
    is_truncated = call.random.random() < TRUNCATED_SHARE
    return {
        "id": call.number * 2,
        "log_id": call.number,
        "request_body": request[: len(request) * 2 // 3] if is_truncated else request,
        "response_body": response,
        "request_body_truncated": is_truncated,
        "response_body_truncated": False,
    }


def _request(call: Call, conversation: bodies.Conversation) -> str:
    if call.model.endpoint == EMBEDDINGS[0]:
        return bodies.embedding_request_body(call.model.name, conversation)
    return bodies.request_body(call.model.name, conversation, 1024, stream=call.is_streamed)


def _response(call: Call, conversation: bodies.Conversation, request_id: str) -> str:
    name, number = call.model.name, call.number
    if call.failure:
        return bodies.error_response(call.failure.code, call.failure.content, request_id)
    if call.model.endpoint == EMBEDDINGS[0]:
        return f'{{"object":"list","model":"{name}","data":[{{"object":"embedding","index":0}}]}}'
    if call.model.endpoint == MESSAGES[0]:
        if call.is_streamed:
            return bodies.anthropic_stream(conversation)
        return bodies.anthropic_response(name, conversation, number)
    if call.is_streamed:
        return bodies.openai_stream(name, conversation, number)
    return bodies.openai_response(name, conversation, number, call.created_at // 1000)


def _newer_fields(number: int, amount: dict[str, float]) -> Event:
    """Return the fields that only newer gateways send."""
    return {
        "upstream_id": f"resp_{number * 2654435761 % 2**64:016x}",
        "amount": amount,
        "usage_context": {"service_tier": "default", "quality": "standard"},
        "prompt_cache_key": f"pc-{number % 997}",
    }


def _groups() -> list[Group]:
    random = Random(GROUPS)  # noqa: S311  # test data; the same groups for every seed
    return [_group(random, number) for number in range(GROUPS)]


def _group(random: Random, number: int) -> Group:
    names = random.sample(TOKEN_NAMES, random.randint(3, 6))
    tokens = [(number * 10 + place, name) for place, name in enumerate(names, start=1)]
    addresses = [
        f"{random.randint(11, 223)}.{random.randint(0, 255)}.{random.randint(0, 255)}.{host}" for host in (7, 8, 9)
    ]
    addresses.append(f"2408:8207:{random.randint(1, 65535):x}::{number + 1:x}")
    return Group(f"ns-{random.getrandbits(32):08x}" if number else "ns-admin", tokens, addresses)


def _weighted_table(choices: Sequence[T], shares: Sequence[float]) -> list[T]:
    """Return TABLE_SIZE entries in which each choice occurs in proportion to its share, and at least once."""
    reached = [total / sum(shares) for total in accumulate(shares)]
    table: list[T] = []
    for choice, end in zip(choices, reached, strict=True):
        table += [choice] * max(1, round(end * TABLE_SIZE) - len(table))
    return table[:TABLE_SIZE] + [choices[0]] * (TABLE_SIZE - len(table))
