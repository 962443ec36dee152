"""A room that is recorded: what control says, by the records of the control socket, and what was written."""

from __future__ import annotations

import json
from base64 import b64encode

from telemed.media.control import RecordedTrack, RecordingReport, SetRecording, Source, WorkerEvent
from telemed.media.control_codec import from_json, to_json
from tests.adapters.sfu.conftest import Stage
from tests.adapters.sfu.journals import MemoryBook, MemoryJournal

KEY = bytes(range(32))
MICROPHONE = RecordedTrack("a-mic", "alice", Source.MICROPHONE)
CAMERA = RecordedTrack("a-cam", "alice", Source.CAMERA)


def wanted(*tracks: RecordedTrack, recording: str = "rec", directory: str = "/srv/rec", room: str = "room") -> SetRecording:
    """What control asks for."""
    return SetRecording(room, recording, directory, b64encode(KEY).decode(), tracks)


class Recorded:
    """The recording of the stage's room."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.events: list[WorkerEvent] = []
        services = stage.worker._services
        assert services is not None
        emit = services.emit

        def hear(event: WorkerEvent) -> None:
            self.events.append(event)
            emit(event)

        services.emit = hear

    def set(self, *tracks: RecordedTrack, recording: str = "rec", directory: str = "/srv/rec", room: str = "room") -> None:
        """As the handler of `set_recording`, JSON included."""
        request = wanted(*tracks, recording=recording, directory=directory, room=room)
        plain = json.loads(json.dumps(to_json(request)))
        assert from_json(SetRecording, plain) == request
        self.stage.worker._on_recording(plain)

    async def stop(self, recording: str = "rec", room: str = "room") -> None:
        """As the handler of `stop_recording`."""
        await self.stage.worker._on_stop_recording({"room_id": room, "recording_id": recording})

    @property
    def book(self) -> MemoryBook:
        """The newest."""
        return self.stage.journals.books[-1]

    def journal(self, track_id: str) -> MemoryJournal:
        """The newest of a track."""
        return self.book.of(track_id)[-1]

    @property
    def reports(self) -> list[RecordingReport]:
        """What control was told of recordings."""
        return [event for event in self.events if isinstance(event, RecordingReport)]
