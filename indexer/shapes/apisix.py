"""Apache APISIX: the default log of `kafka-logger`, with the summaries and payloads of `ai-proxy`."""

from typing import Any

from indexer.shapes.entries import Entry
from indexer.shapes.values import (
    at,
    body,
    first,
    integral,
    is_error,
    later,
    milliseconds,
    number,
    path_of,
    short,
    text,
    texts,
    total_of,
)

CUT_BYTES = 524_288  # `max_req_body_bytes` and `max_resp_body_bytes` by default


def event_of(entry: Entry) -> dict[str, Any]:
    """Return the event of one entry."""
    start_ms = milliseconds(entry.get("start_time"))
    code = integral(at(entry, "response", "status"))
    consumer = text(at(entry, "consumer", "username"))
    route = text(entry.get("route_id"))
    response = first(at(entry, "response", "body"), at(entry, "llm_response_text", "content"))
    return {
        "request_id": text(first(entry.get("apisix_request_id"), entry.get("request_id"))),
        "created_at": later(start_ms, milliseconds(entry.get("latency"))),
        "request_at": start_ms,
        "group": consumer or route,
        "token_name": consumer,
        "endpoint": path_of(at(entry, "request", "uri")),
        "ip": text(entry.get("client_ip")),
        "code": code,
        "content": short(response) if is_error(code) else None,
        "metadata": _metadata(entry, route),
        "request_detail": _detail(entry, response),
        **_summary(at(entry, "llm_summary")),
    }


def _summary(summary: Any) -> dict[str, Any]:
    """Return what `ai-proxy` measures; its numbers are nginx variables, hence strings."""
    sent, received = integral(at(summary, "prompt_tokens")), integral(at(summary, "completion_tokens"))
    return {
        "model": text(first(at(summary, "request_model"), at(summary, "model"))),
        "user": text(at(summary, "end_user_id")),
        "ttfb_milliseconds": milliseconds(at(summary, "duration")),
        "usage": {
            "input_tokens": sent,
            "output_tokens": received,
            "total_tokens": total_of(integral(at(summary, "total_tokens")), sent, received),
            "cached_tokens": integral(at(summary, "cache_read_input_tokens")),
            "cache_creation_tokens": integral(at(summary, "cache_creation_input_tokens")),
            "reasoning_tokens": integral(at(summary, "reasoning_tokens")),
        },
    }


def _metadata(entry: Entry, route: str | None) -> dict[str, str]:
    summary = entry.get("llm_summary")
    return texts(
        {
            "response_model": at(summary, "model"),
            "route_id": route,
            "service_id": entry.get("service_id"),
            "upstream": entry.get("upstream"),
            "upstream_latency": number(entry.get("upstream_latency")),
            "stream": first(at(summary, "stream"), at(entry, "llm_request", "stream")),
            "has_tool_calls": at(summary, "has_tool_calls"),
            "content_risk_level": at(summary, "content_risk_level"),
        }
    )


def _detail(entry: Entry, response: Any) -> dict[str, Any]:
    sent = body(first(at(entry, "request", "body"), entry.get("llm_request")))
    received = body(response)
    return {
        "request_body": sent,
        "response_body": received,
        "request_body_truncated": _is_cut(sent),
        "response_body_truncated": _is_cut(received),
    }


def _is_cut(written: str | None) -> bool | None:
    """Tell whether APISIX has cut a body: it says so nowhere, but only a body that was cut is so long."""
    return True if written and len(written.encode(errors="replace")) >= CUT_BYTES else None
