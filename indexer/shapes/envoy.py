"""Envoy AI Gateway: its JSON access log in the format of its documentation. It has no bodies."""

from typing import Any

from indexer.shapes.entries import Entry
from indexer.shapes.values import (
    at,
    envoy_failure,
    first,
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

_FAILURE = ("response_code_details", "response_flags")


def event_of(entry: Entry) -> dict[str, Any]:
    """Return the event of one entry."""
    start_ms = moment(entry.get("start_time"))
    code = integral(entry.get("response_code"))
    sent, received = _used(entry, "input_tokens"), _used(entry, "output_tokens")
    return {
        "request_id": text(first(entry.get("x-request-id"), entry.get("request_id"))),
        "created_at": later(start_ms, milliseconds(entry.get("duration"))),
        "request_at": start_ms,
        "group": text(first(entry.get("group"), entry.get("tenant.id"))),
        "user": text(first(entry.get("user.id"), entry.get("user"))),
        "model": text(_ai(entry, "request.model")),
        "endpoint": path_of(first(entry.get("x-envoy-origin-path"), entry.get("path"))),
        "ip": text(first(entry.get("x-forwarded-for"), entry.get("downstream_remote_address"))),
        "code": code,
        "content": short(envoy_failure(entry, *_FAILURE)) if is_error(code) or code == 0 else None,
        "usage": {
            "input_tokens": sent,
            "output_tokens": received,
            "total_tokens": total_of(_used(entry, "total_tokens"), sent, received),
            "cached_tokens": _used(entry, "cached_input_tokens"),
            "cache_creation_tokens": _used(entry, "cache_creation_input_tokens"),
        },
        "metadata": texts(
            {
                "response_model": _ai(entry, "response.model"),
                "provider": _ai(entry, "provider.name"),
                "route": entry.get("route_name"),
                "backend": _ai(entry, "backend.name"),
                "upstream_cluster": entry.get("upstream_cluster"),
                "upstream_host": entry.get("upstream_host"),
                "session_id": entry.get("session.id"),
            }
        ),
    }


def _ai(entry: Entry, name: str) -> Any:
    """Return a value of the AI filter: `gen_ai.…`, flat or nested."""
    return first(entry.get(f"gen_ai.{name}"), at(entry, "gen_ai", *name.split(".")))


def _used(entry: Entry, name: str) -> int | None:
    """Return a number of tokens; Envoy writes an absent one as "-"."""
    return integral(_ai(entry, f"usage.{name}"))
