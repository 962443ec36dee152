"""What the office of a clinic has after some years: messages sent, settings changed, and the audit trail with its chain."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.audit_chain import row_hash
from telemed.care.clinic.records import SettingChange
from telemed.care.notify.records import DeliveryState, Fault, Medium, OutboxMessage
from telemed.care.policies import Policy
from telemed.care.records import AuditRow, LoginRecord, SessionRecord
from telemed.care.tokens import token_hash
from telemed.store import schema
from telemed.store.columns import time_text
from telemed.store.repositories.audit import HEAD

ROWS_PER_VISIT = 10  # of the audit trail
OFFICERS = 20  # staff who may search the trail and are signed in; each person has a rate limit
VISITS_PER_CHANGE = 20  # settings are changed less often than people are treated
A_DAY = timedelta(days=1)
_TRAIL = tuple(field.name for field in fields(AuditRow))

# What a visit leaves behind: action, the actor's role, and the kinds of ids of actor and object.
_Act = tuple[AuditAction, str, str, str]
_VISIT: tuple[_Act, ...] = (
    (AuditAction.SESSION_CREATED, "clinician", "usr", "ses"),
    (AuditAction.LINK_CREATED, "clinician", "usr", "par"),
    (AuditAction.LINK_OPENED, "patient", "par", "par"),
    (AuditAction.PATIENT_READ, "clinician", "usr", "pat"),
    (AuditAction.SESSION_READ, "clinician", "usr", "ses"),
    (AuditAction.PARTICIPANT_ADMITTED, "clinician", "usr", "par"),
    (AuditAction.SESSION_STARTED, "clinician", "usr", "ses"),
    (AuditAction.NOTE_WRITTEN, "clinician", "usr", "ses"),
    (AuditAction.SESSION_COMPLETED, "clinician", "usr", "ses"),
)
_NOW_AND_THEN: tuple[_Act, ...] = (
    (AuditAction.SIGN_IN, "clinician", "usr", "usr"),
    (AuditAction.PATIENT_TIMELINE_READ, "clinician", "usr", "pat"),
    (AuditAction.SESSION_SEALED, "system", "system", "ses"),
    (AuditAction.PARTICIPANT_RECONNECTING, "patient", "par", "par"),
)


def officer_token(number: int) -> str:
    """What one of the OFFICERS shows to be known."""
    return f"bench-officer-{number:022d}"


def clinicians(staff: int) -> range:
    """Staff without that duty who are signed in: they find recordings of their own visits."""
    first = min(OFFICERS, staff)
    return range(first, min(first + OFFICERS, staff)) or range(staff)


def officers(staff: int, now: datetime) -> Iterator[dict[str, Any]]:
    """Logins of the first members of staff, and of some clinicians."""
    for number in sorted({*range(min(OFFICERS, staff)), *clinicians(staff)}):
        login = LoginRecord(f"lgn_{number}", f"usr_{number}", token_hash(officer_token(number)), now, now, now + A_DAY)
        yield _row(login)


def messages(visits: list[SessionRecord]) -> Iterator[dict[str, Any]]:
    """One to the patient of each visit, long sent; one in a hundred failed."""
    for visit in visits:
        number, at = visit.id[4:], visit.created_at
        failed = int(number) % 100 == 0
        yield _row(
            OutboxMessage(
                id=f"out_{number}",
                organisation_id=visit.organisation_id,
                medium=Medium.SMS if int(number) % 3 else Medium.MAIL,
                recipient="",
                template="visit_link",
                language="en",
                details={},
                about_id=f"lnk_{number}",
                state=DeliveryState.FAILED if failed else DeliveryState.SENT,
                attempts=1,
                error=Fault.REFUSED if failed else Fault.NONE,
                gateway_id=f"gateway-{number}",
                dedupe_key=f"visit:{number}",
                created_at=at,
                due_at=at,
                expires_at=at + A_DAY,
                finished_at=at + timedelta(seconds=2),
            )
        )


def changes(visits: list[SessionRecord]) -> Iterator[dict[str, Any]]:
    """Policies set to and fro; a wording now and then, the first of them never again."""
    subjects = [f"policy:{policy.value}" for policy in Policy]
    for number, visit in enumerate(visits[::VISITS_PER_CHANGE]):
        rare = number % 50 == 0
        subject = f"template:wording_{number // 50}:en:mail" if rare else subjects[number % len(subjects)]
        values = ({"value": number % 7}, {"value": (number + 1) % 7})
        yield _row(SettingChange(f"chg_{number}", visit.organisation_id, subject, *values, visit.created_by, visit.created_at))


def add_trail(connection: Connection, visits: list[SessionRecord], chance: random.Random, batch: int) -> None:
    """Go on with the trail where it ends: ROWS_PER_VISIT rows for each visit, each with the hash of the one before."""
    last = connection.execute(select(schema.audit_head.c.sequence, schema.audit_head.c.hash)).one()
    waiting: list[dict[str, Any]] = []
    sequence, previous = int(last.sequence), str(last.hash)
    for at, act in _acts(visits, chance):
        sequence += 1
        outcome = (AuditOutcome.REFUSED if chance.random() < 0.005 else AuditOutcome.DONE).value
        actor, role, action, about = act
        text = time_text(at)
        digest = row_hash(AuditRow(sequence, text, actor, role, action, about, outcome, previous, ""))
        values = (sequence, text, actor, role, action, about, outcome, previous, digest)
        waiting.append(dict(zip(_TRAIL, values, strict=True)))
        previous = digest
        if len(waiting) == batch:
            connection.execute(insert(schema.audit), waiting)
            waiting = []
    if waiting:
        connection.execute(insert(schema.audit), waiting)
    connection.execute(update(schema.audit_head).where(schema.audit_head.c.id == HEAD).values(sequence=sequence, hash=previous))


def _acts(visits: Iterable[SessionRecord], chance: random.Random) -> Iterator[tuple[datetime, tuple[str, str, str, str]]]:
    for visit in visits:
        ids = {
            "ses": visit.id,
            "usr": visit.created_by,
            "pat": visit.patient_id or visit.id,
            "par": f"par_{visit.id[4:]}p",
            "system": "system",
        }
        for place, (action, role, actor, about) in enumerate((*_VISIT, chance.choice(_NOW_AND_THEN))):
            yield visit.created_at + timedelta(seconds=place), (ids[actor], role, action.value, ids[about])


def _row(record: Any) -> dict[str, Any]:
    """The fields of a record, not copied: `asdict` takes most of the time otherwise."""
    return {name.name: getattr(record, name.name) for name in fields(record)}
