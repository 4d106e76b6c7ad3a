"""Health and metrics: none of these routes needs a key."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api.services import services_of

router = APIRouter(tags=["health"])
OK = b'{"data":{"status":"ok"},"message":"","success":true}'


@router.get("/healthz", summary="The process is alive")
async def healthz() -> Response:
    """Answer 200 as long as the process runs."""
    return Response(OK, media_type="application/json")


@router.get("/readyz", summary="Elasticsearch answers and the index is in place")
async def readyz(request: Request) -> Response:
    """Answer 200 when a search would succeed, 503 with the reason otherwise."""
    await services_of(request).readiness.check()
    return Response(OK, media_type="application/json")


@router.get("/metrics", summary="Metrics for Prometheus", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Answer the metrics in the text format of Prometheus."""
    text = services_of(request).metrics.text()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
