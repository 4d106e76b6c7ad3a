"""The log of the examples."""

from typing import Any

import msgspec
from msgspec import Raw

from api.envelope import LogFormat, detailed_log, log
from api.store.answers import Hit
from mappings.instant import Times

EXAMPLE_EVENT = {
    "id": 42,
    "request_id": "1795521600123456",
    "created_at": 1795521600123,
    "request_at": 1795521598600,
    "group": "ns-admin",
    "model": "gpt-4o",
    "token_name": "default",
    "endpoint": "/v1/chat/completions",
    "channel": 3,
    "code": 200,
    "mode": 1,
    "metadata": {"team": "search"},
    "usage": {"input_tokens": 12, "output_tokens": 30, "total_tokens": 42},
    "request_detail": {"id": 7, "log_id": 42, "request_body": '{"model":"gpt-4o"}', "response_body": "{}"},
}


def example_hit() -> Hit:
    """Return the log as Elasticsearch returns it."""
    return Hit({name: Raw(msgspec.json.encode(value)) for name, value in EXAMPLE_EVENT.items()})


def example_log(times: Times, *, with_bodies: bool = True) -> Any:
    """Return the log as the searches answer it."""
    return msgspec.json.decode(msgspec.json.encode(log(example_hit(), LogFormat(with_bodies, times))))


def example_detail(times: Times) -> Any:
    """Return the log as it is answered by itself."""
    return msgspec.json.decode(msgspec.json.encode(detailed_log(example_hit(), LogFormat(times=times))))
