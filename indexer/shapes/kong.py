"""Kong: the log of `kafka-log`, with what the AI plugins add below `ai`."""

from collections.abc import Mapping
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
)


def event_of(entry: Entry) -> dict[str, Any]:
    """Return the event of one entry."""
    plugin = _plugin(entry.get("ai"))
    start_ms = milliseconds(entry.get("started_at"))
    code = integral(first(at(entry, "response", "status"), entry.get("upstream_status")))
    consumer = text(first(at(entry, "consumer", "username"), at(entry, "consumer", "custom_id")))
    tries = entry.get("tries")
    response = first(at(plugin, "payload", "response"), at(entry, "ai", "payload", "response"))
    return {
        "request_id": text(at(entry, "request", "id")),
        "created_at": later(start_ms, milliseconds(at(entry, "latencies", "request"))),
        "request_at": start_ms,
        "group": consumer or text(entry.get("workspace_name")),
        "token_name": consumer,
        "model": text(first(at(plugin, "meta", "request_model"), at(plugin, "meta", "response_model"))),
        "endpoint": path_of(at(entry, "request", "uri")),
        "ip": text(entry.get("client_ip")),
        "code": code,
        "content": short(response) if is_error(code) else None,
        "ttfb_milliseconds": milliseconds(at(plugin, "usage", "time_to_first_token")),
        "retry_times": max(len(tries) - 1, 0) if isinstance(tries, list) else None,
        "used_amount": number(at(plugin, "usage", "cost")),
        "usage": _usage(at(plugin, "usage")),
        "metadata": _metadata(entry, at(plugin, "meta")),
        "request_detail": {
            "request_body": body(first(at(entry, "ai", "payload", "request"), at(plugin, "payload", "request"))),
            "response_body": body(response),
        },
    }


def _plugin(found: Any) -> Any:
    """Return what one AI plugin says, `ai.proxy` or the newer and older names of it."""
    if not isinstance(found, Mapping):
        return None
    named = [found.get(name) for name in ("proxy", "ai-proxy", "ai-proxy-advanced")]
    others = [one for one in found.values() if at(one, "meta") or at(one, "usage")]
    return next((one for one in [*named, *others] if isinstance(one, Mapping)), None)


def _usage(usage: Any) -> dict[str, Any]:
    return {
        "input_tokens": integral(first(at(usage, "prompt_tokens"), at(usage, "prompt_token"))),
        "output_tokens": integral(first(at(usage, "completion_tokens"), at(usage, "completion_token"))),
        "total_tokens": integral(at(usage, "total_tokens")),
    }


def _metadata(entry: Entry, meta: Any) -> dict[str, str]:
    return texts(
        {
            "response_model": at(meta, "response_model"),
            "provider": at(meta, "provider_name"),
            "plugin_id": at(meta, "plugin_id"),
            "llm_latency": at(meta, "llm_latency"),
            "route": first(at(entry, "route", "name"), at(entry, "route", "id")),
            "service": first(at(entry, "service", "name"), at(entry, "service", "id")),
            "workspace": entry.get("workspace_name"),
        }
    )
