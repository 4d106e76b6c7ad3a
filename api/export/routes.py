"""The routes that give every log that matches, as one file: CSV or NDJSON."""

import re
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from api.access.authorise import authorise
from api.checkpoints.as_of import hold
from api.export.columns import BODIES as BODY_COLUMNS
from api.export.columns import COLUMNS, roots
from api.export.download import Download, Order
from api.export.formats import header, lines, table
from api.export.walk import Walk
from api.openapi import described
from api.query import BODIES, READABLE
from api.request.group_path import Group
from api.request.parameters import INT64, Rule, boolean, one_of, whole_number
from api.request.params import Form, SearchParams
from api.request.timezone import NAMES, read_zone

ROWS_WITH_BODIES = 500  # in one page, at most: a body has up to a megabyte
ROWS_WITHOUT_BODIES = 5_000
_REFUSED = re.compile(r"q\s*=\s*0(\.0*)?", re.IGNORECASE)
_NAMES = "comma-separated, each once, of " + ", ".join(COLUMNS)


class ExportParams(SearchParams, frozen=True, kw_only=True):
    """Which logs, and how they are written."""

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


FORM = Form(
    ExportParams,
    frozenset({"page", "per_page", "highlight", "after"}),
    (
        one_of(
            "format",
            ("csv", "ndjson"),
            "`csv` has a row for each log, `ndjson` the log as the searches answer it.",
            "csv",
        ),
        Rule("columns", _columns, "Of CSV: its columns, in their order.", _NAMES),
        Rule("timezone", read_zone, f"Of CSV: how times are written. {NAMES}.", NAMES),
        boolean("bom", "Of CSV: `true` begins with the mark by which Excel knows UTF-8."),
        whole_number("max_entries", range(INT64.stop), "At most so many logs; 0 is all.", 0),
    ),
)
_FILE: dict[str, Any] = {
    "description": "The logs. `X-Export-Total` says how many are coming, the trailer `X-Export-Count` how many came.",
    "content": {
        "text/csv": {"schema": {"type": "string"}, "example": "id,created_at\r\n42,2026-11-24T12:00:00.123Z\r\n"},
        "application/x-ndjson": {
            "schema": {"type": "string"},
            "example": '{"id":42,"group":"ns-admin"}\n',
        },
    },
}
router = APIRouter(prefix="/api", tags=["export"], dependencies=[Depends(authorise)], default_response_class=Response)


@router.get("/log/{group:text}/export", summary="All logs of one group as a file", **described(FORM.rules(""), _FILE))
async def export_group(request: Request, group: Group) -> Response:
    """Give the logs of the group in the path."""
    return await _answer(request, FORM.read(request.scope["query_string"], group))


@router.get("/logs/export", summary="All logs as a file", **described(FORM.rules(None), _FILE))
async def export_all(request: Request) -> Response:
    """Give the logs of all groups."""
    return await _answer(request, FORM.read(request.scope["query_string"], None))


async def _answer(request: Request, params: ExportParams) -> Response:
    params = await hold(request.app.state.feed, params)
    is_compressed = takes_gzip(request.headers.get("accept-encoding", ""))
    order = (_as_csv if params.format == "csv" else _as_ndjson)(params, is_compressed=is_compressed)
    return Download(request.app.state.store, request.app.state.exports, order)


def takes_gzip(offered: str) -> bool:
    """Tell whether an Accept-Encoding header takes gzip, by name or with all others."""
    weights: dict[str, str] = {}
    for coding in offered.lower().split(","):
        name, _, weight = coding.partition(";")
        weights[name.strip()] = weight.strip()
    found = weights.get("gzip", weights.get("*"))
    return found is not None and not _REFUSED.fullmatch(found)


def _as_csv(params: ExportParams, *, is_compressed: bool) -> Order:
    columns = params.columns or COLUMNS
    if not params.include_detail:
        columns = tuple(column for column in columns if column not in BODY_COLUMNS)
    with_bodies = bool(set(columns) & set(BODY_COLUMNS))
    wanted = roots(columns)
    source = {"excludes": [READABLE] if with_bodies else BODIES, **({"includes": wanted} if wanted else {})}
    return Order(
        walk=_walk(params, source, with_bodies=with_bodies),
        write=table(columns, params.timezone),
        head=header(columns, bom=params.bom),
        headers=_headers("text/csv; charset=utf-8", "csv", params.message),
        is_compressed=is_compressed,
    )


def _as_ndjson(params: ExportParams, *, is_compressed: bool) -> Order:
    source = {"excludes": [READABLE] if params.include_detail else BODIES}
    return Order(
        walk=_walk(params, source, with_bodies=params.include_detail),
        write=lines(with_bodies=params.include_detail),
        head=b"",
        headers=_headers("application/x-ndjson", "ndjson", params.message),
        is_compressed=is_compressed,
    )


def _walk(params: ExportParams, source: dict[str, Any], *, with_bodies: bool) -> Walk:
    most = ROWS_WITH_BODIES if with_bodies else ROWS_WITHOUT_BODIES
    return Walk(params, source, most, params.max_entries or INT64.stop)


def _headers(media_type: str, ending: str, message: str) -> tuple[tuple[bytes, bytes], ...]:
    told = [(b"x-export-message", message.encode("unicode_escape"))] if message else []
    disposition = f'attachment; filename="logs.{ending}"'.encode()
    return ((b"content-type", media_type.encode()), (b"content-disposition", disposition), *told)
