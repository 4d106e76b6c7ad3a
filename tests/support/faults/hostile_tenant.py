"""What a tenant asks who wants to bring the API to a standstill: requests made to be expensive, answers never read."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from elasticsearch import Elasticsearch

from tests.support.programs import RunningApi
from tests.support.times import NOON_MS
from tests.support.waiting import LONG_S

INVENTED_EVENT_ID = "1." + "q83vEgAAAAAH" * 9_000
LONG_NAME = "n" * 8_000
BODY = ("a " * 40 + "b ") * 12_000
EXPENSIVE = {
    "a phrase of 1,000 equal words": 'search?query="' + "a " * 1_000 + '"',
    "a phrase that nearly matches everywhere": 'search?query="' + "a " * 8 + 'b b"',
    "the same, excluded": 'search?query=-"' + "a " * 8 + 'b b"',
    "a hundred phrases": "search?query=" + " ".join(f'"a b c{number}"' for number in range(100)),
    "phrases that differ": "search?query=" + " ".join(f'"a b c{number}"' for number in range(8)),
    "a phrase with a prefix": 'search?query="' + "a " * 8 + '"b*',
    "two phrases with a prefix": 'search?query="a a"b* "b a"a*',
    "a hundred prefixes": "search?query=" + " ".join(f"{chr(97 + number % 26)}{number}*" for number in range(100)),
    "every prefix of one letter": "search?query=" + " ".join(f"{chr(97 + number)}*" for number in range(26)),
    "a page far past the end": 'search?order=id-desc&page=100000000&query="a b b"',
    "statistics with many bars": 'stats?interval=1s&query="a a b b"&compare=true&size=100'
    f"&start_timestamp={NOON_MS}&end_timestamp={NOON_MS + 1_900_000}",
    "facets with a prefix": 'facets?field=user&prefix=u&size=100&query="a a b b"',
    "an export": 'export?query="a a b b"&order=id-desc',
}


def large_log(number: int, created_ms: int) -> dict[str, Any]:
    """Return a log of the group `hostile` with two bodies of one megabyte each."""
    detail = {"request_body": BODY, "response_body": BODY}
    return {"id": number, "created_at": created_ms, "group": "hostile", "user": "u", "request_detail": detail}


def log_with_long_names(number: int, created_ms: int) -> dict[str, Any]:
    """Return a log of the group `long` whose model and token no other log has."""
    names = dict.fromkeys(("model", "token_name"), f"{number} {LONG_NAME}")
    return {"id": number, "created_at": created_ms, "group": "long", **names}


@contextmanager
def unread(api: RunningApi, path: str, *headers: str) -> Iterator[socket.socket]:
    """Send a request and never read its answer."""
    address = urlsplit(api.url)
    lines = [f"GET {path} HTTP/1.1", "host: localhost", *headers, "", ""]
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((address.hostname, address.port))
        connection.sendall("\r\n".join(lines).encode())
        yield connection


def is_answered(connection: socket.socket) -> bool:
    """Tell whether an answer with the status 200 has begun."""
    try:
        return connection.recv(12, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"HTTP/1.1 200"
    except BlockingIOError:
        return False


def status_of_invented_event_id(api: RunningApi) -> int:
    """Ask for a tail from an event id that the API never gave; return the status of the answer."""
    headers = {"Last-Event-ID": INVENTED_EVENT_ID}
    return httpx.get(f"{api.url}/api/logs/tail", headers=headers, timeout=LONG_S, verify=False).status_code


def searches_of(client: Elasticsearch, alias: str) -> list[str]:
    """Return what Elasticsearch still searches for an alias."""
    path = "/_tasks?actions=*search*&detailed=true"
    answer = client.perform_request("GET", path, headers={"accept": "application/json"})
    found = [task.get("description", "") for node in answer.body["nodes"].values() for task in node["tasks"].values()]
    return [description for description in found if alias in description]
