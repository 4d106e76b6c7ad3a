"""Whether the process lives, whether it can serve, and its figures. None of these needs a key."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api.store.readiness import Readiness

router = APIRouter(tags=["health"])
OK = b'{"data":{"status":"ok"},"message":"","success":true}'


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="The process is alive")
async def healthz() -> Response:
    """Answer 200 as long as the process does."""
    return Response(OK, media_type="application/json")


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", summary="Elasticsearch answers and the index is in place")
async def readyz(request: Request) -> Response:
    """Answer 200 when a search would work; 503 with the reason when not."""
    readiness: Readiness = request.app.state.readiness
    await readiness.check()
    return Response(OK, media_type="application/json")


@router.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Answer the figures in Prometheus's text format."""
    text: bytes = request.app.state.metrics.text()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
