"""A picture sent to a browser: as a file of its own, never as a document of ours, under a name that says nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from telemed.care.stills.ports import StillReader
from telemed.care.stills.records import StillRecord
from telemed.care.stills.views import file_name
from telemed.care.stills.words import StillPart
from telemed.media.pictures.jpeg import MIME as JPEG
from telemed.web.streams import Source, StreamedAnswer

PIECE = 256 * 1024  # bytes read and sent at once: four sealed blocks


def picture_answer(still: StillRecord, part: StillPart, reader: StillReader) -> StreamedAnswer:
    """The file. It may hold more than a picture: its type is never guessed, and as a page of its own it may do nothing
    (security_headers.py)."""
    is_picture = part is StillPart.PICTURE
    headers = {
        "Content-Type": still.mime if is_picture else JPEG,
        "Content-Disposition": f'inline; filename="{file_name(still) if is_picture else "thumbnail.jpg"}"',
        "Cache-Control": "no-store, private",
    }
    if is_picture:
        headers["ETag"] = f'"{still.sha256}"'
    return StreamedAnswer(200, headers, Source(_pieces(reader), reader.close), reader.size)


def frame_answer(jpeg: bytes) -> web.Response:
    """A frozen picture: small enough to go as a whole."""
    headers = {"Cache-Control": "no-store, private", "X-Content-Type-Options": "nosniff", "Content-Disposition": "inline"}
    return web.Response(body=jpeg, content_type=JPEG, headers=headers)


async def _pieces(reader: StillReader) -> AsyncIterator[bytes]:
    offset = 0
    while offset < reader.size:
        piece = await reader.read(offset, PIECE)
        if not piece:
            raise OSError("a picture is shorter than it says")
        yield piece
        offset += len(piece)
