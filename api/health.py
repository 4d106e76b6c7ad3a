"""Health and metrics: none of these routes needs a key."""

from fastapi import APIRouter, Request, Response

from api.openapi.answers import WITHOUT_KEY, Answer, documented
from api.openapi.models import Health
from api.services import services_of

router = APIRouter(tags=["health"])
_WELL = Answer("It answers.", Health, lambda _: {"status": "ok"})
_TEXT = Answer("The metrics.", content={"text/plain": {"schema": {"type": "string"}}})
OK = b'{"data":{"status":"ok"},"message":"","success":true}'


@router.get(
    "/healthz",
    name="healthz",
    summary="The process is alive",
    **documented(_WELL, failures=WITHOUT_KEY, needs_key=False),
)
async def healthz() -> Response:
    """Answer 200 as long as the process runs."""
    return Response(OK, media_type="application/json")


@router.get(
    "/readyz",
    name="readyz",
    summary="Elasticsearch answers and the index is in place",
    **documented(_WELL, failures=WITHOUT_KEY, needs_key=False),
)
async def readyz(request: Request) -> Response:
    """Answer 200 when a search would succeed, 503 with the reason otherwise."""
    await services_of(request).readiness.check()
    return Response(OK, media_type="application/json")


@router.get(
    "/metrics",
    name="metrics",
    summary="Metrics for Prometheus",
    **documented(_TEXT, failures=WITHOUT_KEY, needs_key=False),
)
async def metrics(request: Request) -> Response:
    """Answer the metrics in the text format of Prometheus."""
    text = services_of(request).metrics.text()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
