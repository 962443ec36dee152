"""Whether somebody may do something: the scopes of the permission table, held against who asks and what it is about."""

from __future__ import annotations

from collections.abc import Mapping

from telemed.care.actions import Action
from telemed.care.identity import Identity, Person, Seat, Staff
from telemed.care.patients.records import PatientRecord, PatientStanding
from telemed.care.patients.words import CarerScope
from telemed.care.permission_table import EVENTS, PUBLIC, ROUTES, SEAT_SCOPES, TABLE, Grants, Scope
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.roles import LINK_ROLES, Role
from telemed.care.states import IN_CALL, TALKING, ParticipantState
from telemed.errors import NotAllowed, NotFound, NotSignedIn

__all__ = [
    "EVENTS",
    "PUBLIC",
    "ROUTES",
    "TABLE",
    "Action",
    "Grants",
    "Scope",
    "check",
    "check_patient",
    "grants",
    "may",
    "may_patient",
]

_SHUT_OUT = frozenset({ParticipantState.DENIED, ParticipantState.REMOVED})
_ADMITTED = IN_CALL | {ParticipantState.ON_HOLD}
_BEFORE = frozenset(
    {ParticipantState.INVITED, ParticipantState.CHECKING, ParticipantState.WAITING, ParticipantState.ASLEEP},
)
# What the scope agreed with a carer must name for an action on the patient's record.
CARER_ACTIONS: Mapping[Action, CarerScope] = {
    Action.READ_PATIENT: CarerScope.SEE_DETAILS,
    Action.READ_OWN_ACCESS: CarerScope.SEE_ACCESS,
    Action.READ_OWN_RECORDINGS: CarerScope.SEE_ACCESS,
    Action.WITHDRAW_OWN_RECORDING: CarerScope.SEE_ACCESS,
    Action.JOIN_OWN_VISIT: CarerScope.JOIN_VISITS,
    Action.VERIFY_OWN_CHANNEL: CarerScope.EDIT_CONTACTS,
}
# What every carer may while it may act at all: Home shows the parts its scope names.
CARER_ALWAYS = frozenset({Action.OPEN_HOME, Action.KEEP_OWN_PASSKEYS})
# What an emergency access alone does not allow: joined with a record of one's own, a record would stay open after its hour.
NOT_IN_EMERGENCY = frozenset({Action.MERGE_PATIENTS})
# A staff action on a seat may not be turned on oneself; leaving is the way out.
_ON_OTHERS = frozenset({Action.ADMIT, Action.DENY, Action.HOLD, Action.REMOVE, Action.CONFIRM_IDENTITY})


def may(
    identity: Identity | None,
    action: Action,
    session: SessionRecord | None = None,
    seat: ParticipantRecord | None = None,
    target: ParticipantRecord | None = None,
) -> bool:
    """Say whether `identity` may do `action`.

    `session` is the one acted in, `seat` the identity's own participant there (None: it has none), `target` the participant acted
    on. A missing value never widens the answer: scopes that need it refuse.
    """
    if action in PUBLIC:
        return True
    role = _role(identity, session, seat)
    if role is None or identity is None:
        return False
    scope = TABLE[action].get(role)
    if scope is None or not _aims_well(action, session, seat, target):
        return False
    return _in_scope(scope, identity, session, seat)


def check(
    identity: Identity | None,
    action: Action,
    session: SessionRecord | None = None,
    seat: ParticipantRecord | None = None,
    target: ParticipantRecord | None = None,
) -> None:
    """Raise NotAllowed unless `may`; NotSignedIn when there is no identity at all.

    Raises NotFound for a session of another organisation or site: to staff from there it does not exist.
    """
    if isinstance(identity, Staff) and session is not None and not _in_reach(identity, session):
        raise NotFound()
    if may(identity, action, session, seat, target):
        return
    if identity is None:
        raise NotSignedIn("Please sign in or open your link again.")
    raise NotAllowed()


def grants(identity: Identity, action: Action) -> bool:
    """Whether the table grants the action to this kind of person at all: all that can be said before one knows on what."""
    if isinstance(identity, Seat):
        return any(role in LINK_ROLES and scope in SEAT_SCOPES for role, scope in TABLE[action].items())
    scope = TABLE[action].get(identity.role)
    if isinstance(identity, Person):
        return scope is Scope.OWN_RECORD
    return scope is not None and scope is not Scope.OWN_RECORD and (scope is not Scope.PRIVACY or identity.is_privacy_officer)


def may_patient(identity: Identity | None, action: Action, patient: PatientRecord, standing: PatientStanding) -> bool:
    """Say whether `identity` may do `action` with a patient's record, `standing` being what it is to the patient."""
    if isinstance(identity, Staff):
        return _staff_may_patient(identity, action, patient, standing)
    if isinstance(identity, Person):
        return TABLE[action].get(identity.role) is Scope.OWN_RECORD and _owns(identity, action, patient, standing)
    return False


