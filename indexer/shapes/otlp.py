"""OpenTelemetry: a batch of spans or log records in OTLP/JSON, by the GenAI and the OpenInference conventions."""

from collections.abc import Iterator, Mapping
from typing import Any

from indexer.shapes.entries import NOT_JSON, Events, ShapeError, bounded, encoded, read_json
from indexer.shapes.otlp_values import attributes, chat_messages, of_nanoseconds
from indexer.shapes.values import (
    FAILURE,
    SUCCESS,
    at,
    body,
    first,
    integral,
    is_error,
    number,
    path_of,
    seconds,
    short,
    text,
    texts,
    total_of,
)

NOT_OTLP_JSON = f"{NOT_JSON}; the exporter needs the encoding otlp_json"
NOT_OTLP = "neither resourceSpans nor resourceLogs; the exporter needs the encoding otlp_json"
_CALL = (
    "gen_ai.request.model",
    "gen_ai.response.model",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.model_name",
)
_NO_CALL = frozenset({"execute_tool", "invoke_agent", "create_agent", "invoke_workflow"})  # they contain calls
_ERROR = (2, "2", "STATUS_CODE_ERROR")

Attributes = Mapping[str, Any]


def events(value: bytes) -> Events:
    """Return the calls of a model in one batch; other spans and records are passed over."""
    batch = _batch(value)
    if not any(at(batch, name) is not None for name in ("resourceSpans", "resourceLogs", "resourceMetrics")):
        raise ShapeError(NOT_OTLP)
    spans = [*_entries(batch, "resourceSpans", "scopeSpans", "spans")]
    records = [*_entries(batch, "resourceLogs", "scopeLogs", "logRecords")]
    calls = [(resource, entry, given) for resource, entry in [*spans, *records] if _is_call(given := _given(entry))]
    passed_over = len(spans) + len(records) - len(calls) + len(_items(batch, "resourceMetrics"))
    return Events([encoded(_event(*call)) for call in bounded(calls)], passed_over)


def _batch(value: bytes) -> Any:
    try:
        return read_json(value)
    except ShapeError as error:
        if str(error) == NOT_JSON:
            raise ShapeError(NOT_OTLP_JSON) from None
        raise


def _items(found: Any, name: str) -> list[Any]:
    items = at(found, name)
    return items if isinstance(items, list) else []


def _entries(batch: Any, resources: str, scopes: str, name: str) -> Iterator[tuple[Attributes, Mapping[str, Any]]]:
    for resource in _items(batch, resources):
        given = attributes(at(resource, "resource", "attributes"))
        for scope in _items(resource, scopes):
            yield from ((given, entry) for entry in _items(scope, name) if isinstance(entry, Mapping))


def _given(entry: Mapping[str, Any]) -> Attributes:
    return attributes(entry.get("attributes"))


def _is_call(given: Attributes) -> bool:
    return given.get("gen_ai.operation.name") not in _NO_CALL and any(name in given for name in _CALL)


def _event(resource: Attributes, entry: Mapping[str, Any], given: Attributes) -> dict[str, Any]:
    start_ms = of_nanoseconds(entry.get("startTimeUnixNano"))
    code = _code(entry, given)
    return {
        "request_id": text(first(entry.get("spanId"), given.get("x-request-id"), entry.get("traceId"))),
        "upstream_id": text(given.get("gen_ai.response.id")),
        "created_at": first(
            *(of_nanoseconds(entry.get(f"{name}UnixNano")) for name in ("endTime", "time", "observedTime"))
        ),
        "request_at": start_ms,
        "group": text(first(given.get("tenant.id"), resource.get("tenant.id"), resource.get("service.name"))),
        "user": text(first(given.get("user.id"), given.get("enduser.id"))),
        "model": _model(given),
        "endpoint": path_of(first(given.get("url.path"), given.get("http.route"))) or _operation(given),
        "ip": text(given.get("client.address")),
        "code": code,
        "content": short(_failure(entry, given)) if is_error(code) else None,
        "ttfb_milliseconds": seconds(given.get("gen_ai.response.time_to_first_chunk")),
        "used_amount": number(first(given.get("gen_ai.usage.cost"), given.get("llm.cost.total"))),
        "usage": _usage(given),
        "metadata": _metadata(resource, entry, given),
        "request_detail": {"request_body": _sent(given), "response_body": _received(given)},
    }


def _model(given: Attributes) -> str | None:
    names = ("gen_ai.request.model", "llm.model_name", "gen_ai.response.model")
    return text(first(*map(given.get, names)))


def _operation(given: Attributes) -> str | None:
    return text(given.get("gen_ai.operation.name"))


def _code(entry: Mapping[str, Any], given: Attributes) -> int:
    """Return the HTTP status where there is one; otherwise whether the span says that it failed."""
    code = integral(
        first(given.get("http.response.status_code"), given.get("http.status_code"), given.get("error.type"))
    )
    if code is not None:
        return code
    return FAILURE if given.get("error.type") or at(entry, "status", "code") in _ERROR else SUCCESS


def _failure(entry: Mapping[str, Any], given: Attributes) -> Any:
    return first(at(entry, "status", "message"), given.get("exception.message"), given.get("error.type"))


def _usage(given: Attributes) -> dict[str, Any]:
    def used(*names: str) -> int | None:
        return integral(first(*(given.get(name) for name in names)))

    sent = used("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")
    received = used("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion")
    total = used("gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total")
    cached = ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens")
    created = ("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens")
    return {
        "input_tokens": sent,
        "output_tokens": received,
        "total_tokens": total_of(total, sent, received),
        "cached_tokens": used(*cached, "llm.token_count.prompt_details.cache_read"),
        "cache_creation_tokens": used(*created, "llm.token_count.prompt_details.cache_write"),
        "reasoning_tokens": used("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens"),
    }


def _metadata(resource: Attributes, entry: Mapping[str, Any], given: Attributes) -> dict[str, str]:
    return texts(
        {
            "response_model": given.get("gen_ai.response.model"),
            "provider": first(given.get("gen_ai.provider.name"), given.get("gen_ai.system"), given.get("llm.provider")),
            "operation": _operation(given),
            "service": resource.get("service.name"),
            "server": given.get("server.address"),
            "span": entry.get("name"),
            "trace_id": entry.get("traceId"),
            "parent_span_id": entry.get("parentSpanId"),
            "session_id": first(given.get("gen_ai.conversation.id"), given.get("session.id")),
        }
    )


def _sent(given: Attributes) -> str | None:
    flat = chat_messages(given, "gen_ai.prompt.") or chat_messages(given, "llm.input_messages.")
    whole_ones = ("gen_ai.input.messages", "gen_ai.prompt", "input.value")
    return body(first(*(given.get(name) for name in whole_ones), flat or None))


def _received(given: Attributes) -> str | None:
    flat = chat_messages(given, "gen_ai.completion.") or chat_messages(given, "llm.output_messages.")
    whole_ones = ("gen_ai.output.messages", "gen_ai.completion", "output.value")
    return body(first(*(given.get(name) for name in whole_ones), flat or None))
