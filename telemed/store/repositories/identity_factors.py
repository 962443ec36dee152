"""Second factors of staff accounts: authenticator apps, passkeys, recovery codes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from telemed.care.staff.records import PasskeyRecord, RecoveryCodeRecord, TotpRecord
from telemed.store import schema_identity as schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable

MAX_PASSKEYS = 50  # read at once; the rules allow fewer


class TotpRows:
    """Fulfils `care.staff.repositories.Totps`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.totp, TotpRecord)

    async def get(self, user_id: str) -> TotpRecord | None:
        """Look up by account."""
        return await self._rows.by(user_id=user_id)

    async def put(self, totp: TotpRecord) -> None:
        """Add or replace it."""
        await self.remove(totp.user_id)
        await self._rows.insert(totp)

    async def remove(self, user_id: str) -> bool:
        """Forget it."""
        return await self._rows.delete(self._rows.c.user_id == user_id) > 0

    async def confirmed_of(self, user_ids: Collection[str]) -> set[str]:
        """Return those of these accounts, at most a page of them, whose app has shown a code."""
        c = self._rows.c
        statement = select(c.user_id).where(c.user_id.in_(list(user_ids)), c.confirmed_at.is_not(None))
        return {row["user_id"] for row in await self._sql.rows(statement)}


class PasskeyRows:
    """Fulfils `care.staff.repositories.Passkeys`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.passkey, PasskeyRecord)

    async def get(self, passkey_id: str) -> PasskeyRecord | None:
        """Look up by id; revoked ones too."""
        return await self._rows.by(id=passkey_id)

    async def by_credential(self, credential_id: bytes) -> PasskeyRecord | None:
        """Look up by the authenticator's own id; revoked ones too."""
        return await self._rows.by(credential_id=credential_id)

    async def of_user(self, user_id: str) -> list[PasskeyRecord]:
        """Return those of an account that work, oldest first."""
        return await self._living(self._rows.c.user_id == user_id)

    async def counts_of(self, user_ids: Collection[str]) -> dict[str, int]:
        """Return how many work, of those of these accounts (at most a page) that have any."""
        c = self._rows.c
        return await _counts(self._sql, c.user_id, c.user_id.in_(list(user_ids)), c.revoked_at.is_(None))

    async def of_person(self, patient_id: str, carer_id: str | None) -> list[PasskeyRecord]:
        """Return those of a patient's own (None), or of a carer, that work, oldest first."""
        return await self._living(*self._person(patient_id, carer_id))

    async def create(self, passkey: PasskeyRecord) -> None:
        """Add it."""
        await self._rows.insert(passkey)

    async def save(self, passkey: PasskeyRecord) -> None:
        """Write it back."""
        await self._rows.save(passkey)

    async def revoke_of_user(self, user_id: str, at: datetime) -> int:
        """End all passkeys of an account; the number ended."""
        c = self._rows.c
        return await self._rows.set({"revoked_at": at}, c.user_id == user_id, c.revoked_at.is_(None))

    async def revoke_of_person(self, patient_id: str, carer_id: str | None, at: datetime) -> int:
        """End all of a patient's own, or of a carer; the number ended."""
        living = self._rows.c.revoked_at.is_(None)
        return await self._rows.set({"revoked_at": at}, *self._person(patient_id, carer_id), living)

    def _person(self, patient_id: str, carer_id: str | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        c = self._rows.c  # merging moves passkeys along: those of records merged into this one have its id
        return c.patient_id == patient_id, c.carer_id.is_not_distinct_from(carer_id)

    async def _living(self, *owner: ColumnElement[bool]) -> list[PasskeyRecord]:
        c = self._rows.c
        statement = self._rows.select(*owner, c.revoked_at.is_(None)).order_by(c.created_at, c.id)
        return await self._rows.all(statement.limit(MAX_PASSKEYS))


class RecoveryCodeRows:
    """Fulfils `care.staff.repositories.RecoveryCodes`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.recovery_code, RecoveryCodeRecord)

    async def left(self, user_id: str) -> int:
        """How many unused codes an account has."""
        c = self._rows.c
        row = await self._sql.row(select(func.count().label("codes")).where(c.user_id == user_id, c.used_at.is_(None)))
        return int(row["codes"]) if row else 0

    async def counts_of(self, user_ids: Collection[str]) -> dict[str, int]:
        """Return how many unused codes, of those of these accounts (at most a page) that have any."""
        c = self._rows.c
        return await _counts(self._sql, c.user_id, c.user_id.in_(list(user_ids)), c.used_at.is_(None))

    async def replace(self, user_id: str, codes: list[RecoveryCodeRecord]) -> None:
        """Forget the former codes and keep these."""
        await self._rows.delete(self._rows.c.user_id == user_id)
        for code in codes:
            await self._rows.insert(code)

    async def use(self, user_id: str, code_hash: str, at: datetime) -> bool:
        """Use one up; False when there is no such unused code."""
        c = self._rows.c
        mine = (c.user_id == user_id, c.code_hash == code_hash, c.used_at.is_(None))
        return await self._rows.set({"used_at": at}, *mine) > 0


async def _counts(sql: SqlConnection, of: ColumnElement[Any], *where: ColumnElement[bool]) -> dict[str, int]:
    statement = select(of.label("owner"), func.count().label("rows")).where(*where).group_by(of)
    return {row["owner"]: int(row["rows"]) for row in await sql.rows(statement)}
