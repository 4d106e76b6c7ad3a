"""Logs in, the bytes of an export out: a line of JSON each, or a row of CSV. Pure."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from api.envelope import log
from api.export.columns import row
from api.store.answers import Hit

Write = Callable[[Sequence[Hit]], bytes]

BOM = b"\xef\xbb\xbf"
_encoder = msgspec.json.Encoder()


def lines(*, with_bodies: bool) -> Write:
    """Return what writes logs as NDJSON, each as the searches answer it."""

    def write(hits: Sequence[Hit]) -> bytes:
        # An event may be sent with line ends between its tokens, where they are blank space.
        return b"".join(_one_line(_encoder.encode(log(hit, with_bodies=with_bodies))) for hit in hits)

    return write


def table(columns: tuple[str, ...], zone: str) -> Write:
    """Return what writes logs as rows of CSV."""
    cells = row(columns, zone)

    def write(hits: Sequence[Hit]) -> bytes:
        # One log at a time: as objects, a page takes many times its bytes.
        return _csv(cells(log(hit, with_bodies=True)) for hit in hits)

    return write


def header(columns: tuple[str, ...], *, bom: bool) -> bytes:
    """Return the first line of CSV; the mark before it makes Excel read UTF-8."""
    return (BOM if bom else b"") + _csv([list(columns)])


def _csv(rows: Iterable[list[Any]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def _one_line(line: bytes) -> bytes:
    return line.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n"
