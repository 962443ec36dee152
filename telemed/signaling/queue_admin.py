"""Waiting rooms as admins set them: made, changed, their links; each change audited in its transaction and in force at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telemed.care.actions import Action
from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.command_answers import kept_answer
from telemed.care.identity import Staff
from telemed.care.permission_table import TABLE
from telemed.care.permissions import check
from telemed.care.ports import Json
from telemed.care.queues import rights
from telemed.care.queues.hours import check_zone
from telemed.care.queues.ports import QueueChange
from telemed.care.queues.records import QueueMember, QueueRecord, WalkInLink
from telemed.care.queues.views import queue_view
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.care.times import iso_utc
from telemed.care.tokens import derived_token, token_hash
from telemed.errors import Conflict, InvalidInput, NotFound
from telemed.ids import new_id
from telemed.signaling.desk import Desk
from telemed.signaling.qr import qr_rows

MAX_QUEUES = 50  # of one organisation
MAX_LINKS = 20  # of one waiting room, that work
DEFAULT_TIME_ZONE = "Europe/Berlin"

_CREATE = "queue.create"  # the kind of answers kept


class QueueAdmin:
    """`/admin/queues` and what lies below it, and a member's own wish for messages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def list(self, admin: Staff) -> Json:
        """-> {queues, staff, default_time_zone}: those in reach."""
        check(admin, Action.MANAGE_CLINIC)
        async with self._desk.store.read() as tx:
            people = await _people(tx, admin)
            queues = [one for one in await tx.queues.of_organisation(admin.organisation_id) if rights.is_in_reach(admin, one)]
            shown = [await _view(tx, queue, people) for queue in queues]
        staff = [{"id": one.id, "name": one.name, "role": one.role.value} for one in people.values() if _may_serve(one)]
        return {"queues": shown, "staff": staff, "default_time_zone": DEFAULT_TIME_ZONE}

    async def create(self, admin: Staff, change: QueueChange, command_id: str) -> Json:
        """-> {queue}. Raises Conflict `queue_name_taken`, `too_many_queues`, InvalidInput."""
        check(admin, Action.MANAGE_CLINIC)
        now = self._desk.clock.utcnow()
        async with self._desk.store.write() as tx:
            done = await tx.acks.find(admin.user_id, command_id, _CREATE)
            if done is not None:
                queue = await tx.queues.get(kept_answer(done, "queue_id")["queue_id"])
                return {"queue": await _view(tx, _there(admin, queue), await _people(tx, admin))}
            if len(await tx.queues.of_organisation(admin.organisation_id)) >= MAX_QUEUES:
                raise Conflict("There are too many waiting rooms.", code="too_many_queues")
            fields = {"time_zone": DEFAULT_TIME_ZONE, **change.fields}
            made = QueueRecord(new_id("que"), admin.organisation_id, "", admin.user_id, now, admin.site_id)
            queue = await _written(tx, made, fields, is_new=True)
            members = await self._set_members(tx, admin, queue, change.members or ())
            await tx.audit.append(admin.ref, AuditAction.QUEUE_CREATED, queue.id, AuditOutcome.DONE, now)
            await tx.acks.save(admin.user_id, command_id, {"queue_id": queue.id}, now, _CREATE)
            people = await _people(tx, admin)
            answer = {"queue": await _view(tx, queue, people)}
        self._show(queue, members, people)
        return answer

    async def edit(self, admin: Staff, queue_id: str, change: QueueChange, revision: int) -> Json:
        """-> {queue}. Raises NotFound, Conflict `queue_changed`, `queue_name_taken`, InvalidInput."""
        check(admin, Action.MANAGE_CLINIC)
        now = self._desk.clock.utcnow()
        async with self._desk.store.write() as tx:
            before = _there(admin, await tx.queues.get(queue_id))
            if before.revision != revision:
                raise Conflict("Somebody else has changed this waiting room.", code="queue_changed")
            queue = await _written(tx, before, dict(change.fields), is_new=False)
            members = None if change.members is None else await self._set_members(tx, admin, queue, change.members)
            await tx.audit.append(admin.ref, AuditAction.QUEUE_CHANGED, queue.id, AuditOutcome.DONE, now)
            people = await _people(tx, admin)
            answer = {"queue": await _view(tx, queue, people)}
        self._show(queue, members, people)
        return answer

    async def create_link(self, admin: Staff, queue_id: str, command_id: str) -> Json:
        """-> {link}: shown once. Raises NotFound, Conflict `too_many_links`."""
        check(admin, Action.MANAGE_CLINIC)
        now = self._desk.clock.utcnow()
        token = derived_token(self._desk.settings.link_key, admin.user_id, command_id)
        async with self._desk.store.write() as tx:
            queue = _there(admin, await tx.queues.get(queue_id))
            link = await tx.walk_in_links.by_token_hash(token_hash(token))
            if link is None:
                links = await tx.walk_in_links.of_queue(queue.id)
                if sum(one.revoked_at is None for one in links) >= MAX_LINKS:
                    raise Conflict("This waiting room has too many links.", code="too_many_links")
                link = WalkInLink(new_id("wil"), queue.id, token_hash(token), admin.user_id, now)
                await tx.walk_in_links.create(link)
                await tx.audit.append(admin.ref, AuditAction.WALK_IN_CREATED, link.id, AuditOutcome.DONE, now)
            if link.queue_id != queue.id:
                raise Conflict("This command was answered before.", code="command_repeated")
        url = f"{self._desk.settings.base_url.rstrip('/')}/w#{token}"
        return {"link": {"id": link.id, "url": url, "qr": qr_rows(url), "created_at": iso_utc(link.created_at)}}

    async def revoke_link(self, admin: Staff, queue_id: str, link_id: str) -> None:
        """The link leads nowhere any more; whoever came by it keeps the place. Raises NotFound."""
        check(admin, Action.MANAGE_CLINIC)
        now = self._desk.clock.utcnow()
        async with self._desk.store.write() as tx:
            queue = _there(admin, await tx.queues.get(queue_id))
            link = await tx.walk_in_links.get(link_id)
            if link is None or link.queue_id != queue.id:
                raise NotFound()
            if link.revoked_at is None:
                await tx.walk_in_links.save(replace(link, revoked_at=now))
                await tx.audit.append(admin.ref, AuditAction.WALK_IN_REVOKED, link.id, AuditOutcome.DONE, now)

    async def set_alerts(self, staff: Staff, queue_id: str, on: bool) -> None:
        """Whether a member wants a message when nobody has a page open. Raises NotFound."""
        async with self._desk.store.write() as tx:
            queue = await tx.queues.get(queue_id)
            member = await tx.queue_members.get(queue_id, staff.user_id)
            rights.check_queue(staff, Action.TEND_QUEUE, queue, member is not None)
            if member is not None and member.alerts != on:
                await tx.queue_members.set_alerts(replace(member, alerts=on))
                now = self._desk.clock.utcnow()
                await tx.audit.append(staff.ref, AuditAction.QUEUE_ALERTS_CHANGED, queue_id, AuditOutcome.DONE, now)
        self._desk.live.queues.set_alerts(queue_id, staff.user_id, on)
        self._desk.live.renew_queues()

    async def _set_members(
        self, tx: Transaction, admin: Staff, queue: QueueRecord, wanted: tuple[QueueMember, ...]
    ) -> tuple[QueueMember, ...]:
        """Write down who works there. Raises InvalidInput for people who cannot."""
        people = await _people(tx, admin)
        members = tuple({one.user_id: replace(one, queue_id=queue.id) for one in wanted}.values())
        for member in members:
            user = people.get(member.user_id)
            if user is None or not _may_serve(user) or not user.staff.works_at(queue.site_id):
                raise InvalidInput("Somebody cannot work in this waiting room.", field="members")
        await tx.queue_members.replace(queue.id, members)
        return members

    def _show(self, queue: QueueRecord, members: tuple[QueueMember, ...] | None, people: dict[str, UserRecord]) -> None:
        """In force from now on."""
        self._desk.live.queues.learn({one.id: one.name for one in people.values()})
        self._desk.live.queues.put(queue, members)
        self._desk.live.renew_queues()


