"""The samples: one record of each source in its own form, written by hand from its source code and documentation."""

import json
from pathlib import Path
from typing import Any

from indexer.shapes.registry import SHAPES, RecordShape

NAMES = ("apisix", "kong", "litellm", "higress", "envoy", "otlp")


def sample(name: str, **changes: Any) -> dict[str, Any]:
    """Return a sample with some of its fields changed."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / f"samples/{name}.json").read_text())
    return found | changes


def shape(name: str) -> RecordShape:
    """Return the shape of this name."""
    return SHAPES[name]  # type: ignore[index]


def events(name: str, value: Any) -> list[dict[str, Any]]:
    """Return the events that a record becomes."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return [json.loads(event) for event in shape(name)(raw).events]


def event(name: str, **changes: Any) -> dict[str, Any]:
    """Return the event of a changed sample."""
    [found] = events(name, sample(name, **changes))
    return found
