"""How long the login of a patient or carer lives, and what else ends it."""

from __future__ import annotations

from datetime import datetime, timedelta

from telemed.care.identity import Person
from telemed.care.patients.records import CarerRecord, PatientRecord
from telemed.care.persons.records import PersonLoginRecord

LIFE = timedelta(days=30)
IDLE = timedelta(days=7)  # without any request
TOUCH_EVERY = timedelta(hours=1)  # how exact `last_seen_at` is; each touch is a write
KEEP_ENDED = timedelta(days=30)  # how long rows of ended logins stay; the audit trail keeps what happened


def person_of(
    login: PersonLoginRecord | None, patient: PatientRecord | None, carer: CarerRecord | None, now: datetime
) -> Person | None:
    """Return whom a login stands for; None when it ended, and at once when the carer's time is over or its rights were taken.

    `patient` is the record the login's was merged into, if it was; `carer` the login's.
    """
    if login is None or patient is None or login.revoked_at is not None:
        return None
    if now >= login.expires_at or now - login.last_seen_at >= IDLE:
        return None
    return acting(login.carer_id, patient, carer, now)


def acting(carer_id: str | None, patient: PatientRecord, carer: CarerRecord | None, now: datetime) -> Person | None:
    """Return the patient (`carer_id` None) or the carer as an identity; None when the carer may not act for the patient now."""
    if carer_id is not None and (carer is None or carer.patient_id != patient.id or not carer.is_active(now)):
        return None
    return Person(patient.id, carer_id, patient.organisation_id)