async def _written(tx: Transaction, before: QueueRecord, fields: dict[str, Any], is_new: bool) -> QueueRecord:
    """The row with these fields. Raises InvalidInput for an unknown time zone, Conflict for a name that is taken."""
    if "time_zone" in fields:
        check_zone(fields["time_zone"])
    queue = replace(before, **fields)
    named = await tx.queues.named(queue.organisation_id, queue.name)
    if named is not None and named.id != queue.id:
        raise Conflict("There is a waiting room of this name.", code="queue_name_taken")
    if is_new:
        await tx.queues.create(queue)
        return queue
    queue = replace(queue, revision=before.revision + 1)
    await tx.queues.save(queue)
    return queue


async def _view(tx: Transaction, queue: QueueRecord, people: dict[str, UserRecord]) -> Json:
    names = {one.id: one.name for one in people.values()}
    return queue_view(queue, await tx.queue_members.of_queue(queue.id), await tx.walk_in_links.of_queue(queue.id), names)


async def _people(tx: Transaction, admin: Staff) -> dict[str, UserRecord]:
    """Staff of the organisation whom this admin sees."""
    users = await tx.users.in_organisation(admin.organisation_id)
    return {user.id: user for user in users if admin.site_id is None or user.site_id in (None, admin.site_id)}


def _may_serve(user: UserRecord) -> bool:
    return user.is_active and user.role in TABLE[Action.TEND_QUEUE]


def _there(admin: Staff, queue: QueueRecord | None) -> QueueRecord:
    if queue is None or not rights.is_in_reach(admin, queue):
        raise NotFound()
    return queue
