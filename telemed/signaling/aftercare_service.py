"""The `Aftercare` port: what HTTP asks about the time after a visit, each handed to the part that knows."""

from __future__ import annotations

from datetime import date

from telemed.care.aftercare.ports import Letter, Plan
from telemed.care.aftercare.words import FollowUpState
from telemed.care.identity import Staff
from telemed.care.ports import Json
from telemed.signaling.desk import Desk
from telemed.signaling.follow_up_desk import FollowUpDesk
from telemed.signaling.letter_desk import LetterDesk


class AftercareService:
    """Implements `telemed.care.aftercare.ports.Aftercare`; the methods are described there."""

    def __init__(self, desk: Desk) -> None:
        self._letters = LetterDesk(desk)
        self._follow_ups = FollowUpDesk(desk)

    async def read(self, actor: Staff, session_id: str) -> Json:
        """-> {session, ways, messages, follow_ups}."""
        return await self._letters.read(actor, session_id)

    async def write(self, actor: Staff, session_id: str, letter: Letter) -> Json:
        """-> {message}."""
        return await self._letters.write(actor, session_id, letter)

    async def plan(self, actor: Staff, session_id: str, plan: Plan, command_id: str) -> Json:
        """-> {follow_up}."""
        return await self._follow_ups.plan(actor, session_id, plan, command_id)

    async def edit(self, actor: Staff, follow_up_id: str, plan: Plan, revision: int) -> Json:
        """-> {follow_up}."""
        return await self._follow_ups.edit(actor, follow_up_id, plan, revision)

    async def move(self, actor: Staff, follow_up_id: str, to: FollowUpState, command_id: str) -> Json:
        """-> {follow_up}."""
        return await self._follow_ups.move(actor, follow_up_id, to, command_id)

    async def take(self, actor: Staff, follow_up_id: str, command_id: str) -> Json:
        """-> {follow_up}."""
        return await self._follow_ups.take(actor, follow_up_id, command_id)

    async def open(self, token: str, birth_date: date | None) -> Json:
        """-> {clinic, asks, tries_left, message}."""
        return await self._letters.open(token, birth_date)
