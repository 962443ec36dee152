"""Keeps the workers right about what each person needs most, while records, needs and who is in the call change."""

from __future__ import annotations

import contextlib

from telemed.care.ports import Store
from telemed.clock import Clock
from telemed.congestion.demands import Mode
from telemed.errors import NotFound
from telemed.media.control import SetMode
from telemed.signaling.media_room import MediaRoom, RecordedMode
from telemed.signaling.person_mode import mode_in_call, mode_of_patient
from telemed.signaling.visit import LiveVisit

READ_SECONDS = 5.0  # between two looks at one record: rooms are compared every second, needs are edited once a year


class MediaModes:
    """Part of comparing a room with its visit. A peer's mode comes with its offers; what changes in between is sent here."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def bring_in_line(self, room: MediaRoom, visit: LiveVisit) -> None:
        """Tell the worker the modes that are not as it was told last. Raises what the store and the worker raise."""
        patient = await self._patient(room, visit)
        seats = visit.seats.values()
        for participant_id, peer in list(room.peers.items()):
            seat = visit.seats.get(participant_id)
            if seat is None or not peer.present or peer.negotiating:
                continue
            mode = mode_in_call(seat, patient, seats)
            if mode is peer.mode:
                continue
            with contextlib.suppress(NotFound):  # it closed a moment ago; its event is on the way
                await room.plane.set_mode(SetMode(room.room_id, participant_id, mode))
                peer.mode = mode

    async def _patient(self, room: MediaRoom, visit: LiveVisit) -> Mode:
        known, now = room.recorded, self._clock.monotonic()
        patient_id = visit.session.patient_id
        if known is None or known.patient_id != patient_id or now - known.at >= READ_SECONDS:
            known = room.recorded = RecordedMode(patient_id, await mode_of_patient(self._store, visit.session), now)
        return known.mode
