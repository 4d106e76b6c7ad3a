"""The export routes: every log that matches as one file, CSV or NDJSON."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from api.edge.exchange import exchange_of
from api.envelope import LogFormat
from api.errors import ApiError
from api.export.columns import BODY_COLUMNS, COLUMNS, source_fields
from api.export.download import Download, File
from api.export.formats import csv_header, csv_rows, ndjson
from api.export.walk import Walk
from api.openapi.answers import Answer
from api.request.parameters import ORDERS, Order, Parameter, boolean, include_detail, one_of, order, whole_number
from api.request.params import PAGING, Form, ParsedRequest, SearchParams
from api.request.ranges import INT64
from api.request.timezone import NAMES, read_zone
from api.routing import Endpoint, Texts, add_both_forms, feature_router, reading
from api.services import services_of
from api.store.documents import Source, shown_fields

EXPORT_PAGE_WITH_BODIES = 500  # logs at most: a body may be a megabyte
EXPORT_PAGE_WITHOUT_BODIES = 5_000
_NOT_ACCEPTED = re.compile(r"q\s*=\s*0(\.0*)?", re.IGNORECASE)
_COLUMN_NAMES = "comma-separated, each once, of " + ", ".join(COLUMNS)


class ExportParams(SearchParams, frozen=True, kw_only=True):
    """Which logs, and how they are written."""

    include_detail: bool = False
    format: str = "csv"
    columns: tuple[str, ...] = ()
    timezone: str = "UTC"
    bom: bool = False
    max_entries: int = 0


def _columns(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not set(names) <= set(COLUMNS) or len(set(names)) < len(names):
        raise ValueError
    return names


def _implied(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the bodies as asked for where a column of them is named."""
    is_named = not set(BODY_COLUMNS).isdisjoint(values.get("columns", ()))
    return {"include_detail": True} if is_named and values.get("format") != "ndjson" else {}


EXPORT_FORM = Form(
    ExportParams,
    PAGING | {"include_detail"},
    (
        order({**ORDERS, "desc": Order(), "asc": Order(descending=False)}),
        include_detail(default=False),
        one_of(
            "format",
            ("csv", "ndjson"),
            "`csv` has one row for each log, `ndjson` one line with the log as the searches answer it.",
            "csv",
        ),
        Parameter("columns", _columns, "CSV only: the columns, in their order.", _COLUMN_NAMES),
        Parameter("timezone", read_zone, f"CSV only: the time zone of times. {NAMES}.", NAMES),
        boolean("bom", "CSV only: `true` adds the byte order mark by which Excel recognises UTF-8."),
        whole_number("max_entries", range(INT64.stop), "At most so many logs; 0 means all.", 0),
    ),
    _implied,
)

router = feature_router("export")


async def export(request: Request, parsed: ParsedRequest[ExportParams]) -> Response:
    """Answer the file; raise `ApiError` 403 for a key that may not export."""
    if not exchange_of(request.scope).key.export:
        raise ApiError(403, "this key may not export: read the logs page by page")
    services = services_of(request)
    parsed = await services.resolve(parsed)
    is_compressed = accepts_gzip(request.headers.get("accept-encoding", ""))
    if parsed.params.format == "csv":
        file = _csv_file(parsed, is_compressed=is_compressed)
    else:
        form = LogFormat(parsed.params.include_detail, services.settings.api_times)
        file = _ndjson_file(parsed, form, is_compressed=is_compressed)
    return Download(services, file, services.access.still_allows(request), reading(request, parsed))


def accepts_gzip(header: str) -> bool:
    """Tell whether an Accept-Encoding header accepts gzip, by its name or by `*`."""
    weights: dict[str, str] = {}
    for coding in header.lower().split(","):
        name, _, weight = coding.partition(";")
        weights[name.strip()] = weight.strip()
    found = weights.get("gzip", weights.get("*"))
    return found is not None and not _NOT_ACCEPTED.fullmatch(found)


def _csv_file(parsed: ParsedRequest[ExportParams], *, is_compressed: bool) -> File:
    params = parsed.params
    columns = params.columns or COLUMNS
    if not params.include_detail:
        columns = tuple(column for column in columns if column not in BODY_COLUMNS)
    with_bodies = bool(set(columns) & set(BODY_COLUMNS))
    includes = source_fields(columns)
    source = {**shown_fields(with_bodies=with_bodies), **({"includes": includes} if includes else {})}
    return File(
        walk=_walk(parsed, source, with_bodies=with_bodies),
        write=csv_rows(columns, params.timezone),
        header=csv_header(columns, bom=params.bom),
        headers=_headers("text/csv; charset=utf-8", "csv", parsed.message),
        is_compressed=is_compressed,
    )


def _ndjson_file(parsed: ParsedRequest[ExportParams], form: LogFormat, *, is_compressed: bool) -> File:
    return File(
        walk=_walk(parsed, shown_fields(with_bodies=form.with_bodies), with_bodies=form.with_bodies),
        write=ndjson(form),
        header=b"",
        headers=_headers("application/x-ndjson", "ndjson", parsed.message),
        is_compressed=is_compressed,
    )


def _walk(parsed: ParsedRequest[ExportParams], source: Source, *, with_bodies: bool) -> Walk:
    page_limit = EXPORT_PAGE_WITH_BODIES if with_bodies else EXPORT_PAGE_WITHOUT_BODIES
    return Walk(parsed.view, parsed.params, source, page_limit, parsed.params.max_entries or INT64.stop)


def _headers(media_type: str, suffix: str, message: str) -> tuple[tuple[bytes, bytes], ...]:
    told = [(b"x-export-message", message.encode("unicode_escape"))] if message else []
    disposition = f'attachment; filename="logs.{suffix}"'.encode()
    return ((b"content-type", media_type.encode()), (b"content-disposition", disposition), *told)


_FILE = Answer(
    "The logs.",
    content={
        "text/csv": {"schema": {"type": "string"}, "example": "id,created_at\r\n42,2026-11-24T12:00:00.123Z\r\n"},
        "application/x-ndjson": {"schema": {"type": "string"}, "example": '{"id":42,"group":"ns-admin"}\n'},
    },
    headers=("Content-Disposition", "X-Export-Total", "X-Export-Message"),
)
add_both_forms(
    router,
    Endpoint(
        path="/export",
        operations=Texts("export_group", "export_all"),
        summaries=Texts("All logs of one group as a file", "All logs as a file"),
        form=EXPORT_FORM,
        answer=export,
        success=_FILE,
    ),
)
