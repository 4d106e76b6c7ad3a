"""The routes of the console. They need no key: the page has no logs, it asks the API for them with the reader's key."""

from fastapi import APIRouter, Request, Response

from api.console.files import StaticFile, console
from api.errors import MESSAGES, ApiError

METHODS = ["GET", "HEAD"]
# Nothing from elsewhere is loaded or asked, and no text of a log can become a script, a style or a form.
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types console-worker"  # a worker is the one script loaded by name
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}
CHECKED = "no-cache"  # the browser asks each time whether the page has changed
KEPT = "public, max-age=31536000, immutable"  # the path changes with the content

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=METHODS)
async def page(request: Request) -> Response:
    """Answer the page."""
    return _sent(request, console().page, CHECKED)


@router.api_route("/console/{version}/{path:path}", methods=METHODS)
async def file(request: Request, version: str, path: str) -> Response:
    """Answer a file of the page; raise `ApiError` 404.

    A page that was opened before an upgrade gets the new files, and no browser keeps those under the old path.
    """
    files = console()
    if path not in files.files:
        raise ApiError(404, MESSAGES[404])
    return _sent(request, files.files[path], KEPT if version == files.version else CHECKED)


def _sent(request: Request, found: StaticFile, caching: str) -> Response:
    headers = {**HEADERS, "Cache-Control": caching, "ETag": found.etag}
    if found.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if found.compressed is None or "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(found.plain, headers=headers, media_type=found.media_type)
    return Response(found.compressed, headers={**headers, "Content-Encoding": "gzip"}, media_type=found.media_type)
