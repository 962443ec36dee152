"""The `IncidentVisits` port: what HTTP handlers ask about incidents, each handed to the part that knows."""

from __future__ import annotations

from telemed.care.identity import Identity, Staff
from telemed.care.incidents.ports import CameIn, Fix, IncidentOrder, NewCaller, NewFrame, Silence, WayIn
from telemed.care.incidents.words import IncidentEvent
from telemed.care.ports import Json
from telemed.signaling.desk import Desk
from telemed.signaling.incident_commands import IncidentCommands
from telemed.signaling.incident_desk import IncidentDesk
from telemed.signaling.incident_entry import IncidentEntry
from telemed.signaling.incident_frames import IncidentFrames
from telemed.signaling.incident_reading import IncidentReading
from telemed.signaling.link_desk import LinkDesk


class IncidentService:
    """Implements `telemed.care.incidents.ports.IncidentVisits`; the methods are described there."""

    def __init__(self, desk: Desk, links: LinkDesk) -> None:
        self._reading = IncidentReading(desk)
        self._desk = IncidentDesk(desk, links, self._reading)
        self._entry = IncidentEntry(desk, links)
        self._told = IncidentCommands(desk)
        self._frames = IncidentFrames(desk)

    async def create(self, actor: Staff, order: IncidentOrder) -> Json:
        """-> {incident, link}."""
        return await self._desk.create(actor, order)

    async def detail(self, actor: Staff, incident_id: str) -> Json:
        """-> {incident, timeline, summary}."""
        return await self._reading.detail(actor, incident_id)

    async def positions(self, actor: Staff, incident_id: str) -> Json:
        """-> {positions, place, kept_until}."""
        return await self._reading.positions(actor, incident_id)

    async def resend(self, actor: Staff, incident_id: str, link_id: str | None, command_id: str) -> Json:
        """-> {incident}."""
        return await self._desk.resend(actor, incident_id, link_id, command_id)

    async def add_caller(self, actor: Staff, incident_id: str, wanted: NewCaller) -> Json:
        """-> {incident, link}."""
        return await self._desk.add_caller(actor, incident_id, wanted)

    async def show_code(self, actor: Staff, incident_id: str, link_id: str, command_id: str) -> Json:
        """-> {incident, link}."""
        return await self._desk.show_code(actor, incident_id, link_id, command_id)

    async def change_state(self, actor: Staff, incident_id: str, event: IncidentEvent, note: str | None, command_id: str) -> Json:
        """-> {incident}, of a reopened one {incident, link}."""
        return await self._desk.change_state(actor, incident_id, event, note, command_id)

    async def silence(self, actor: Staff, incident_id: str, wanted: Silence) -> Json:
        """-> {incident}."""
        return await self._desk.silence(actor, incident_id, wanted)

    async def share(self, actor: Staff, incident_id: str, name: str, command_id: str) -> Json:
        """-> {incident, link, pin}."""
        return await self._desk.share(actor, incident_id, name, command_id)

    async def revoke(self, actor: Staff, incident_id: str, link_id: str, command_id: str) -> Json:
        """-> {incident}."""
        return await self._desk.revoke(actor, incident_id, link_id, command_id)

    async def open_caller(self, way: WayIn) -> CameIn:
        """Take the caller's seat."""
        return await self._entry.open_caller(way)

    async def open_crew(self, way: WayIn) -> CameIn:
        """Take a crew's seat."""
        return await self._entry.open_crew(way)

    async def freeze(self, actor: Staff, session_id: str, wanted: NewFrame) -> Json:
        """-> {frame}."""
        return await self._frames.freeze(actor, session_id, wanted)

    async def picture(self, identity: Identity, session_id: str, frame_id: str) -> bytes:
        """The JPEG of a frame."""
        return await self._frames.picture(identity, session_id, frame_id)

    async def erase_frame(self, actor: Staff, session_id: str, frame_id: str, reason: str) -> None:
        """Destroy it."""
        await self._frames.erase(actor, session_id, frame_id, reason)

    async def tell_location(self, identity: Identity, session_id: str, fix: Fix) -> None:
        """One fix of the caller's device."""
        await self._told.tell_location(identity, session_id, fix)

    async def tell_place(self, identity: Identity, session_id: str, text: str) -> None:
        """Where the caller is, in its own words."""
        await self._told.tell_place(identity, session_id, text)
