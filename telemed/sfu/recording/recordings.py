"""All recordings of one worker: opened by control, closed by it or with their room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from telemed.errors import Conflict, NotFound, ProtocolError, Unavailable
from telemed.media.control import RecordingSnapshot, SetRecording, StopRecording
from telemed.media.control_codec import recording_key
from telemed.sfu.recording.room_recorder import RoomRecorder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telemed.media.journal.ports import JournalMaker
    from telemed.sfu.rooms import Room
    from telemed.sfu.services import Services

MAX_STOPPED = 1024  # recordings that may not be opened again; drop rule: oldest first, control knows them too
CLOSE_TIMEOUT = 3.0  # seconds the disk gets at the end of the worker


class Recordings:
    """Owns every `RoomRecorder` and the tasks that finish them."""

    def __init__(self, services: Services, journals: JournalMaker | None) -> None:
        """`journals` None: this worker cannot record."""
        self._services = services
        self._journals = journals
        self._rooms: dict[str, Room] = {}  # that are recorded now
        self._directories: dict[str, str] = {}  # by room
        self._finishing: dict[str, asyncio.Task[None]] = {}  # by recording
        self._writing: dict[str, RecordingSnapshot] = {}  # of these: what is not on disk yet
        self._stopped: dict[str, None] = {}

    def __len__(self) -> int:
        """Recordings open now."""
        return len(self._rooms)

    def set(self, request: SetRecording, open_room: Callable[[str], Room]) -> None:
        """Capture what is named; `open_room` returns the room, opened if it was not. Raises NotFound for a recording that was
        stopped, Conflict while another one of the room is open, ProtocolError for another directory, Unavailable where no journal
        can be made."""
        now = self._services.clock.monotonic()
        if request.recording_id in self._stopped:
            raise NotFound("The recording is closed.", code="recording_closed")
        if self._journals is None:
            raise Unavailable("This worker cannot record.", code="recording_refused")
        room = open_room(request.room_id)
        recorder = room.recorder
        if recorder is None:
            recorder = self._open(room, request, self._journals)
        elif recorder.recording_id != request.recording_id:
            raise Conflict("The room is being recorded already.", code="recording_exists")
        elif self._directories[room.room_id] != request.directory:
            raise ProtocolError("An open recording keeps its directory.", field="directory")
        recorder.set_tracks(request.tracks, room.tracks, now)

    async def stop(self, request: StopRecording) -> None:
        """Close a recording for good; returns when all of it is on disk. Unknown ones are fine."""
        self._remember(request.recording_id)
        room = self._rooms.get(request.room_id)
        if room is not None and room.recorder is not None and room.recorder.recording_id == request.recording_id:
            self.end(room, "stopped")
        task = self._finishing.get(request.recording_id)
        if task is not None:
            await asyncio.shield(task)  # another one may wait for it, too

    def end(self, room: Room, why: str) -> None:
        """The room's recording, if there is one, captures nothing any more; it is written out in the background."""
        recorder, room.recorder = room.recorder, None
        if recorder is None:
            return
        del self._rooms[room.room_id], self._directories[room.room_id]
        recorder.stop(why, room.tracks, self._services.clock.monotonic())
        task = asyncio.get_running_loop().create_task(self._finish(recorder, self._finishing.get(recorder.recording_id)))
        self._finishing[recorder.recording_id] = task
        self._writing[recorder.recording_id] = recorder.snapshot()
        task.add_done_callback(partial(self._forget, recorder.recording_id))

    def snapshot(self) -> tuple[RecordingSnapshot, ...]:
        """What is open, or not yet on disk."""
        found = dict(self._writing)
        for room in self._rooms.values():
            if room.recorder is not None:
                found[room.recorder.recording_id] = room.recorder.snapshot()
        return tuple(found.values())

    def jobs(self) -> Iterator[Callable[[float], None]]:
        """Yield what is to be done every 100 ms."""
        for room in list(self._rooms.values()):
            if room.recorder is not None:
                yield room.recorder.tick

    async def close(self) -> None:
        """End every recording; wait a while for the disk. Idempotent."""
        for room in list(self._rooms.values()):
            self.end(room, "worker")
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await asyncio.gather(*self._finishing.values(), return_exceptions=True)
                if self._journals is not None:
                    await self._journals.close()
        except TimeoutError:  # what is queued is lost, as with a worker that was killed
            pass
        for task in list(self._finishing.values()):
            task.cancel()
        await asyncio.gather(*self._finishing.values(), return_exceptions=True)

    def _open(self, room: Room, request: SetRecording, journals: JournalMaker) -> RoomRecorder:
        services = self._services
        book = journals.book(request.recording_id, Path(request.directory), recording_key(request))
        recorder = RoomRecorder(room.room_id, request.recording_id, book, services.clock, services.emit)
        room.recorder = recorder
        self._rooms[room.room_id] = room
        self._directories[room.room_id] = request.directory
        return recorder

    async def _finish(self, recorder: RoomRecorder, earlier: asyncio.Task[None] | None) -> None:
        """`earlier`: of the same recording, whose room had ended before."""
        if earlier is not None:
            await asyncio.wait([earlier])
        await recorder.finish()

    def _forget(self, recording_id: str, task: asyncio.Task[None]) -> None:
        if self._finishing.get(recording_id) is task:
            del self._finishing[recording_id], self._writing[recording_id]

    def _remember(self, recording_id: str) -> None:
        self._stopped.pop(recording_id, None)
        if len(self._stopped) >= MAX_STOPPED:
            del self._stopped[next(iter(self._stopped))]
        self._stopped[recording_id] = None
