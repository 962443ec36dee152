"""What the demo has to try besides its accounts: a waiting room to walk into, and a speciality somebody is on call for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM
from telemed.care.oncall.records import Shift, Speciality
from telemed.care.oncall.words import RingMode
from telemed.care.queues.records import Question, QueueMember, QueueRecord, WalkInLink
from telemed.care.queues.words import QuestionKind
from telemed.care.records import UserRecord
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.tokens import token_hash
from telemed.ids import new_id

ROOM, SPECIALITY = "Walk-in clinic", "Emergency doctor"
_REASONS = ("A cold or a fever", "A rash or a wound", "Results and prescriptions")
_QUESTION = Question("fever", QuestionKind.YES_NO, "Do you have a fever?")
_SECONDS = "60"  # how long a page rings: long enough to change windows
_TEAM = (Role.CLINICIAN, Role.DISPATCHER, Role.FRONT_DESK)
_DAYS = range(7)


async def ensure_demo_rooms(tx: Transaction, people: Sequence[UserRecord], token: str, phone: str, at: datetime) -> None:
    """Make both as far as they are missing; what was changed or closed since stays as it is. Again it writes nothing.

    `token` is of the walk-in link, `phone` the number of the last resort.
    """
    admin = next(user for user in people if user.role is Role.ADMIN)
    clinician = next(user for user in people if user.role is Role.CLINICIAN)
    if await tx.walk_in_links.by_token_hash(token_hash(token)) is None:
        await _make_room(tx, admin, [user for user in people if user.role in _TEAM], token, at)
    if not await tx.rosters.of_organisation(admin.organisation_id):
        await _make_speciality(tx, clinician, phone, at)


async def _make_room(tx: Transaction, admin: UserRecord, team: Sequence[UserRecord], token: str, at: datetime) -> None:
    if await tx.queues.named(admin.organisation_id, ROOM) is not None:
        return
    queue = QueueRecord(
        new_id("que"), admin.organisation_id, ROOM, admin.id, at, reasons=_REASONS, questions=(_QUESTION,)
    )
    link = WalkInLink(new_id("wil"), queue.id, token_hash(token), admin.id, at)
    await tx.queues.create(queue)
    await tx.queue_members.replace(queue.id, [QueueMember(queue.id, user.id) for user in team])
    await tx.walk_in_links.create(link)
    await tx.audit.append(SYSTEM, AuditAction.QUEUE_CREATED, queue.id, AuditOutcome.DONE, at)
    await tx.audit.append(SYSTEM, AuditAction.WALK_IN_CREATED, link.id, AuditOutcome.DONE, at)


async def _make_speciality(tx: Transaction, clinician: UserRecord, phone: str, at: datetime) -> None:
    made = Speciality(
        new_id("spc"), clinician.organisation_id, SPECIALITY, RingMode.ALL, phone, "Europe/Berlin", _SECONDS, at
    )
    around = [Shift(new_id("shf"), made.id, clinician.id, 1, "", day, 0, 0) for day in _DAYS]  # each for 24 hours
    await tx.rosters.create(made)
    await tx.rosters.set_shifts(made.id, around)
    await tx.audit.append(SYSTEM, AuditAction.SPECIALITY_CREATED, made.id, AuditOutcome.DONE, at)
    await tx.audit.append(SYSTEM, AuditAction.ROSTER_CHANGED, made.id, AuditOutcome.DONE, at)
