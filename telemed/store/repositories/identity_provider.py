"""Who the holders of accounts are at the clinic's sign-in provider."""

from __future__ import annotations

from telemed.care.staff.records import OidcIdentityRecord
from telemed.store import schema_identity as schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable


class OidcIdentityRows:
    """Fulfils `care.staff.repositories.OidcIdentities`."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.oidc_identity, OidcIdentityRecord)

    async def by_subject(self, issuer: str, subject: str) -> OidcIdentityRecord | None:
        """Look up by the provider's own id of a person."""
        return await self._rows.by(issuer=issuer, subject=subject)

    async def of_user(self, user_id: str, issuer: str) -> OidcIdentityRecord | None:
        """Look up by account."""
        return await self._rows.by(user_id=user_id, issuer=issuer)

    async def create(self, identity: OidcIdentityRecord) -> None:
        """Add it."""
        await self._rows.insert(identity)

    async def remove_of_user(self, user_id: str) -> int:
        """Part an account from all its identities; the number."""
        return await self._rows.delete(self._rows.c.user_id == user_id)
