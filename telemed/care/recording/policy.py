"""What the clinic's policies mean for recordings, and the form of what people write about them."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from telemed.care.break_glass import MAX_REASON
from telemed.care.policies import ClinicPolicies
from telemed.care.recording.records import Bystander, RecordingRecord
from telemed.care.recording.words import (
    OPEN,
    Basis,
    ConsentAct,
    DecidedBy,
    RecordingMode,
    RecordingState,
    Standing,
)
from telemed.care.states import SessionKind
from telemed.errors import Conflict, InvalidInput

MAX_NAME = 80  # characters of who decided for a bystander
GIGABYTE = 10**9

_CATEGORY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


def mode_of(policies: ClinicPolicies, kind: SessionKind) -> RecordingMode:
    """What the clinic decided for visits of this kind."""
    return RecordingMode(getattr(policies, f"recording_{kind.value}"))


def asks_at_the_door(mode: RecordingMode) -> bool:
    """Whether people are asked before they join: where the policy knows that the visit is recorded."""
    return mode is RecordingMode.REQUIRED


def may_be_emergency(policies: ClinicPolicies) -> bool:
    """Whether a recording may begin without prior consent."""
    return policies.recording_emergency == "on"


def check_ask(policies: ClinicPolicies, kind: SessionKind, basis: Basis, there: Iterable[RecordingRecord]) -> None:
    """Raise Conflict unless a recording may be asked for: `recording_off`, `emergency_off`, `recording_open`.

    An emergency has a policy of its own: it may be on where visits of this kind are not recorded otherwise.
    """
    if basis is Basis.EMERGENCY and not may_be_emergency(policies):
        raise Conflict("Recording without consent is not allowed here.", code="emergency_off")
    if basis is Basis.CONSENT and mode_of(policies, kind) is RecordingMode.OFF:
        raise Conflict("Visits of this kind are not recorded.", code="recording_off")
    if any(recording.state in OPEN for recording in there):
        raise Conflict("A recording is open in this visit.", code="recording_open")


def decide_by(policies: ClinicPolicies, started_at: datetime) -> datetime:
    """When a recording of an emergency is destroyed unless somebody decided."""
    return started_at + timedelta(days=policies.recording_decide_days)


def wants_reason(
    mode: RecordingMode, recordings: Collection[RecordingRecord], standings: Iterable[Standing], noted: bool
) -> bool:
    """Whether who leads has to say why a visit is not recorded: the policy requires it, somebody refused or withdrew, nothing is
    being recorded, and no reason was noted. The call goes on either way."""
    if mode is not RecordingMode.REQUIRED or noted:
        return False
    if any(recording.state in (RecordingState.RECORDING, RecordingState.PAUSED) for recording in recordings):
        return False
    return any(now in (Standing.REFUSED, Standing.WITHDRAWN) for now in standings)


def quota_bytes(policies: ClinicPolicies) -> int | None:
    """How much recordings may take on the disk; None: what there is."""
    return policies.recording_quota_gb * GIGABYTE or None


def act_for(bystander: Bystander) -> ConsentAct:
    """The act of consent that listing a bystander is."""
    if not bystander.agreed:
        return ConsentAct.REFUSED
    return ConsentAct.UNABLE if bystander.decided_by is DecidedBy.UNABLE else ConsentAct.AGREED


def check_bystander(bystander: Bystander) -> Bystander:
    """Return it with clean words. Raises InvalidInput: somebody else decided and has no name, or nobody could be asked and there
    is no reason."""
    name = " ".join(bystander.by_name.split())
    if len(name) > MAX_NAME or (bystander.decided_by is not DecidedBy.SELF and not name):
        raise InvalidInput(f"Say who decided, in at most {MAX_NAME} characters.", field="by_name")
    reason = " ".join(bystander.reason.split())
    if len(reason) > MAX_REASON or (bystander.decided_by is DecidedBy.UNABLE and not reason):
        raise InvalidInput(f"Say why the person could not be asked, in at most {MAX_REASON} characters.", field="reason")
    return replace(bystander, by_name=name, reason=reason)


def clean_category(category: str) -> str:
    """A category is a word the pages translate. Raises InvalidInput."""
    if not _CATEGORY.match(category):
        raise InvalidInput("There is no such category.", field="category")
    return category


def manifest_object(recording_id: str, manifest_hash: str) -> str:
    """What the audit row RECORDING_SIGNED names: the recording and, in 43 letters, the SHA-256 (hex) of its manifest.

    By this row the daily checkpoint covers the manifest. Raises ValueError when the hash is none.
    """
    digest = bytes.fromhex(manifest_hash)
    if len(digest) != 32:
        raise ValueError("not a SHA-256")
    return f"{recording_id}:{base64.urlsafe_b64encode(digest).decode('ascii').rstrip('=')}"
