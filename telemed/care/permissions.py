"""The one permission table: action x role -> scope. Each HTTP route and each Socket.IO event names its action here.

Nothing is allowed that the table does not grant. An admin runs the installation and sees no names, reasons, messages or media:
no action on a session is granted to that role. A test walks role x action x standing and the routes of docs/protocol.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, StrEnum

from telemed.care.identity import Identity, Seat, Staff
from telemed.care.records import ParticipantRecord, SessionRecord
from telemed.care.roles import CARE_ROLES, LINK_ROLES, STAFF_ROLES, Role
from telemed.care.states import IN_CALL, ParticipantState
from telemed.errors import NotAllowed, NotSignedIn


class Action(StrEnum):
    """What can be asked of the server."""

    READ_CLINIC = "read_clinic"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    READ_SELF = "read_self"
    READ_TODAY = "read_today"
    CREATE_SESSION = "create_session"
    READ_SESSION = "read_session"
    EDIT_SESSION = "edit_session"
    TAKE_SEAT = "take_seat"
    CREATE_LINK = "create_link"
    REVOKE_LINK = "revoke_link"
    READ_NOTE = "read_note"
    WRITE_NOTE = "write_note"
    COMPLETE_SESSION = "complete_session"
    OPEN_LINK = "open_link"
    ASK_MOVE = "ask_move"
    RECOVER_LINK = "recover_link"
    CONNECT_SEAT = "connect_seat"
    CONNECT_STAFF = "connect_staff"
    JOIN_MEDIA = "join_media"
    PUBLISH_MEDIA = "publish_media"
    SHARE_SCREEN = "share_screen"
    PROBE_NETWORK = "probe_network"
    SET_NAME = "set_name"
    REPORT_DEVICE = "report_device"
    ENTER_WAITING = "enter_waiting"
    SHOW_VISIBILITY = "show_visibility"
    ADMIT = "admit"
    DENY = "deny"
    HOLD = "hold"
    REMOVE = "remove"
    DECIDE_MOVE = "decide_move"
    SHOW_MEDIA_STATE = "show_media_state"
    CHAT = "chat"
    REPORT_QUALITY = "report_quality"
    LEAVE = "leave"
    END_SESSION = "end_session"
    ACKNOWLEDGE_ARRIVAL = "acknowledge_arrival"


class Scope(Enum):
    """Where a role may do it."""

    ANYWHERE = "anywhere"
    ORGANISATION = "organisation"  # sessions of the own organisation
    LED = "led"  # sessions of the own organisation that one created or holds a seat in
    SEAT = "seat"  # the own seat, unless denied or removed
    BEFORE_CALL = "before_call"  # the own seat while it came by a link and is not admitted
    ADMITTED = "admitted"  # the own seat once admitted, on hold too
    CALL = "call"  # the own seat in the call, not on hold


Grants = Mapping[Role, Scope]


def _grant(*entries: tuple[Iterable[Role], Scope]) -> Grants:
    """Spread (roles, scope) pairs into one mapping."""
    return {role: scope for roles, scope in entries for role in roles}


_FRONT = frozenset({Role.FRONT_DESK})
_GUESTS = LINK_ROLES | {Role.CARER}  # come by a link
_SEATED = _GUESTS | CARE_ROLES
_SPEAKING = _SEATED - {Role.OBSERVER}  # an observer is seen on the list and sends nothing
_LEADING = _grant((CARE_ROLES, Scope.LED))
_LEADING_OR_DESK = _grant((CARE_ROLES, Scope.LED), (_FRONT, Scope.ORGANISATION))
_IN_HOUSE = _grant((CARE_ROLES | _FRONT, Scope.ORGANISATION))
_BEFORE_CALL = _grant((_GUESTS, Scope.BEFORE_CALL))

# Actions that need no identity at all; the throttles of the web layer guard them.
PUBLIC = frozenset(
    {Action.READ_CLINIC, Action.SIGN_IN, Action.OPEN_LINK, Action.ASK_MOVE, Action.RECOVER_LINK},
)

TABLE: Mapping[Action, Grants] = {
    **{action: _grant((Role, Scope.ANYWHERE)) for action in PUBLIC},
    Action.SIGN_OUT: _grant((STAFF_ROLES, Scope.ANYWHERE)),
    Action.READ_SELF: _grant((STAFF_ROLES, Scope.ANYWHERE)),
    Action.READ_TODAY: _grant((CARE_ROLES | _FRONT, Scope.ANYWHERE)),
    Action.CONNECT_STAFF: _grant((CARE_ROLES | _FRONT, Scope.ANYWHERE)),
    Action.ACKNOWLEDGE_ARRIVAL: _IN_HOUSE,
    Action.CREATE_SESSION: _grant((CARE_ROLES, Scope.ANYWHERE)),
    Action.READ_SESSION: _IN_HOUSE,
    Action.EDIT_SESSION: _LEADING_OR_DESK,
    Action.TAKE_SEAT: _grant((CARE_ROLES, Scope.ORGANISATION)),
    Action.CREATE_LINK: _LEADING_OR_DESK,
    Action.REVOKE_LINK: _LEADING_OR_DESK,
    Action.READ_NOTE: _LEADING,
    Action.WRITE_NOTE: _LEADING,
    Action.COMPLETE_SESSION: _LEADING,
    Action.CONNECT_SEAT: _grant((_SEATED, Scope.SEAT)),
    Action.PROBE_NETWORK: _grant((_SEATED, Scope.SEAT)),
    Action.JOIN_MEDIA: _grant((_SEATED, Scope.ADMITTED)),
    Action.PUBLISH_MEDIA: _grant((_SPEAKING, Scope.ADMITTED)),
    Action.SHARE_SCREEN: _grant((_SPEAKING, Scope.CALL)),
    Action.SHOW_MEDIA_STATE: _grant((_SEATED, Scope.ADMITTED)),
    Action.SET_NAME: _BEFORE_CALL,
    Action.REPORT_DEVICE: _grant((_GUESTS, Scope.SEAT)),
    Action.ENTER_WAITING: _BEFORE_CALL,
    Action.SHOW_VISIBILITY: _grant((_SEATED, Scope.SEAT)),
    Action.ADMIT: _LEADING,
    Action.DENY: _LEADING,
    Action.HOLD: _LEADING,
    Action.REMOVE: _LEADING,
    Action.DECIDE_MOVE: _LEADING,
    Action.END_SESSION: _LEADING,
    Action.CHAT: _grant((_SPEAKING, Scope.CALL)),
    Action.REPORT_QUALITY: _grant((_SEATED, Scope.ADMITTED)),
    Action.LEAVE: _grant((_SEATED, Scope.SEAT)),
}

# HTTP routes below /api/v1, as docs/protocol.md section 1.2 writes them.
ROUTES: Mapping[str, Action] = {
    "GET /clinic": Action.READ_CLINIC,
    "POST /auth/login": Action.SIGN_IN,
    "POST /auth/logout": Action.SIGN_OUT,
    "GET /me": Action.READ_SELF,
    "GET /today": Action.READ_TODAY,
    "POST /sessions": Action.CREATE_SESSION,
    "GET /sessions/{id}": Action.READ_SESSION,
    "PATCH /sessions/{id}": Action.EDIT_SESSION,
    "POST /sessions/{id}/seat": Action.TAKE_SEAT,
    "POST /sessions/{id}/links": Action.CREATE_LINK,
    "POST /sessions/{id}/links/{link_id}/revoke": Action.REVOKE_LINK,
    "GET /sessions/{id}/note": Action.READ_NOTE,
    "PUT /sessions/{id}/note": Action.WRITE_NOTE,
    "POST /sessions/{id}/complete": Action.COMPLETE_SESSION,
    "POST /links/open": Action.OPEN_LINK,
    "POST /links/move": Action.ASK_MOVE,
    "POST /links/recover": Action.RECOVER_LINK,
    "POST /sessions/{id}/ticket": Action.CONNECT_SEAT,
    "POST /sessions/{id}/offer": Action.JOIN_MEDIA,
    "POST /sessions/{id}/probe": Action.PROBE_NETWORK,
    "POST /staff/ticket": Action.CONNECT_STAFF,
    "GET /openapi.json": Action.READ_CLINIC,
    "GET /version": Action.READ_CLINIC,
}

# Socket.IO: "<namespace> <event>", as docs/protocol.md section 2.3 writes them, and the CONNECTs.
EVENTS: Mapping[str, Action] = {
    "/call connect": Action.CONNECT_SEAT,
    "/call set_name": Action.SET_NAME,
    "/call device_report": Action.REPORT_DEVICE,
    "/call enter_waiting": Action.ENTER_WAITING,
    "/call visibility": Action.SHOW_VISIBILITY,
    "/call admit": Action.ADMIT,
    "/call deny": Action.DENY,
    "/call hold": Action.HOLD,
    "/call resume": Action.HOLD,
    "/call remove": Action.REMOVE,
    "/call decide_move": Action.DECIDE_MOVE,
    "/call media_state": Action.SHOW_MEDIA_STATE,
    "/call negotiated": Action.JOIN_MEDIA,
    "/call chat": Action.CHAT,
    "/call typing": Action.CHAT,
    "/call quality_report": Action.REPORT_QUALITY,
    "/call leave": Action.LEAVE,
    "/call end": Action.END_SESSION,
    "/staff connect": Action.CONNECT_STAFF,
    "/staff acknowledge": Action.ACKNOWLEDGE_ARRIVAL,
}

_SHUT_OUT = frozenset({ParticipantState.DENIED, ParticipantState.REMOVED})
_ADMITTED = IN_CALL | {ParticipantState.ON_HOLD}
_BEFORE = frozenset(
    {ParticipantState.INVITED, ParticipantState.CHECKING, ParticipantState.WAITING, ParticipantState.ASLEEP},
)
# A staff action on a seat may not be turned on oneself; leaving is the way out.
_ON_OTHERS = frozenset({Action.ADMIT, Action.DENY, Action.HOLD, Action.REMOVE})


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
    """Raise NotAllowed unless `may`; NotSignedIn when there is no identity at all."""
    if may(identity, action, session, seat, target):
        return
    if identity is None:
        raise NotSignedIn("Please sign in or open your link again.")
    raise NotAllowed()


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
    if isinstance(identity, Staff) and (session is None or session.organisation_id != identity.organisation_id):
        return False
    if scope is Scope.ORGANISATION:
        return isinstance(identity, Staff)
    if scope is Scope.LED:
        return isinstance(identity, Staff) and session is not None and _leads(identity, session, seat)
    return seat is not None and _seat_in_scope(scope, seat)


def _leads(staff: Staff, session: SessionRecord, seat: ParticipantRecord | None) -> bool:
    """Staff of the session: who created it, or holds a seat that was not taken away."""
    if seat is not None:
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
    return seat.state not in _SHUT_OUT
