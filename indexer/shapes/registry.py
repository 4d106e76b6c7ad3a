"""The shapes by the name of `KAFKA_FORMAT`."""

from collections.abc import Callable, Mapping
from typing import Literal

from indexer.shapes import apisix, envoy, higress, kong, litellm, otlp
from indexer.shapes.entries import Events, each

RecordShape = Callable[[bytes], Events]  # raises ShapeError
Format = Literal["gateway-logs", "apisix", "kong", "litellm", "higress", "envoy", "otlp"]


def as_it_came(value: bytes) -> Events:
    """Return the event that a record is, unchanged."""
    return Events((value,))


SHAPES: Mapping[Format, RecordShape] = {
    "gateway-logs": as_it_came,
    "apisix": each(apisix.event_of),
    "kong": each(kong.event_of),
    "litellm": each(litellm.event_of),
    "higress": each(higress.event_of),
    "envoy": each(envoy.event_of),
    "otlp": otlp.events,
}
