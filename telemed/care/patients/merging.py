"""Joining two records of one person, and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from telemed.care.patients.records import MergeRecord, PatientRecord
from telemed.errors import Conflict, InvalidInput


def check_merge(kept: PatientRecord, merged: PatientRecord) -> None:
    """Raise InvalidInput for a record with itself or of another organisation, Conflict for one that is merged already."""
    if kept.id == merged.id or kept.organisation_id != merged.organisation_id:
        raise InvalidInput("These two records cannot be joined.", field="merged_id")
    if kept.merged_into is not None or merged.merged_into is not None:
        raise Conflict("One of these records was joined already.", code="patient_merged")


def check_undo(merge: MergeRecord, kept: PatientRecord, merged: PatientRecord) -> None:
    """Raise Conflict when the merge was undone, or another one has built on it since: that is undone first."""
    if merge.undone_at is not None:
        raise Conflict("This was undone already.", code="merge_undone")
    if kept.merged_into is not None or merged.merged_into != kept.id:
        raise Conflict("This record was joined with another since. Undo that first.", code="patient_merged")


def pointing(merged: PatientRecord, kept: PatientRecord | None) -> PatientRecord:
    """The record, leading to `kept` from now on, or standing on its own again."""
    return replace(merged, merged_into=None if kept is None else kept.id)


def undone(merge: MergeRecord, user_id: str, now: datetime) -> MergeRecord:
    """The merge, marked as undone."""
    return replace(merge, undone_by=user_id, undone_at=now)