def check_patient(identity: Identity | None, action: Action, patient: PatientRecord, standing: PatientStanding) -> None:
    """Raise NotAllowed unless `may_patient`; NotSignedIn without any identity, NotFound for another organisation's or site's."""
    if isinstance(identity, Staff) and not _shares(identity, patient):
        raise NotFound()
    if may_patient(identity, action, patient, standing):
        return
    if identity is None:
        raise NotSignedIn("Please sign in.")
    raise NotAllowed()


def _staff_may_patient(staff: Staff, action: Action, patient: PatientRecord, standing: PatientStanding) -> bool:
    """The scopes that ask for a patient, for a member of staff."""
    if not _shares(staff, patient):
        return False
    scope = TABLE[action].get(staff.role)
    if scope is Scope.CARE:
        return standing.lasts if action in NOT_IN_EMERGENCY else standing.cares
    if scope is Scope.PRIVACY:
        return staff.is_privacy_officer
    return scope is Scope.ORGANISATION


def _shares(staff: Staff, patient: PatientRecord) -> bool:
    """A record of the own organisation, and of the own site or of none."""
    return staff.organisation_id == patient.organisation_id and staff.works_at(patient.site_id)


def _owns(person: Person, action: Action, patient: PatientRecord, standing: PatientStanding) -> bool:
    """Whether the record is the person's own, or the carer's to act on: its scope names the action."""
    if (person.patient_id, person.organisation_id) != (patient.id, patient.organisation_id):
        return False
    if person.carer_id is None:
        return True
    return standing.carer_scope is not None and (
        action in CARER_ALWAYS or CARER_ACTIONS.get(action) in standing.carer_scope
    )


def _role(identity: Identity | None, session: SessionRecord | None, seat: ParticipantRecord | None) -> Role | None:
    """The role acted in; None when seat, session and identity do not belong together."""
    if seat is not None and session is not None and seat.session_id != session.id:
        return None
    if isinstance(identity, Staff):
        return identity.role if seat is None or seat.user_id == identity.user_id else None
    if isinstance(identity, Seat) and seat is not None and seat.id == identity.participant_id:
        return seat.role if seat.session_id == identity.session_id and seat.user_id is None else None
    return None


def _aims_well(
    action: Action, session: SessionRecord | None, seat: ParticipantRecord | None, target: ParticipantRecord | None
) -> bool:
    """Whether the participant acted on is one of this session and, for acts on others, somebody else."""
    if target is None:
        return True
    if session is None or target.session_id != session.id:
        return False
    return not (action in _ON_OTHERS and seat is not None and seat.id == target.id)


def _in_scope(scope: Scope, identity: Identity, session: SessionRecord | None, seat: ParticipantRecord | None) -> bool:
    """Whether the standing of the identity satisfies `scope`."""
    if scope is Scope.ANYWHERE:
        return True
    if scope is Scope.OWN_ACCOUNT:
        return isinstance(identity, Staff)
    if scope is Scope.PRIVACY:
        return isinstance(identity, Staff) and identity.is_privacy_officer
    if isinstance(identity, Staff) and not _in_reach(identity, session):
        return False
    if scope is Scope.ORGANISATION:
        return isinstance(identity, Staff)
    if scope is Scope.LED:
        return isinstance(identity, Staff) and session is not None and _leads(identity, session, seat)
    return scope in SEAT_SCOPES and seat is not None and _seat_in_scope(scope, seat)


def _in_reach(staff: Staff, session: SessionRecord | None) -> bool:
    """A session of the own organisation, and of the own site or of none."""
    return session is not None and session.organisation_id == staff.organisation_id and staff.works_at(session.site_id)


def _leads(staff: Staff, session: SessionRecord, seat: ParticipantRecord | None) -> bool:
    """Staff of the session: who created it, or holds a seat that was not taken away.

    Who only wrote to somebody in a waiting room has a seat too, was never in the call, and has no part in the visit.
    """
    if seat is not None and (seat.admitted_at is not None or seat.state is not ParticipantState.LEFT):
        return seat.state not in _SHUT_OUT
    return session.created_by == staff.user_id


def _seat_in_scope(scope: Scope, seat: ParticipantRecord) -> bool:
    """The scopes that only ask for the state of the own seat."""
    if scope is Scope.BEFORE_CALL:
        return seat.user_id is None and seat.state in _BEFORE
    if scope is Scope.ADMITTED:
        return seat.state in _ADMITTED
    if scope is Scope.CALL:
        return seat.state in IN_CALL
    if scope is Scope.TALK:
        return seat.state in TALKING
    return seat.state not in _SHUT_OUT
