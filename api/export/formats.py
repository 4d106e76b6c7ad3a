"""Logs in, the bytes of a file out: NDJSON or CSV. Pure."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from api.envelope import LogFormat, log
from api.export.columns import cells_of
from api.store.answers import Hit

Write = Callable[[Sequence[Hit]], bytes]

BOM = b"\xef\xbb\xbf"
_encoder = msgspec.json.Encoder()


def ndjson(form: LogFormat) -> Write:
    """Return a function that writes logs as NDJSON, each as the searches answer it."""

    def write(hits: Sequence[Hit]) -> bytes:
        # An event may have line breaks between its JSON tokens, where a space means the same.
        return b"".join(_one_line(_encoder.encode(log(hit, form))) for hit in hits)

    return write


def csv_rows(columns: tuple[str, ...], zone: str) -> Write:
    """Return a function that writes logs as rows of CSV, their times in a time zone."""
    cells = cells_of(columns, zone)

    def write(hits: Sequence[Hit]) -> bytes:
        # One log at a time: as Python objects, a page takes many times its bytes.
        return _csv(cells(log(hit, LogFormat())) for hit in hits)

    return write


def csv_header(columns: tuple[str, ...], *, bom: bool) -> bytes:
    """Return the first line of CSV; with the byte order mark Excel reads the file as UTF-8."""
    return (BOM if bom else b"") + _csv([list(columns)])


def _csv(rows: Iterable[list[Any]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def _one_line(line: bytes) -> bytes:
    return line.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n"
