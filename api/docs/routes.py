"""`/docs`: the routes with their parameters, to try in a browser."""

from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, HTTPException, Response

_FOLDER = Path(__file__).parent
_MEDIA_TYPES: Mapping[str, str] = {"page.js": "text/javascript", "page.css": "text/css"}
_HEADERS: Mapping[str, str] = {"Cache-Control": "no-cache"}
_PAGE = (_FOLDER / "page.html").read_bytes()
_FILES: Mapping[str, bytes] = {name: (_FOLDER / name).read_bytes() for name in _MEDIA_TYPES}

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs_page() -> Response:
    """Answer the page."""
    return Response(_PAGE, media_type="text/html", headers=_HEADERS)


@router.get("/docs/{name}")
async def docs_file(name: str) -> Response:
    """Answer its script or its style sheet."""
    if name not in _FILES:
        raise HTTPException(404)
    return Response(_FILES[name], media_type=_MEDIA_TYPES[name], headers=_HEADERS)
