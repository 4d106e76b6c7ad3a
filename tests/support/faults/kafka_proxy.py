"""A wire to Kafka that understands what passes: it notes commits and dead letters, and can strike at either."""

import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from kafka.protocol.consumer import OffsetCommitRequest, OffsetCommitResponse
from kafka.protocol.producer import ProduceRequest, ProduceResponse
from kafka.record.memory_records import MemoryRecords

from tests.support.faults.journal import Journal
from tests.support.faults.proxy import Wire

PRODUCE, FETCH, METADATA, OFFSET_COMMIT, FIND_COORDINATOR = 0, 1, 3, 8, 10
FETCH_WITH_RECORDS_BYTES = 2_000  # an answer that is longer holds records


class Request(NamedTuple):
    """The request that an answer belongs to."""

    api: int
    version: int
    frame: bytes


Strike = Callable[[], None]


class KafkaWire(Wire):
    """A wire before one broker. Clients that begin with its address stay on it: answers name it as the broker.

    `strike_at(api, side, act)` acts once, when the next request of that kind arrives ("request": the broker never
    sees it) or when its answer comes back ("answer": the broker has done it, the client never hears it), and breaks
    the connection. `api` is a Kafka API key. `strike_after` counts the frames of both directions instead.
    """

    def __init__(self, host: str, port: int, journal: Journal) -> None:
        self.journal = journal
        self.refused: set[int] = set()  # APIs whose requests break the connection, as long as they are in here
        self.struck: Counter[tuple[int, str]] = Counter()
        self._strikes: dict[tuple[int, str], Strike] = {}
        self._countdown: tuple[Iterator[int], Strike] | None = None
        self._requests: dict[socket.socket, dict[int, Request]] = {}
        super().__init__(host, port)
        theirs, ours = (host.encode() + struct.pack(">i", number) for number in (port, self.port))
        self._address = (theirs, ours)

    @property
    def bootstrap(self) -> str:
        """The address to use instead of the broker's."""
        return f"127.0.0.1:{self.port}"

    def strike_at(self, api: int, side: str, act: Strike) -> None:
        """Act once, at the next frame of this kind, in place of passing it on."""
        self._strikes[api, side] = act

    def strike_after(self, frames: int, act: Strike) -> None:
        """Act once, in place of passing on the frame of this number from now on."""
        self._countdown = iter(range(frames - 1)), act

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        requests = self._requests.setdefault(target, {})
        with suppress(OSError):
            for frame in _frames(source):
                api, version, correlation = struct.unpack_from(">hhi", frame)
                requests[correlation] = Request(api, version, frame)
                if api == OFFSET_COMMIT:
                    self.journal.ask(_commits(version, frame))
                if self._is_struck(api, "request") or api in self.refused:
                    break
                if self.state != "silent":
                    _send(target, frame)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _pass_answers(self, source: socket.socket, target: socket.socket) -> None:
        requests = self._requests.setdefault(source, {})
        with suppress(OSError):
            for frame in _frames(source):
                request = requests.pop(struct.unpack_from(">i", frame)[0])
                if request.api == OFFSET_COMMIT:
                    self.journal.take(_committed(request, frame))
                side = "idle answer" if _is_idle_fetch(request, frame) else "answer"
                if self._is_struck(request.api, side):
                    break
                if request.api == PRODUCE and _is_produced(request, frame):
                    self.journal.acknowledge(_keys(request))
                names_broker = request.api in (METADATA, FIND_COORDINATOR)
                _send(target, frame.replace(*self._address) if names_broker else frame)
        self._requests.pop(source, None)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _is_struck(self, api: int, side: str) -> bool:
        act = self._strikes.pop((api, side), None) or self._counted_down()
        if act:
            self.struck[api, side] += 1
            act()
        return act is not None

    def _counted_down(self) -> Strike | None:
        if self._countdown is None or next(self._countdown[0], None) is not None:
            return None
        _, act = self._countdown
        self._countdown = None
        return act


def _frames(source: socket.socket) -> Iterator[bytes]:
    """Give the frames of one direction, each without the four bytes of its size."""
    with source.makefile("rb") as stream:
        while len(head := stream.read(4)) == 4:
            yield stream.read(struct.unpack(">i", head)[0])


def _send(target: socket.socket, frame: bytes) -> None:
    target.sendall(struct.pack(">i", len(frame)) + frame)


def _is_idle_fetch(request: Request, frame: bytes) -> bool:
    return request.api == FETCH and len(frame) < FETCH_WITH_RECORDS_BYTES


def _commits(version: int, frame: bytes) -> dict[int, int]:
    asked = OffsetCommitRequest.decode(frame, version=version, header=True)
    return {one.partition_index: one.committed_offset for topic in asked.topics for one in topic.partitions}


def _committed(request: Request, frame: bytes) -> dict[int, int]:
    answer = OffsetCommitResponse.decode(frame, version=request.version, header=True)
    refused = {one.partition_index for topic in answer.topics for one in topic.partitions if one.error_code}
    return {number: offset for number, offset in _commits(*request[1:]).items() if number not in refused}


def _is_produced(request: Request, frame: bytes) -> bool:
    answer = ProduceResponse.decode(frame, version=request.version, header=True)
    return not any(one.error_code for topic in answer.responses for one in topic.partition_responses)


def _keys(request: Request) -> list[int]:
    """Return the numbers of the events in a request to produce: their keys, see oracle.py."""
    asked = ProduceRequest.decode(request.frame, version=request.version, header=True)
    batches: Any = (MemoryRecords(bytes(one.records)) for topic in asked.topic_data for one in topic.partition_data)
    return [int(record.key) for records in batches for batch in records for record in batch if record.key]


@contextmanager
def wire_to_kafka(bootstrap: str, journal: Journal) -> Iterator[KafkaWire]:
    """Put a wire before the broker at host:port."""
    host, _, port = bootstrap.partition(":")
    wire = KafkaWire(host, int(port), journal)
    try:
        yield wire
    finally:
        wire.close()
