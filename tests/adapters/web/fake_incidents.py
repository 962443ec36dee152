"""Call logic about incidents that remembers what it was asked and answers well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from telemed.care.identity import Identity, Staff
from telemed.care.incidents.ports import CameIn, Fix, IncidentOrder, NewCaller, NewFrame, Silence, WayIn
from telemed.care.incidents.words import IncidentEvent
from telemed.care.ports import Json

LINK = {"id": "lnk_1", "url": "http://x/e#t", "qr": ["01"], "participant_id": "par_2", "role": "guest"}


class RememberedIncidents:
    """`note` takes the name of each question and its arguments, and may raise."""

    def __init__(self, note: Callable[..., None], clinic: Json, session_id: str, seat_token: str) -> None:
        self._note = note
        self._came = {"status": "seat", "clinic": clinic, "session_id": session_id, "participant_id": "par_2"}
        self._came["state"] = "admitted"
        self._session_id, self._seat_token = session_id, seat_token

    def _row(self, name: str, *arguments: Any) -> Json:
        self._note(name, *arguments)
        return {"incident": {"id": "inc_1"}}

    async def create(self, actor: Staff, order: IncidentOrder) -> Json:
        return {**self._row("create_incident", actor, order), "link": LINK}

    async def detail(self, actor: Staff, incident_id: str) -> Json:
        return {**self._row("incident_detail", actor, incident_id), "timeline": [], "summary": None}

    async def positions(self, actor: Staff, incident_id: str) -> Json:
        self._note("positions", actor, incident_id)
        return {"positions": [], "place": "", "kept_until": None}

    async def resend(self, actor: Staff, incident_id: str, link_id: str | None, command_id: str) -> Json:
        return self._row("resend", actor, incident_id, link_id, command_id)

    async def add_caller(self, actor: Staff, incident_id: str, wanted: NewCaller) -> Json:
        return {**self._row("add_caller", actor, incident_id, wanted), "link": LINK}

    async def show_code(self, actor: Staff, incident_id: str, link_id: str, command_id: str) -> Json:
        return {**self._row("show_code", actor, incident_id, link_id, command_id), "link": LINK}

    async def change_state(self, actor: Staff, incident_id: str, event: IncidentEvent, note: str | None, command_id: str) -> Json:
        return self._row("change_state", actor, incident_id, event, note, command_id)

    async def silence(self, actor: Staff, incident_id: str, wanted: Silence) -> Json:
        return self._row("silence", actor, incident_id, wanted)

    async def share(self, actor: Staff, incident_id: str, name: str, command_id: str) -> Json:
        return {**self._row("share", actor, incident_id, name, command_id), "link": LINK, "pin": "123456"}

    async def revoke(self, actor: Staff, incident_id: str, link_id: str, command_id: str) -> Json:
        return self._row("revoke", actor, incident_id, link_id, command_id)

    async def open_caller(self, way: WayIn) -> CameIn:
        self._note("open_caller", way)
        return CameIn({**self._came, "caller": {"code": "1234"}}, self._session_id, self._seat_token)

    async def open_crew(self, way: WayIn) -> CameIn:
        self._note("open_crew", way)
        return CameIn(dict(self._came), self._session_id, self._seat_token)

    async def freeze(self, actor: Staff, session_id: str, wanted: NewFrame) -> Json:
        self._note("freeze", actor, session_id, wanted)
        return {"frame": {"id": "frm_1"}}

    async def picture(self, identity: Identity, session_id: str, frame_id: str) -> bytes:
        self._note("picture", identity, session_id, frame_id)
        return b"a picture"

    async def erase_frame(self, actor: Staff, session_id: str, frame_id: str, reason: str) -> None:
        self._note("erase_frame", actor, session_id, frame_id, reason)

    async def tell_location(self, identity: Identity, session_id: str, fix: Fix) -> None:
        self._note("tell_location", identity, session_id, fix)

    async def tell_place(self, identity: Identity, session_id: str, text: str) -> None:
        self._note("tell_place", identity, session_id, text)
