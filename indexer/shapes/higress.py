"""Higress: its JSON access log, in which the plugin `ai-statistics` writes the string `ai_log`."""

from typing import Any

from indexer.shapes.entries import Entry
from indexer.shapes.values import (
    at,
    body,
    envoy_failure,
    first,
    from_json,
    integral,
    is_error,
    later,
    milliseconds,
    moment,
    path_of,
    short,
    text,
    texts,
    total_of,
)

_FAILURE = ("response_code_details", "response_flags", "upstream_transport_failure_reason")
CUT = "[truncated]"  # what the plugin writes in the middle of a value that was longer than `value_length_limit`


def event_of(entry: Entry) -> dict[str, Any]:
    """Return the event of one entry: the access log, and in it the JSON of the plugin, whose numbers are strings."""
    said = from_json(entry.get("ai_log"))
    start_ms = moment(entry.get("start_time"))
    code = integral(entry.get("response_code"))
    consumer = text(at(said, "consumer"))
    return {
        "request_id": text(entry.get("request_id")),
        "created_at": later(start_ms, milliseconds(first(entry.get("duration"), at(said, "llm_service_duration")))),
        "request_at": start_ms,
        "group": consumer,
        "token_name": consumer,
        "model": text(at(said, "model")),
        "endpoint": path_of(entry.get("path")),
        "ip": text(first(entry.get("x_forwarded_for"), entry.get("downstream_remote_address"))),
        "code": code,
        "content": short(envoy_failure(entry, *_FAILURE)) if is_error(code) or code == 0 else None,
        "ttfb_milliseconds": milliseconds(at(said, "llm_first_token_duration")),
        "usage": _usage(said),
        "metadata": _metadata(entry, said),
        "request_detail": _detail(said),
    }


def _usage(said: Any) -> dict[str, Any]:
    sent, received = integral(at(said, "input_token")), integral(at(said, "output_token"))
    return {
        "input_tokens": sent,
        "output_tokens": received,
        "total_tokens": total_of(integral(at(said, "total_token")), sent, received),
        "cached_tokens": integral(at(said, "cached_tokens")),
        "reasoning_tokens": integral(at(said, "reasoning_tokens")),
    }


def _metadata(entry: Entry, said: Any) -> dict[str, str]:
    return texts(
        {
            "route": first(entry.get("route_name"), at(said, "api")),
            "upstream_cluster": entry.get("upstream_cluster"),
            "upstream_host": entry.get("upstream_host"),
            "trace_id": entry.get("trace_id"),
            "session_id": at(said, "session_id"),
            "chat_id": at(said, "chat_id"),
            "chat_round": at(said, "chat_round"),
            "response_type": at(said, "response_type"),
        }
    )


def _detail(said: Any) -> dict[str, Any]:
    sent = body(first(at(said, "messages"), at(said, "question")))
    received = body(at(said, "answer"))
    return {
        "request_body": sent,
        "response_body": received,
        "request_body_truncated": True if sent and CUT in sent else None,
        "response_body_truncated": True if received and CUT in received else None,
    }
