"""`/api/key`: which logs the key of a request reads, so that a page can open at the right place."""

from fastapi import APIRouter, Request, Response

from api.envelope import success
from api.openapi.answers import WITHOUT_LOGS, Answer, documented
from api.openapi.models import KeyRights
from api.services import services_of

_RIGHTS = Answer("The groups.", KeyRights, lambda _: {"all": False, "groups": ["ns-admin"]})
router = APIRouter(prefix="/api", tags=["key"])


@router.get("/key", name="key", summary="Which logs this key reads", **documented(_RIGHTS, failures=WITHOUT_LOGS))
async def key(request: Request) -> Response:
    """Answer the groups of the key, or that it reads all; raise `ApiError` 401 without a known key."""
    groups = services_of(request).access.readable_groups(request)
    return Response(success({"all": groups is None, "groups": sorted(groups or ())}, ""), media_type="application/json")
