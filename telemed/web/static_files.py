"""Files under /static/: scripts, styles, words, images. Found by a strict path, revalidated by ETag, compressed once."""

from __future__ import annotations

import asyncio
import os
import re
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG

from aiohttp import web

from telemed.errors import NotFound
from telemed.web.script_trim import without_comments

# What we serve, and as what. Any other name is unknown: templates, tests and package files are not for browsers.
MIME_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_COMPRESSED = frozenset({".css", ".js", ".json", ".svg", ".txt", ".webmanifest"})
_LIBRARIES = "vendor"
_PRIVATE_FOLDERS = frozenset({"node_modules", "test"})
_AT_THE_ROOT = frozenset({".css", ".ico", ".js", ".png", ".svg", ".webmanifest"})  # no package.json, no jsconfig.json

# Plain names joined by single slashes: no dot file, no `..`, nothing percent-encoded, no backslash, no NUL.
_PATH = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/){0,8}[A-Za-z0-9_-][A-Za-z0-9._-]*")
MAX_PATH = 200  # characters

MAX_FILE = 8 * 1024 * 1024  # bytes; larger ones do not belong here
MAX_CACHE = 32 * 1024 * 1024  # bytes; the files used least recently are dropped and read again
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it was read."""

    data: bytes
    packed: bytes | None  # gzip; None where it would not help
    mime: str
    etag: str
    modified: datetime

    @property
    def size(self) -> int:
        """Bytes it takes in the cache."""
        return len(self.data) + len(self.packed or b"")


class StaticFiles:
    """Serves the files below one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._cache: OrderedDict[Path, StaticFile] = OrderedDict()
        self._cached_bytes = 0

    async def handle(self, request: web.Request) -> web.Response:
        """`GET /static/{name}`. Raises NotFound for whatever is not a plain file of ours."""
        file = await self._load(*self.find(request.match_info["name"]))
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding", "Content-Type": file.mime}
        response = _select(request, file, headers)
        response.last_modified = file.modified
        return response

    def find(self, name: str) -> tuple[Path, os.stat_result]:
        """Return the file a request path names and how it is now. Raises NotFound."""
        if len(name) > MAX_PATH or not _PATH.fullmatch(name):
            raise NotFound()
        parts = name.split("/")
        suffix = Path(parts[-1]).suffix
        if suffix not in MIME_TYPES or parts[0] in _PRIVATE_FOLDERS or (len(parts) == 1 and suffix not in _AT_THE_ROOT):
            raise NotFound()
        try:
            path = (self._root / name).resolve()  # follows links: what points out of the folder is unknown
            status = path.stat()
        except (OSError, RuntimeError):  # not there, or links in a circle
            raise NotFound() from None
        if not path.is_relative_to(self._root) or not S_ISREG(status.st_mode) or status.st_size > MAX_FILE:
            raise NotFound()
        return path, status

    async def _load(self, path: Path, status: os.stat_result) -> StaticFile:
        """Return the file as it is now, from memory if it has not changed."""
        etag = f"{status.st_mtime_ns:x}-{status.st_size:x}"
        cached = self._cache.get(path)
        if cached is not None and cached.etag == etag:
            self._cache.move_to_end(path)
            return cached
        modified = datetime.fromtimestamp(int(status.st_mtime), UTC)
        file = await asyncio.to_thread(_read, path, etag, modified)
        self._keep(path, file)
        return file

    def _keep(self, path: Path, file: StaticFile) -> None:
        old = self._cache.pop(path, None)
        self._cached_bytes += file.size - (old.size if old else 0)
        self._cache[path] = file
        while self._cached_bytes > MAX_CACHE and self._cache:
            self._cached_bytes -= self._cache.popitem(last=False)[1].size


def _read(path: Path, etag: str, modified: datetime) -> StaticFile:
    data = path.read_bytes()
    packed = None
    if path.suffix in _COMPRESSED:
        packer = zlib.compressobj(9, wbits=_GZIP)
        candidate = packer.compress(_for_a_thin_line(path, data)) + packer.flush()
        packed = candidate if len(candidate) < len(data) else None
    return StaticFile(data, packed, MIME_TYPES[path.suffix], etag, modified)


def _for_a_thin_line(path: Path, data: bytes) -> bytes:
    """Return our own scripts without their comments; libraries come without any."""
    if path.suffix != ".js" or _LIBRARIES in path.parts:
        return data
    try:
        return without_comments(data.decode()).encode()
    except UnicodeDecodeError:
        return data


def _select(request: web.Request, file: StaticFile, headers: dict[str, str]) -> web.Response:
    """Choose between 304, a part, the packed and the plain form."""
    known = request.if_none_match
    if known is not None:
        unchanged = any(tag.value in (file.etag, "*") for tag in known)
    else:
        unchanged = request.if_modified_since is not None and file.modified <= request.if_modified_since
    if unchanged:
        return _tagged(web.Response(status=304, headers=headers), file, weak=True)
    if file.packed is not None:
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            packed = web.Response(body=file.packed, headers={**headers, "Content-Encoding": "gzip"})
            return _tagged(packed, file, weak=True)
        return _tagged(web.Response(body=file.data, headers=headers), file, weak=True)
    return _part(request, file, headers)


def _tagged(response: web.Response, file: StaticFile, *, weak: bool) -> web.Response:
    """Add the ETag; weak where two encodings share it."""
    response.headers["ETag"] = f'{"W/" if weak else ""}"{file.etag}"'
    return response


def _part(request: web.Request, file: StaticFile, headers: dict[str, str]) -> web.Response:
    """Answer a single byte range (RFC 9110 section 14), which players of sounds ask for; the whole file otherwise."""
    headers = {**headers, "Accept-Ranges": "bytes"}
    size = len(file.data)
    try:
        start, stop, _ = request.http_range.indices(size)
        asked = "Range" in request.headers and "If-Range" not in request.headers
    except ValueError:
        asked = False  # a malformed or multiple range may be ignored
        start, stop = 0, size
    if not asked:
        return _tagged(web.Response(body=file.data, headers=headers), file, weak=False)
    if start >= stop:
        headers["Content-Range"] = f"bytes */{size}"
        return web.Response(status=416, headers=headers)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return _tagged(web.Response(status=206, body=file.data[start:stop], headers=headers), file, weak=False)
