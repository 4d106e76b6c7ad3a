"""The event: one gateway log, the value of a Kafka record. The only place where a field is declared in Python.

A field that is null is the same as an absent one. Fields that are not declared here are stored and returned as they
came, but not indexed. The types are those of docs/event.md: a number written as a string is rejected.
"""

from typing import Annotated

from msgspec import Meta, Struct

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Time = int | str  # epoch milliseconds or RFC 3339
Scalar = str | int | float | bool

# Fields of newer gateways that are indexed although they may hold any JSON: an object or an array is stored only.
FILTERED = ("upstream_id",)


class Price(Struct, frozen=True):
    """Prices: each for so many units, which the field beside it says."""

    input_price: float | None = None
    input_price_unit: Int64 | None = None
    output_price: float | None = None
    output_price_unit: Int64 | None = None
    image_input_price: float | None = None
    image_input_price_unit: Int64 | None = None
    cached_price: float | None = None
    cached_price_unit: Int64 | None = None
    cache_creation_price: float | None = None
    cache_creation_price_unit: Int64 | None = None
    thinking_mode_output_price: float | None = None
    thinking_mode_output_price_unit: Int64 | None = None
    web_search_price: float | None = None
    web_search_price_unit: Int64 | None = None
    per_request_price: float | None = None


class Usage(Struct, frozen=True):
    """Tokens and web searches that the call used."""

    input_tokens: Int64 | None = None
    output_tokens: Int64 | None = None
    total_tokens: Int64 | None = None
    cached_tokens: Int64 | None = None
    cache_creation_tokens: Int64 | None = None
    image_input_tokens: Int64 | None = None
    reasoning_tokens: Int64 | None = None
    web_search_count: Int64 | None = None


class RequestDetail(Struct, frozen=True):
    """The two bodies as the gateway saw them, and whether it truncated them."""

    id: Int64 | None = None
    log_id: Int64 | None = None
    request_body: str | None = None
    response_body: str | None = None
    request_body_truncated: bool | None = None
    response_body_truncated: bool | None = None


class LogEvent(Struct, frozen=True):
    """One gateway log. Only `created_at`, the end of the request, is required."""

    id: Int64 | None = None
    request_id: str | None = None
    created_at: Time | None = None
    request_at: Time | None = None
    retry_at: Time | None = None
    group: str | None = None
    model: str | None = None
    token_name: str | None = None
    endpoint: str | None = None
    user: str | None = None
    ip: str | None = None
    content: str | None = None
    channel: Int64 | None = None
    code: Int64 | None = None
    mode: Int64 | None = None
    token_id: Int64 | None = None
    retry_times: Int64 | None = None
    ttfb_milliseconds: Int64 | None = None
    used_amount: float | None = None
    metadata: dict[str, str | None] | None = None
    price: Price | None = None
    usage: Usage | None = None
    request_detail: RequestDetail | None = None
