"""The clinic, its staff accounts and their sign-ins."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select

from telemed.care.records import LoginRecord, OrganisationRecord, UserRecord
from telemed.care.roles import Role
from telemed.errors import Conflict
from telemed.store import schema
from telemed.store.connection import SqlConnection
from telemed.store.record_table import RecordTable

MAX_LOGINS = 100  # of one person at once; each lives half a day


class OrganisationRows:
    """The clinic."""

    def __init__(self, sql: SqlConnection) -> None:
        self._rows = RecordTable(sql, schema.organisation, OrganisationRecord)

    async def get(self, organisation_id: str) -> OrganisationRecord | None:
        """Look up by id."""
        return await self._rows.by(id=organisation_id)

    async def first(self) -> OrganisationRecord | None:
        """Return the oldest organisation."""
        return await self._rows.first(self._rows.select().order_by(self._rows.c.created_at, self._rows.c.id).limit(1))

    async def all(self) -> list[OrganisationRecord]:
        """Return every organisation, oldest first."""
        return await self._rows.all(self._rows.select().order_by(self._rows.c.created_at, self._rows.c.id))

    async def create(self, organisation: OrganisationRecord) -> None:
        """Add it."""
        await self._rows.insert(organisation)

    async def save(self, organisation: OrganisationRecord) -> None:
        """Write it back."""
        await self._rows.save(organisation)


class UserRows:
    """Staff accounts; e-mail addresses are kept in lower case."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.user, UserRecord)

    async def get(self, user_id: str) -> UserRecord | None:
        """Look up by id."""
        return await self._rows.by(id=user_id)

    async def names(self, user_ids: Collection[str]) -> dict[str, str]:
        """Return id -> name of these accounts, at most a page of them, shut ones too."""
        c = self._rows.c
        statement = select(c.id, c.name).where(c.id.in_(list(user_ids)))
        return {row["id"]: row["name"] for row in await self._sql.rows(statement)}

    async def by_email(self, email: str) -> UserRecord | None:
        """Look up by e-mail, without regard to case."""
        return await self._rows.by(email=email.strip().lower())

    async def create(self, user: UserRecord) -> None:
        """Add an account. Raises Conflict `email_taken`; ValueError when the e-mail is not in stored form."""
        _check_email(user.email)
        if await self.by_email(user.email) is not None:
            raise Conflict("This e-mail address is in use.", code="email_taken", field="email")
        await self._rows.insert(user)

    async def save(self, user: UserRecord) -> None:
        """Write it back."""
        _check_email(user.email)
        await self._rows.save(user)

    async def in_organisation(self, organisation_id: str) -> list[UserRecord]:
        """Return all accounts, oldest first."""
        where = self._rows.c.organisation_id == organisation_id
        return await self._rows.all(self._rows.select(where).order_by(self._rows.c.created_at, self._rows.c.id))

    async def page(self, organisation_id: str, text: str = "", after: str = "", limit: int = 50) -> list[UserRecord]:
        """Return accounts whose name or e-mail holds `text`, by id, those after the id `after`."""
        c = self._rows.c
        where = [c.organisation_id == organisation_id, c.id > after]
        if text:
            named = (column.contains(text.lower(), autoescape=True) for column in (func.lower(c.name), c.email))
            where.append(or_(*named))
        return await self._rows.all(self._rows.select(*where).order_by(c.id).limit(limit))

    async def active_with(self, organisation_id: str, role: Role) -> int:
        """How many active accounts have this role."""
        c = self._rows.c
        where = (c.organisation_id == organisation_id, c.role == role, c.is_active.is_(True))
        row = await self._sql.row(select(func.count().label("accounts")).where(*where))
        return int(row["accounts"]) if row else 0

    async def any_demo(self) -> bool:
        """Whether a demo account exists."""
        return await self._rows.one(self._rows.c.is_demo.is_(True)) is not None


class LoginRows:
    """Sign-ins."""

    def __init__(self, sql: SqlConnection) -> None:
        self._sql = sql
        self._rows = RecordTable(sql, schema.login, LoginRecord)

    async def get(self, login_id: str) -> LoginRecord | None:
        """Look up by id; revoked and expired ones too."""
        return await self._rows.by(id=login_id)

    async def create(self, login: LoginRecord) -> None:
        """Add it."""
        await self._rows.insert(login)

    async def by_token_hash(self, token_hash: str) -> LoginRecord | None:
        """Look up by token; revoked and expired ones too."""
        return await self._rows.by(token_hash=token_hash)

    async def touch(self, login_id: str, at: datetime) -> None:
        """Set `last_seen_at`."""
        await self._rows.set({"last_seen_at": at}, self._rows.c.id == login_id)

    async def revoke(self, login_id: str, at: datetime) -> None:
        """End one sign-in; the first end counts."""
        await self._rows.set({"revoked_at": at}, self._rows.c.id == login_id, self._rows.c.revoked_at.is_(None))

    async def revoke_all(self, user_id: str, at: datetime) -> int:
        """End all sign-ins of a user; the number ended."""
        return await self._rows.set(
            {"revoked_at": at}, self._rows.c.user_id == user_id, self._rows.c.revoked_at.is_(None)
        )

    async def save(self, login: LoginRecord) -> None:
        """Write it back."""
        await self._rows.save(login)

    async def of_user(self, user_id: str, now: datetime) -> list[LoginRecord]:
        """Return those neither revoked nor expired, seen last first, at most MAX_LOGINS."""
        c = self._rows.c
        statement = self._rows.select(c.user_id == user_id, c.revoked_at.is_(None), c.expires_at > now)
        return await self._rows.all(statement.order_by(c.last_seen_at.desc(), c.id).limit(MAX_LOGINS))

    async def last_seen(self, user_ids: Collection[str]) -> dict[str, datetime]:
        """Return when each of these users was seen last, in logins that are still kept."""
        c = self._rows.c
        latest = func.max(c.last_seen_at).label("at")
        statement = select(c.user_id, latest).where(c.user_id.in_(list(user_ids))).group_by(c.user_id)
        return {row["user_id"]: row["at"] for row in await self._sql.rows(statement)}

    async def delete_expired(self, before: datetime) -> int:
        """Forget sign-ins that expired before; the number forgotten."""
        return await self._rows.delete(self._rows.c.expires_at < before)


def _check_email(email: str) -> None:
    if email != email.strip().lower():
        raise ValueError("e-mail addresses are stored trimmed and in lower case")
