"""A request ends when its client has read the answer, not when the answer was handed over."""

import asyncio
from typing import Any

from api.edge.admission import Slot
from api.edge.exchange import Exchange


def sent(*messages: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the connection is sent for the messages of an app."""
    found: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        found.append(message)

    async def run() -> None:
        exchange = Exchange({"method": "GET", "path": "/", "headers": []}, send)
        for message in messages:
            await exchange.send(message)

    asyncio.run(run())
    return found


def test_the_end_of_an_answer_is_sent_apart_because_sending_waits_until_the_rest_is_read() -> None:
    assert sent({"type": "http.response.body", "body": b"xyz"}) == [
        {"type": "http.response.body", "body": b"xy", "more_body": True},
        {"type": "http.response.body", "body": b"z", "more_body": False},
    ]


def test_the_slot_is_free_before_the_last_byte_is_sent() -> None:
    order = []

    async def send(message: Any) -> None:
        order.append(message["body"])

    exchange = Exchange({"method": "GET", "path": "/", "headers": []}, send)
    exchange.slot = Slot(lambda: order.append("free"))
    asyncio.run(exchange.send({"type": "http.response.body", "body": b"xyz"}))

    assert order == [b"xy", "free", b"z"]


def test_an_answer_in_pieces_is_sent_as_it_is() -> None:
    pieces = [
        {"type": "http.response.body", "body": b"x", "more_body": True},
        {"type": "http.response.body", "body": b"", "more_body": False},
    ]

    assert sent(*pieces) == pieces
