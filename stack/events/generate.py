"""Generated gateway log events: one for each time given, the same events for the same seed and times.

Benchmarks must not wait for the generator, so it is written for speed: a weighted choice is one lookup in a
table, and texts are concatenated from prepared parts.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from random import Random
from typing import NamedTuple, TypeVar

from stack.events import billing
from stack.events.call import Call, Corpus, Event
from stack.events.small import SMALL
from stack.events.vocabulary import FAILURE_SHARES, FAILURES, METADATA, TOKEN_NAMES, USERS

GROUPS = 200
CHANNELS = 12
RETRY_SHARE = 0.06
NEWER_GATEWAY_SHARE = 0.25
HOUR_MS = 60 * 60 * 1000
# Relative traffic of each hour of the day, UTC: office hours in China
HOURLY_TRAFFIC = [6, 8, 9, 7, 6, 8, 10, 10, 9, 8, 6, 5, 5, 6, 6, 5, 3, 2, 1, 1, 1, 1, 2, 4]
TABLE_SIZE = 4096  # entries of a table for weighted choices

T = TypeVar("T")


class Group(NamedTuple):
    """A customer of the gateway, with its access tokens and IP addresses."""

    name: str
    tokens: list[tuple[int, str]]  # token_id, token_name
    addresses: list[str]


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


def events(seed: int, moments_ms: Iterable[int], first_id: int = 1, corpus: Corpus = SMALL) -> Iterator[Event]:
    """Yield an event for each `created_at`, as a dict for JSON; ids count up from `first_id`."""
    random = Random(seed)  # noqa: S311  # test data, not a secret
    draw = random.random
    groups = _weighted_table(_groups(), [1 / rank for rank in range(1, GROUPS + 1)])
    models = _weighted_table(corpus.models, [model.share for model in corpus.models])
    failures = _weighted_table(FAILURES, FAILURE_SHARES)
    for number, created_at in enumerate(moments_ms, start=first_id):
        failure = failures[int(draw() * TABLE_SIZE)] if draw() < corpus.error_share else None
        model = models[int(draw() * TABLE_SIZE)]
        kind = corpus.kind(random, model)
        is_streamed = corpus.is_streamed(random, model, kind)
        call = Call(random, number, created_at, model, failure, kind, is_streamed)
        yield _event(call, groups[int(draw() * TABLE_SIZE)], corpus)


def _event(call: Call, group: Group, corpus: Corpus) -> Event:
    draw, number, model, failure = call.random.random, call.number, call.model, call.failure
    duration_ms = int(200 + draw() * draw() * 30_000)
    request_at = call.created_at - duration_ms
    token_id, token_name = group.tokens[int(draw() * len(group.tokens))]
    usage = corpus.usage(call.random, model, call.kind) if not failure else billing.NO_USAGE
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
    if failure or draw() > corpus.without_detail_share:
        event["request_detail"] = corpus.detail(call, request_id)
    if draw() < NEWER_GATEWAY_SHARE:
        event |= _newer_fields(number, amount)
    return event


def _metadata(template: dict[str, str], number: int) -> dict[str, str]:
    return {key.format(n=number): value.format(n=number) for key, value in template.items()}


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
