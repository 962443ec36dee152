"""How the server is and how much it is used: health, plots, messages on their way, how people sign in. No patient anywhere."""

from __future__ import annotations

from datetime import UTC, datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.clinic.ports import Health, Rooms
from telemed.care.clinic.records import DayUsage
from telemed.care.clinic.usage import every_day, median_wait, slow_wait
from telemed.care.identity import Staff
from telemed.care.notify.compose import again, may_repeat
from telemed.care.notify.masking import masked
from telemed.care.notify.ports import Notifier
from telemed.care.notify.records import Medium, OutboxMessage
from telemed.care.ports import Json, Store
from telemed.care.times import iso_or_none, iso_utc
from telemed.clock import Clock
from telemed.errors import NotFound
from telemed.ids import new_id
from telemed.web.admin.usage_days import UsageDays
from telemed.web.paging import Page


class Reports:
    """Reads for admins; its one write sends a message again."""

    def __init__(self, store: Store, clock: Clock, health: Health, notifier: Notifier, rooms: Rooms) -> None:
        self._store = store
        self._clock = clock
        self._health = health
        self._notifier = notifier
        self._rooms = rooms
        self._usage = UsageDays(store, clock)

    async def health(self) -> Json:
        """-> {health, ways}."""
        ways = {medium.value: self._notifier.can_send(medium) for medium in Medium}
        return {"health": await self._health.report(), "ways": ways, "at": iso_utc(self._clock.utcnow())}

    def rooms(self, admin: Staff) -> Json:
        """-> {rooms, count, at}."""
        return {**self._rooms.rooms(admin), "at": iso_utc(self._clock.utcnow())}

    async def usage(self, admin: Staff, days: int) -> Json:
        """-> {days, totals} of the last `days` days, today included (UTC)."""
        last = self._clock.utcnow().astimezone(UTC).date()
        usages = every_day(await self._usage.read(admin.organisation_id, last, days), last, days)
        every_wait = [wait for usage in usages for wait in usage.waits]
        totals = {
            "sessions": sum(usage.sessions for usage in usages),
            "held": sum(usage.held for usage in usages),
            "failed": sum(usage.failed for usage in usages),
            "minutes": round(sum(usage.minutes for usage in usages)),
            "participants": sum(usage.participants for usage in usages),
            "wait_median": median_wait(usages),
            "wait_slow": slow_wait(every_wait),
        }
        return {"days": [_day(usage) for usage in usages], "totals": totals}

    async def outbox(self, admin: Staff, page: Page) -> Json:
        """-> {messages, next}, newest first."""
        now = self._clock.utcnow()
        async with self._store.read() as tx:
            found = await tx.usage.messages(admin.organisation_id, page.after, page.limit + 1)
        rows = [_message(message, now) for message in found[: page.limit]]
        return {"messages": rows, "next": page.next_of(found, lambda message: message.id)}

    async def send_again(self, admin: Staff, message_id: str) -> Json:
        """Send a failed or unknown message once more; -> {message}. Raises NotFound, Conflict."""
        now = self._clock.utcnow()
        async with self._store.write() as tx:
            old = await tx.outbox.get(message_id)
            if old is None or old.organisation_id != admin.organisation_id:
                raise NotFound()
            fresh = await tx.outbox.put(again(old, new_id("out"), now))
            await tx.audit.append(admin.ref, AuditAction.MESSAGE_SENT_AGAIN, old.id, AuditOutcome.DONE, now)
        self._notifier.wake()
        return {"message": _message(fresh, now)}

    async def sign_in(self, admin: Staff) -> Json:
        """-> {staff}: how the active accounts can prove who they are."""
        async with self._store.read() as tx:
            factors = await tx.usage.factors(admin.organisation_id)
        return {"staff": factors}


def _day(usage: DayUsage) -> Json:
    return {
        "day": usage.day,
        "sessions": usage.sessions,
        "held": usage.held,
        "failed": usage.failed,
        "minutes": round(usage.minutes),
        "participants": usage.participants,
        "wait_median": median_wait([usage]),
        "wait_slow": slow_wait(usage.waits),
    }


def _message(message: OutboxMessage, now: datetime) -> Json:
    return {
        "id": message.id,
        "medium": message.medium.value,
        "template": message.template,
        "recipient": masked(message.medium, message.recipient),
        "state": message.state.value,
        "error": message.error.value,
        "attempts": message.attempts,
        "created_at": iso_utc(message.created_at),
        "due_at": iso_utc(message.due_at),
        "finished_at": iso_or_none(message.finished_at),
        "can_repeat": may_repeat(message, now),
    }
