"""Begun sign-ins, invitations, and the PINs of locked pages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from telemed.care.staff.records import InvitationRecord, QuickUnlockRecord, SignInStepRecord
from telemed.store import schema
from telemed.store import schema_identity as identity
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable


class SignInStepRows:
    """Fulfils `care.staff.repositories.SignInSteps`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, identity.sign_in_step, SignInStepRecord)

    async def by_token_hash(self, token_hash: str) -> SignInStepRecord | None:
        """Look up by token; ended ones too."""
        return await self._rows.by(token_hash=token_hash)

    async def create(self, step: SignInStepRecord) -> None:
        """Add it."""
        await self._rows.insert(step)

    async def save(self, step: SignInStepRecord) -> None:
        """Write it back."""
        await self._rows.save(step)

    async def end_of_user(self, user_id: str, at: datetime) -> int:
        """Make all open steps of a user worthless; the number ended."""
        c = self._rows.c
        return await self._rows.set({"used_at": at}, c.user_id == user_id, c.used_at.is_(None))

    async def delete_expired(self, before: datetime) -> int:
        """Forget steps that ended before; the number forgotten."""
        return await self._rows.delete(self._rows.c.expires_at < before)


class InvitationRows:
    """Fulfils `care.staff.repositories.Invitations`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, identity.invitation, InvitationRecord)

    async def get(self, invitation_id: str) -> InvitationRecord | None:
        """Look up by id; ended ones too."""
        return await self._rows.by(id=invitation_id)

    async def by_token_hash(self, token_hash: str) -> InvitationRecord | None:
        """Look up by token; ended ones too."""
        return await self._rows.by(token_hash=token_hash)

    async def open_of(self, user_id: str, now: datetime) -> InvitationRecord | None:
        """Return the newest that still works."""
        c = self._rows.c
        where = (c.user_id == user_id, c.used_at.is_(None), c.revoked_at.is_(None), c.expires_at > now)
        return await self._rows.first(self._rows.select(*where).order_by(c.created_at.desc(), c.id).limit(1))

    async def open_of_all(self, user_ids: Collection[str], now: datetime) -> dict[str, InvitationRecord]:
        """Return the newest that still works, of those of these accounts (at most a page) that have one."""
        c = self._rows.c
        where = (c.user_id.in_(list(user_ids)), c.used_at.is_(None), c.revoked_at.is_(None), c.expires_at > now)
        oldest_first = self._rows.select(*where).order_by(c.created_at, c.id.desc())
        return {invitation.user_id: invitation for invitation in await self._rows.all(oldest_first)}

    async def create(self, invitation: InvitationRecord) -> None:
        """Add it."""
        await self._rows.insert(invitation)

    async def save(self, invitation: InvitationRecord) -> None:
        """Write it back."""
        await self._rows.save(invitation)

    async def revoke_of_user(self, user_id: str, at: datetime) -> int:
        """End all open invitations of an account; the number ended."""
        c = self._rows.c
        return await self._rows.set({"revoked_at": at}, c.user_id == user_id, c.used_at.is_(None), c.revoked_at.is_(None))


class QuickUnlockRows:
    """Fulfils `care.staff.repositories.QuickUnlocks`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, identity.quick_unlock, QuickUnlockRecord)

    async def get(self, login_id: str) -> QuickUnlockRecord | None:
        """Look up by login."""
        return await self._rows.by(login_id=login_id)

    async def put(self, unlock: QuickUnlockRecord) -> None:
        """Add or replace it."""
        await self.remove(unlock.login_id)
        await self._rows.insert(unlock)

    async def remove(self, login_id: str) -> bool:
        """Forget it."""
        return await self._rows.delete(self._rows.c.login_id == login_id) > 0

    async def delete_of_logins(self, before: datetime) -> int:
        """Forget those of logins that expired before, which are about to be forgotten too; the number forgotten."""
        login = schema.login.c
        old = select(login.id).where(login.expires_at < before)
        return await self._rows.delete(self._rows.c.login_id.in_(old))
