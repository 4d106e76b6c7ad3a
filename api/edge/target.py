"""What a request asks for: which host it was sent to, and which path it means. Pure."""

import re
from collections.abc import Iterable

from starlette.types import Scope

from service.loopback import is_loopback

SEARCH = "/search"
FOREIGN_HOST = (
    "without a key this service answers only as 127.0.0.1 or localhost: use such an address, or set API_ADMIN_KEYS"
)
# As it was sent, where a slash in the group's name is percent-encoded: `/api/logs` and `/api/log/{group}`, and the
# searches with a slash behind them.
_SHORT = re.compile(rb"/api/(?:logs|log/[^/]+)/?")
_WITH_A_SLASH = re.compile(rb"/api/(?:logs|log/[^/]+)/search/")
_PORT = re.compile(r":\d*$", re.ASCII)


def search_path(scope: Scope) -> str:
    """Return the path of a request; that of the search where it is another form of it."""
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or path.encode()
    if _WITH_A_SLASH.fullmatch(raw):
        return path.removesuffix("/")
    if not _SHORT.fullmatch(raw):
        return path
    return (path.removesuffix("/") if raw.endswith(b"/") else path) + SEARCH


def is_for_this_machine(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Tell whether a request names no other host than this machine.

    A page that a browser has loaded from another name may resolve that name to 127.0.0.1 (DNS rebinding). No browser
    leaves the header out; some health checks do.
    """
    hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
    return all(is_loopback(_PORT.sub("", host.strip()).lower()) for host in hosts)
