"""The files of the console as they are sent: read and compressed once, under a path that names their content."""

import gzip
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

PAGE = "index.html"
MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
# Loaded when they are needed: the second language, the thread that reads bodies, and the rarer views.
LAZY = frozenset({"charts/series.js", "conversation/worker.js", "text/zh.js", "views/errors.js", "views/spend.js"})
SMALLEST_COMPRESSED = 500  # bytes; compression gains nothing below that


class StaticFile(NamedTuple):
    """One file: as it is, and compressed where that is smaller."""

    media_type: str
    plain: bytes
    compressed: bytes | None
    etag: str


class Console(NamedTuple):
    """The page, and the files that it loads from `/console/{version}/`."""

    version: str
    page: StaticFile
    files: Mapping[str, StaticFile]


@lru_cache(maxsize=1)
def console() -> Console:
    """Return all files of the console."""
    contents = dict(_contents(files("api.console") / "static", ""))
    version = _digest(json.dumps({path: _digest(content) for path, content in sorted(contents.items())}).encode())
    page = contents.pop(PAGE).decode()
    modules = [path for path in sorted(contents) if path.endswith(".js") and path not in LAZY]
    page = page.replace("<!-- modules -->", _preloads(modules)).replace("{version}", version)
    served = {path: _file(path, content) for path, content in contents.items()}
    return Console(version, _file(PAGE, page.encode()), served)


def _contents(folder: Traversable, prefix: str) -> Iterable[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _contents(entry, f"{prefix}{entry.name}/")
        elif f".{entry.name.rpartition('.')[2]}" in MEDIA_TYPES:
            yield prefix + entry.name, entry.read_bytes()


def _preloads(modules: Iterable[str]) -> str:
    """Return the links by which a browser loads all modules at once, and not one level of imports after the other."""
    return "\n".join(f'<link rel="modulepreload" href="/console/{{version}}/{path}">' for path in modules)


def _file(path: str, content: bytes) -> StaticFile:
    compressed = gzip.compress(content, mtime=0) if len(content) >= SMALLEST_COMPRESSED else None
    return StaticFile(MEDIA_TYPES[f".{path.rpartition('.')[2]}"], content, compressed, f'"{_digest(content)}"')


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]
