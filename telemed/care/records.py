"""Rows as values: what repositories take and return and rules decide on. Change one with `dataclasses.replace` and save it.

All times are aware UTC datetimes. Hashes are those of `tokens.token_hash`; no record holds a secret in clear.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.care.identity import ActorRef, Staff
from telemed.care.identity_check import IdentityCheck
from telemed.care.incidents.words import Part
from telemed.care.patients.words import Need
from telemed.care.roles import Role
from telemed.care.states import Outcome, ParticipantEvent, ParticipantState, SessionKind, SessionState


@dataclass(frozen=True, slots=True)
class OrganisationRecord:
    """The clinic, as every join, waiting and error page names it."""

    id: str
    name: str
    phone: str
    emergency_number: str
    is_demo: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A staff account. `password_hash` is an argon2id string made by the web layer; `email` is stored lower-case."""

    id: str
    organisation_id: str
    role: Role
    name: str
    email: str
    password_hash: str
    created_at: datetime
    is_active: bool = True
    is_demo: bool = False
    site_id: str | None = None  # None: works at every site of the organisation
    language: str = ""  # of mails to this person; "": the organisation's
    is_privacy_officer: bool = False  # told of every broken glass, searches the audit trail

    @property
    def staff(self) -> Staff:
        """The identity of its holder."""
        return Staff(self.id, self.organisation_id, self.role, self.name, self.site_id, self.is_privacy_officer)


@dataclass(frozen=True, slots=True)
class LoginRecord:
    """One signed-in browser of a member of staff.

    `device` is what the browser calls itself, in words ("Firefox on Linux"); `method` how the person signed in.
    """

    id: str
    user_id: str
    token_hash: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    device: str = ""
    method: str = "password"
    proved_at: datetime | None = None  # when the person last proved who it is, for acts that ask for it anew
    locked_at: datetime | None = None  # the idle lock hides the pages; calls go on


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One consultation call. `state_since` feeds the time-outs of `session_states`."""

    id: str
    organisation_id: str
    kind: SessionKind
    state: SessionState
    state_since: datetime
    created_by: str  # user id
    created_at: datetime
    patient_name: str = ""
    reason: str = ""
    starts_at: datetime | None = None  # planned start; None: now
    started_at: datetime | None = None  # when the call became active first
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    completed_at: datetime | None = None  # when the outcome was given
    sealed_at: datetime | None = None
    patient_id: str | None = None  # the record it was attached to, by staff only
    site_id: str | None = None
    video_codec: str = "vp8"  # as the clinic's policy was at its beginning


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """The verdict of the device check, as the client reported it (protocol section 2.3, `device_report`)."""

    camera: str
    microphone: str
    speaker: str  # ok, untested, failed; silent: the person asked that the device makes no tone
    network: str
    rtt_ms: int


@dataclass(frozen=True, slots=True)
class ParticipantRecord:
    """A person's seat in a session; survives reloads, reconnects and device changes.

    `admitted_at` and `held` outlive `left` and `lost`: a returning seat is not admitted again, and leaving does not end a hold.
    `silent_since` is set while the page is silent. `reason` is why it was denied or removed (staff only). `carer_id` is set on
    the seat a patient's carer took from Home: it ends with what the carer may do. `needs` is what the person said of talking with
    them, for this visit; None: nothing, and the record attached to the visit speaks for the patient.
    """

    id: str
    session_id: str
    role: Role
    name: str
    state: ParticipantState
    since: datetime
    created_at: datetime
    user_id: str | None = None  # None: came by a link
    admitted_at: datetime | None = None
    held: bool = False
    silent_since: datetime | None = None
    device: DeviceReport | None = None
    acknowledged_at: datetime | None = None  # staff silenced the arrival sound of this visit
    reason: str = ""
    carer_id: str | None = None
    needs: tuple[Need, ...] | None = None
    part: Part = Part.NONE  # in an incident
    identity: IdentityCheck | None = None  # None: nobody has made sure who this is
    silent: bool = False  # of a caller of an incident: nothing may be heard there, it gets no sound at all

    @property
    def ref(self) -> ActorRef:
        """The actor of audit rows: the user behind a staff seat, else the seat."""
        return ActorRef(self.user_id or self.id, self.role.value)


@dataclass(frozen=True, slots=True)
class SeatTokenRecord:
    """A seat cookie: which device may act as which participant."""

    id: str
    participant_id: str
    session_id: str
    token_hash: str
    device_hash: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """An invitation: one link, one seat. It works from `not_before` until its visit ends, it expires or it is revoked."""

    id: str
    session_id: str
    participant_id: str
    role: Role
    token_hash: str
    created_by: str  # user id
    created_at: datetime
    expires_at: datetime
    not_before: datetime | None = None
    opened_at: datetime | None = None  # first use
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """Somebody with a dead link wants a new one; staff see it as a task until `handled_at`."""

    id: str
    session_id: str
    participant_id: str
    at: datetime
    handled_at: datetime | None = None
    handled_by: str | None = None  # user id


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """A second device asks to take over a live seat. `approved` is None until staff decide; `used_at` when it took the seat."""

    id: str
    session_id: str
    participant_id: str
    device_hash: str
    at: datetime
    approved: bool | None = None
    decided_by: str | None = None  # participant id of the staff seat
    decided_at: datetime | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ParticipantEventRecord:
    """One step of a seat: joins, leaves and everything between, kept for the record of the visit."""

    id: str
    session_id: str
    participant_id: str
    event: ParticipantEvent
    from_state: ParticipantState
    to_state: ParticipantState
    cause: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One line of in-call chat. `sequence` counts from 1 within the session, without gaps. `to_participant_id`: the one seat it
    is for, besides staff; of a line written before the call, its writer's own."""

    id: str
    session_id: str
    sequence: int
    participant_id: str
    name: str  # as it was when the line was written
    body: str
    at: datetime
    command_id: str
    to_participant_id: str | None = None


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """The latest revision of the staff note; `revision` 0 with an empty body before anything was written."""

    session_id: str
    revision: int
    body: str
    author_id: str  # user id
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class QualityMinute:
    """What a participant could see and hear in one minute of a call. None: not measured.

    Shares and losses are 0..1, rates bit/s, all of them means over the minute; jitter is the worst. Up is from the participant
    to the server.
    """

    participant_id: str
    session_id: str
    minute: datetime  # the full minute
    freezes: int | None = None  # of pictures, as the client counted
    rtt_ms: int | None = None
    concealed: float | None = None  # of the sound: made up by the client for what was lost
    frozen: float | None = None  # of the time: a picture stood still
    height: int | None = None  # lines of the largest picture received
    up_loss: float | None = None
    down_loss: float | None = None
    up_jitter_ms: int | None = None
    down_jitter_ms: int | None = None
    up_rate: int | None = None
    down_rate: int | None = None
    layer: int | None = None  # received most of the time
    paused: float | None = None  # of the time: pictures were kept back to keep the sound
    no_picture: float | None = None  # of the time: there was none, or the person wanted none
    way: str = ""  # udp, tcp, relay; empty: unknown


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One link of the audit chain (`audit_chain.py`). Ids only: no names, no text."""

    sequence: int  # from 1, without gaps
    at: str  # UTC, ISO 8601 with microseconds and Z, as hashed
    actor: str
    role: str
    action: str
    object_id: str
    outcome: str
    previous_hash: str
    hash: str
