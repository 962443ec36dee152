"""The files of a recording, in clear and piece by piece: RFC 9110 ranges, so that a player seeks without reading what it
skips."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from telemed.care.identity import Staff
from telemed.care.permissions import Action
from telemed.care.recording.ports import RecordingVault, SegmentReader
from telemed.care.recording.records import RecordingRecord
from telemed.care.recording.words import RecordingState
from telemed.errors import NotFound
from telemed.web.byte_ranges import Conditions, Verdict, Wanted, decide
from telemed.web.recordings.door import RecordingDoor
from telemed.web.recordings.watching import Watching
from telemed.web.streams import Source, StreamedAnswer

PIECE = 256 * 1024  # bytes read and sent at once: four sealed blocks
_KINDS = frozenset({"video/webm", "audio/webm", "video/mp4", "audio/mp4"})  # what the finaliser makes; anything else is no media
UNKNOWN_KIND = "application/octet-stream"


class RecordingMedia:
    """Plays."""

    def __init__(self, door: RecordingDoor, vault: RecordingVault, watching: Watching) -> None:
        self._door = door
        self._vault = vault
        self._watching = watching

    async def answer(self, actor: Staff, recording_id: str, segment_id: str, request: web.Request) -> StreamedAnswer:
        """A segment, or the part of it the request's header fields want. Raises NotFound, Unavailable, RangeNotSatisfiable,
        PreconditionFailed."""
        recording = await self._door.look(actor, recording_id, Action.WATCH_RECORDING)
        if recording.state is not RecordingState.READY or await self._is_withdrawn(recording, segment_id):
            raise NotFound()
        reader = await self._vault.open_segment(recording_id, segment_id)
        try:
            etag = f'"{reader.etag}"'
            wanted = decide(_conditions(request), reader.size, etag, request.method == "GET")
            headers = _headers(reader, etag, wanted)
            if wanted.verdict is Verdict.UNCHANGED or request.method != "GET":
                length = None if wanted.verdict is Verdict.UNCHANGED else wanted.length
                await reader.close()
                return StreamedAnswer(wanted.verdict.value, headers, None, length)
            await self._watching.note(actor, recording_id)
        except BaseException:
            await reader.close()
            raise
        return StreamedAnswer(wanted.verdict.value, headers, Source(_pieces(reader, wanted), reader.close), wanted.length)

    async def _is_withdrawn(self, recording: RecordingRecord, segment_id: str) -> bool:
        """Whether a legal hold alone keeps this segment: the person wants it destroyed."""
        people = await self._door.not_shown(recording)
        if not people:
            return False
        contents = await self._vault.contents(recording.id)
        return any(segment.id == segment_id and segment.participant_id in people for segment in contents.segments)


def _conditions(request: web.Request) -> Conditions:
    fields = request.headers
    joined = {name: ", ".join(fields.getall(name)) if name in fields else None for name in ("If-Match", "If-None-Match")}
    if_range = fields.get("If-Range")
    return Conditions(tuple(fields.getall("Range", ())), joined["If-Match"], joined["If-None-Match"], if_range)


def _headers(reader: SegmentReader, etag: str, wanted: Wanted) -> dict[str, str]:
    kind = reader.mime if reader.mime in _KINDS else UNKNOWN_KIND
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store, private",
        "Content-Disposition": "inline",
        "Content-Type": kind,
        "ETag": etag,
    }
    if wanted.verdict is Verdict.PART:
        headers["Content-Range"] = f"bytes {wanted.first}-{wanted.last}/{reader.size}"
    return headers


async def _pieces(reader: SegmentReader, wanted: Wanted) -> AsyncIterator[bytes]:
    """The bytes in order; all pieces but the first begin at a full one, where a sealed block begins too."""
    offset, end = wanted.first, wanted.last + 1
    while offset < end:
        piece = await reader.read(offset, min(PIECE - offset % PIECE, end - offset))
        if not piece:
            raise OSError("a segment is shorter than it says")
        yield piece
        offset += len(piece)
