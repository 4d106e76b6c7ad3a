"""`/api/key`: which logs the key of a request reads, so that a page can open at the right place."""

from fastapi import APIRouter, Request, Response

from api.envelope import success
from api.services import services_of

router = APIRouter(prefix="/api", tags=["key"])


@router.get("/key", name="key", summary="Which logs this key reads")
async def key(request: Request) -> Response:
    """Answer the groups of the key, or that it reads all; raise `ApiError` 401 without a known key."""
    groups = services_of(request).access.readable_groups(request)
    return Response(success({"all": groups is None, "groups": sorted(groups or ())}, ""), media_type="application/json")
