"""The one permission table: action x role -> scope. Each HTTP route and each Socket.IO event names its action here.

Nothing is allowed that the table does not grant. An admin runs the installation and sees no names, reasons, messages or media:
no action on a session or a patient is granted to that role. A test walks role x action x standing and the routes of
docs/protocol.md. What a scope means is decided in `permissions.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from telemed.care.actions import Action
from telemed.care.permission_events import EVENTS
from telemed.care.roles import CARE_ROLES, LINK_ROLES, STAFF_ROLES, Role

__all__ = ["BY_SECRET", "EVENTS", "PUBLIC", "ROUTES", "SEAT_SCOPES", "TABLE", "Grants", "Scope"]


class Scope(Enum):
    """Where a role may do it."""

    ANYWHERE = "anywhere"
    ORGANISATION = "organisation"  # sessions and patients of the own organisation, and of the own site or of none
    LED = "led"  # of these sessions the ones that one created or holds a seat in
    RECORDED = "recorded"  # recordings of visits one led or of patients one cares for
    RECORDED_OR_PRIVACY = "recorded_or_privacy"  # the same; for privacy officers every recording of the own organisation and site
    CARE = "care"  # of these patients the ones one cares for: in the team, leads a session of theirs, or broke the glass
    QUEUE = "queue"  # waiting rooms one works in, and entries handed to oneself
    OWN_ACCOUNT = "own_account"  # the own staff account
    PRIVACY = "privacy"  # the own organisation, for its privacy officers
    OWN_RECORD = "own_record"  # the own patient record; for a carer: when named for it and the scope agreed says so
    SEAT = "seat"  # the own seat, unless denied or removed
    BEFORE_CALL = "before_call"  # the own seat while it came by a link and is not admitted
    ADMITTED = "admitted"  # the own seat once admitted, on hold too
    CALL = "call"  # the own seat in the call, not on hold
    TALK = "talk"  # the own seat while it waits, and in the call, not on hold


SEAT_SCOPES = frozenset({Scope.SEAT, Scope.BEFORE_CALL, Scope.ADMITTED, Scope.CALL, Scope.TALK})


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
_ABOUT_PATIENTS = _grant((CARE_ROLES, Scope.CARE), (_FRONT, Scope.ORGANISATION))
_BEFORE_CALL = _grant((_GUESTS, Scope.BEFORE_CALL))
_DUTIFUL = STAFF_ROLES - {Role.ADMIN}  # may be privacy officers with something to say about patients
_REVIEWING = _grant((CARE_ROLES, Scope.RECORDED), (frozenset({Role.REVIEWER}), Scope.ORGANISATION))
# Rows, not media: a privacy officer finds what to hold or erase, and cannot watch it for that.
_FINDING = _grant(
    (CARE_ROLES, Scope.RECORDED_OR_PRIVACY), (frozenset({Role.REVIEWER}), Scope.ORGANISATION), (_FRONT, Scope.PRIVACY)
)
_DECIDING = _grant((CARE_ROLES, Scope.RECORDED_OR_PRIVACY), (_FRONT | {Role.REVIEWER}, Scope.PRIVACY))
_CALLERS = _grant((frozenset({Role.GUEST}), Scope.ADMITTED))  # of those the one an incident is about
_OWN_RECORD = _grant((frozenset({Role.PATIENT, Role.CARER}), Scope.OWN_RECORD))

# Not a person's: another server does it, with a secret that the operator gave to both.
BY_SECRET = frozenset({Action.REPORT_DELIVERY})
# Actions that need no identity at all; the throttles of the web layer guard them.
PUBLIC = BY_SECRET | {
    Action.READ_CLINIC,
    Action.SIGN_IN,
    Action.ACCEPT_INVITATION,
    Action.OPEN_LINK,
    Action.ASK_MOVE,
    Action.RECOVER_LINK,
    Action.CHECK_CONNECTION,
    Action.OPEN_CALLER_LINK,
    Action.OPEN_CREW_LINK,
    Action.READ_GUIDANCE,
    Action.OPEN_WALK_IN,
    Action.OPEN_VISIT_MESSAGE,  # with its link and, where it is known, the date of birth
}

TABLE: Mapping[Action, Grants] = {
    **{action: _grant((Role, Scope.ANYWHERE)) for action in PUBLIC},
    Action.SIGN_OUT: _grant((STAFF_ROLES, Scope.ANYWHERE)),
    Action.READ_SELF: _grant((STAFF_ROLES, Scope.ANYWHERE)),
    Action.MANAGE_ACCOUNT: _grant((STAFF_ROLES, Scope.OWN_ACCOUNT)),
    Action.UNLOCK_PAGES: _grant((STAFF_ROLES, Scope.OWN_ACCOUNT)),
    Action.MANAGE_STAFF: _grant((frozenset({Role.ADMIN}), Scope.ANYWHERE)),  # accounts of the own organisation and site
    # Settings, health and use of the own organisation: counts and words of the clinic, never of a patient.
    Action.MANAGE_CLINIC: _grant((frozenset({Role.ADMIN}), Scope.ANYWHERE)),
    Action.READ_OPERATION: _grant((frozenset({Role.ADMIN}), Scope.ANYWHERE)),
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
    Action.READ_AFTERCARE: _LEADING,
    Action.WRITE_TO_PATIENT: _LEADING,
    Action.PLAN_FOLLOW_UP: _LEADING,
    Action.CHANGE_FOLLOW_UP: _grant((CARE_ROLES, Scope.OWN_ACCOUNT)),  # the own ones, and what others left
    Action.READ_PATIENT_AFTERCARE: _grant((CARE_ROLES, Scope.CARE)),
    Action.CONNECT_SEAT: _grant((_SEATED, Scope.SEAT)),
    Action.PROBE_NETWORK: _grant((_SEATED, Scope.SEAT)),
    Action.JOIN_MEDIA: _grant((_SEATED, Scope.ADMITTED)),
    Action.PUBLISH_MEDIA: _grant((_SPEAKING, Scope.ADMITTED)),
    Action.SHARE_SCREEN: _grant((_SPEAKING, Scope.CALL)),
    Action.SHOW_MEDIA_STATE: _grant((_SEATED, Scope.ADMITTED)),
    Action.SET_NAME: _BEFORE_CALL,
    Action.REPORT_DEVICE: _grant((_GUESTS, Scope.SEAT)),
    Action.SAY_NEEDS: _grant((_SEATED, Scope.SEAT)),
    Action.ENTER_WAITING: _BEFORE_CALL,
    Action.SHOW_VISIBILITY: _grant((_SEATED, Scope.SEAT)),
    Action.ADMIT: _LEADING,
    Action.DENY: _LEADING,
    Action.HOLD: _LEADING,
    Action.REMOVE: _LEADING,
    Action.CONFIRM_IDENTITY: _LEADING,
    Action.DECIDE_MOVE: _LEADING,
    Action.END_SESSION: _LEADING,
    Action.CHAT: _grant((_SPEAKING, Scope.TALK)),
    Action.WRITE_LIVE: _grant((_SPEAKING, Scope.TALK)),
    Action.KEEP_PLACE: _grant((frozenset({Role.PATIENT}), Scope.BEFORE_CALL)),  # in a waiting room's line
    Action.FOLLOW_CALL: _grant((_GUESTS, Scope.SEAT)),  # into the call one was pulled into
    Action.TEND_QUEUE: _grant((CARE_ROLES | _FRONT, Scope.QUEUE)),
    Action.SERVE_QUEUE: _grant((CARE_ROLES, Scope.QUEUE)),
    Action.REPORT_QUALITY: _grant((_SEATED, Scope.ADMITTED)),
    Action.LEAVE: _grant((_SEATED, Scope.SEAT)),
    Action.SEARCH_PATIENTS: _grant((CARE_ROLES | _FRONT, Scope.ANYWHERE)),  # finds those of the own organisation and site
    Action.CREATE_PATIENT: _grant((CARE_ROLES | _FRONT, Scope.ANYWHERE)),
    Action.READ_PATIENT: _ABOUT_PATIENTS,
    Action.EDIT_PATIENT: _ABOUT_PATIENTS,
    Action.EDIT_CARE_TEAM: _ABOUT_PATIENTS,
    Action.MERGE_PATIENTS: _ABOUT_PATIENTS,  # of both records
    Action.ATTACH_SESSION: _ABOUT_PATIENTS,  # and EDIT_SESSION of the visit
    Action.OPEN_HOME: _OWN_RECORD,
    Action.READ_OWN_ACCESS: _OWN_RECORD,
    Action.JOIN_OWN_VISIT: _OWN_RECORD,
    Action.VERIFY_OWN_CHANNEL: _OWN_RECORD,
    Action.KEEP_OWN_PASSKEYS: _OWN_RECORD,  # a carer's stands for that carer
    Action.BREAK_GLASS: _grant((CARE_ROLES, Scope.ORGANISATION)),  # of a record that is not open to them
    Action.CLOSE_GLASS: _grant((STAFF_ROLES - {Role.ADMIN}, Scope.OWN_ACCOUNT)),  # the own access; privacy officers any
    # An admin can make itself a privacy officer, and still sees no names and no reasons.
    Action.REVIEW_GLASS: _grant((STAFF_ROLES - {Role.ADMIN}, Scope.PRIVACY)),
    Action.SEARCH_AUDIT: _grant((STAFF_ROLES, Scope.PRIVACY)),  # ids of what was acted on, names of staff only
    Action.EXPORT_AUDIT: _grant((STAFF_ROLES, Scope.PRIVACY)),  # with a proof of who asks
    Action.READ_OWN_AUDIT: _grant((STAFF_ROLES, Scope.OWN_ACCOUNT)),
    # Who saw a patient's data: those who care for the person; in other roles privacy officers.
    Action.READ_ACCESS: _grant((STAFF_ROLES - CARE_ROLES - {Role.ADMIN}, Scope.PRIVACY), (CARE_ROLES, Scope.CARE)),
    Action.READ_ON_CALL: _grant((CARE_ROLES, Scope.ANYWHERE)),  # of the own organisation
    Action.PAGE_ON_CALL: _grant((CARE_ROLES, Scope.ANYWHERE)),
    Action.ANSWER_PAGE: _grant((CARE_ROLES, Scope.OWN_ACCOUNT)),  # called oneself, asked for oneself, or of one's session
    Action.HAND_OVER: _LEADING,
    Action.ANSWER_HANDOVER: _grant((CARE_ROLES, Scope.OWN_ACCOUNT)),  # given by or offered to oneself
    Action.KEEP_VITALS: _LEADING,
    Action.CREATE_INCIDENT: _grant((frozenset({Role.DISPATCHER, Role.CLINICIAN}), Scope.ANYWHERE)),
    # Dispatchers see what is going on in the house; number, place, track and device are for those who lead it.
    Action.READ_INCIDENT: _grant((CARE_ROLES, Scope.LED), (frozenset({Role.DISPATCHER}), Scope.ORGANISATION)),
    Action.LEAD_INCIDENT: _LEADING,
    Action.INSTRUCT: _LEADING,
    Action.DRAW: _LEADING,
    Action.SEE_FRAME: _grant((CARE_ROLES, Scope.LED), (frozenset({Role.GUEST}), Scope.ADMITTED)),
    Action.TELL_PLACE: _CALLERS,
    Action.ANSWER_INSTRUCTION: _CALLERS,
    Action.RECORD_CALL: _LEADING,
    Action.ANSWER_RECORDING: _grant((_SPEAKING, Scope.SEAT)),  # before the call too
    Action.MARK_CALL: _LEADING,
    Action.LIST_RECORDINGS: _FINDING,
    Action.READ_RECORDING: _FINDING,
    Action.WATCH_RECORDING: _REVIEWING,
    Action.MARK_RECORDING: _REVIEWING,
    Action.REVIEW_RECORDING: _REVIEWING,
    Action.VERIFY_RECORDING: _FINDING,
    Action.EXPORT_RECORDING: _REVIEWING,  # with a reason
    Action.HOLD_RECORDING: _grant((_DUTIFUL, Scope.PRIVACY)),
    Action.ERASE_RECORDING: _grant((_DUTIFUL, Scope.PRIVACY)),  # two different people, see `recording.erasing`
    Action.DECIDE_RECORDING: _DECIDING,  # whether what was recorded in an emergency is kept
    Action.WITHDRAW_RECORDING: _DECIDING,  # the own part, afterwards; others' privacy officers: `recording.withdrawal`
    Action.READ_OWN_RECORDINGS: _OWN_RECORD,  # that they exist and who watched them; no media
    Action.ASK_STILL: _LEADING,
    Action.SEND_STILL: _grant((_SPEAKING, Scope.CALL)),
    Action.CANCEL_STILL: _grant((_SPEAKING, Scope.SEAT)),  # the own one, or one of a session one leads
    # In the call by whoever may receive the picture of who took it (`stills.views`); afterwards by staff of the session.
    Action.SEE_STILL: _grant((_GUESTS, Scope.CALL), (CARE_ROLES, Scope.LED)),
    Action.ERASE_STILL: _LEADING,
    Action.READ_STILLS: _grant((CARE_ROLES, Scope.CARE)),  # of a patient's visits
    Action.WITHDRAW_OWN_RECORDING: _OWN_RECORD,  # the part of the own seat; a carer's is the seat the carer took
}

# HTTP routes below /api/v1, as docs/protocol.md section 1.2 writes them.
ROUTES: Mapping[str, Action] = {
    "GET /clinic": Action.READ_CLINIC,
    "POST /auth/login": Action.SIGN_IN,
    "POST /auth/logout": Action.SIGN_OUT,
    "GET /me": Action.READ_SELF,
    "POST /auth/step": Action.SIGN_IN,
    "POST /auth/step/passkey": Action.SIGN_IN,
    "POST /auth/passkey/options": Action.SIGN_IN,
    "POST /auth/passkey": Action.SIGN_IN,
    "POST /auth/enrol/totp": Action.SIGN_IN,
    "POST /auth/enrol/totp/confirm": Action.SIGN_IN,
    "POST /auth/enrol/passkey": Action.SIGN_IN,
    "POST /auth/enrol/passkey/confirm": Action.SIGN_IN,
    "POST /auth/provider": Action.SIGN_IN,
    "POST /auth/provider/finish": Action.SIGN_IN,
    "GET /me/provider": Action.MANAGE_ACCOUNT,
    "POST /me/provider": Action.MANAGE_ACCOUNT,
    "POST /me/provider/finish": Action.MANAGE_ACCOUNT,
    "POST /me/provider/remove": Action.MANAGE_ACCOUNT,
    "POST /invitations/open": Action.ACCEPT_INVITATION,
    "POST /invitations/accept": Action.ACCEPT_INVITATION,
    "PATCH /me": Action.MANAGE_ACCOUNT,
    "GET /me/security": Action.MANAGE_ACCOUNT,
    "POST /me/password": Action.MANAGE_ACCOUNT,
    "POST /me/totp": Action.MANAGE_ACCOUNT,
    "POST /me/totp/confirm": Action.MANAGE_ACCOUNT,
    "POST /me/totp/remove": Action.MANAGE_ACCOUNT,
    "POST /me/passkeys/options": Action.MANAGE_ACCOUNT,
    "POST /me/passkeys": Action.MANAGE_ACCOUNT,
    "POST /me/passkeys/{passkey_id}/remove": Action.MANAGE_ACCOUNT,
    "POST /me/recovery-codes": Action.MANAGE_ACCOUNT,
    "POST /me/pin": Action.MANAGE_ACCOUNT,
    "POST /me/pin/remove": Action.MANAGE_ACCOUNT,
    "GET /me/logins": Action.MANAGE_ACCOUNT,
    "POST /me/logins/end": Action.MANAGE_ACCOUNT,
    "POST /me/logins/{login_id}/end": Action.MANAGE_ACCOUNT,
    "POST /me/proof": Action.MANAGE_ACCOUNT,
    "GET /me/lock": Action.UNLOCK_PAGES,
    "POST /me/lock": Action.UNLOCK_PAGES,
    "POST /me/unlock": Action.UNLOCK_PAGES,
    "POST /me/passkey": Action.UNLOCK_PAGES,
    "POST /admin/users": Action.MANAGE_STAFF,
    "POST /admin/users/search": Action.MANAGE_STAFF,
    "POST /admin/users/{user_id}/reset": Action.MANAGE_STAFF,
    "POST /admin/users/{user_id}/invitation/revoke": Action.MANAGE_STAFF,
    "POST /admin/users/{user_id}/deactivate": Action.MANAGE_STAFF,
    "POST /admin/users/{user_id}/activate": Action.MANAGE_STAFF,
    "POST /admin/users/{user_id}/role": Action.MANAGE_STAFF,
    "POST /admin/users/{user_id}/site": Action.MANAGE_STAFF,
    "GET /admin/clinic": Action.MANAGE_CLINIC,
    "PATCH /admin/clinic": Action.MANAGE_CLINIC,
    "GET /admin/sites": Action.MANAGE_CLINIC,
    "POST /admin/sites": Action.MANAGE_CLINIC,
    "PATCH /admin/sites/{site_id}": Action.MANAGE_CLINIC,
    "GET /admin/policies": Action.MANAGE_CLINIC,
    "PUT /admin/policies": Action.MANAGE_CLINIC,
    "GET /admin/templates": Action.MANAGE_CLINIC,
    "PUT /admin/templates": Action.MANAGE_CLINIC,
    "POST /admin/templates/reset": Action.MANAGE_CLINIC,
    "POST /admin/templates/preview": Action.MANAGE_CLINIC,
    "GET /admin/changes": Action.MANAGE_CLINIC,
    "POST /admin/changes/{change_id}/revert": Action.MANAGE_CLINIC,
    "GET /admin/health": Action.READ_OPERATION,
    "GET /admin/rooms": Action.READ_OPERATION,
    "GET /admin/usage/{days}": Action.READ_OPERATION,
    "GET /admin/outbox": Action.READ_OPERATION,
    "POST /admin/outbox/{message_id}/again": Action.MANAGE_CLINIC,
    "GET /admin/sign-in": Action.READ_OPERATION,
    "GET /today": Action.READ_TODAY,
    "POST /sessions": Action.CREATE_SESSION,
    "GET /sessions/{id}": Action.READ_SESSION,
    "GET /sessions/{id}/quality": Action.READ_SESSION,
    "PATCH /sessions/{id}": Action.EDIT_SESSION,
    "POST /sessions/{id}/seat": Action.TAKE_SEAT,
    "POST /sessions/{id}/links": Action.CREATE_LINK,
    "POST /sessions/{id}/links/{link_id}/revoke": Action.REVOKE_LINK,
    "GET /sessions/{id}/note": Action.READ_NOTE,
    "PUT /sessions/{id}/note": Action.WRITE_NOTE,
    "POST /sessions/{id}/complete": Action.COMPLETE_SESSION,
    "GET /sessions/{id}/after": Action.READ_AFTERCARE,
    "POST /sessions/{id}/messages": Action.WRITE_TO_PATIENT,
    "POST /sessions/{id}/follow-ups": Action.PLAN_FOLLOW_UP,
    "PATCH /follow-ups/{follow_up_id}": Action.CHANGE_FOLLOW_UP,
    "POST /follow-ups/{follow_up_id}/state": Action.CHANGE_FOLLOW_UP,
    "POST /follow-ups/{follow_up_id}/take": Action.CHANGE_FOLLOW_UP,
    "GET /patients/{patient_id}/after": Action.READ_PATIENT_AFTERCARE,
    "POST /visit-messages/open": Action.OPEN_VISIT_MESSAGE,
    "POST /links/open": Action.OPEN_LINK,
    "POST /links/move": Action.ASK_MOVE,
    "POST /links/recover": Action.RECOVER_LINK,
    "GET /check": Action.CHECK_CONNECTION,
    "POST /check/probe": Action.CHECK_CONNECTION,
    "POST /sessions/{id}/ticket": Action.CONNECT_SEAT,
    "POST /sessions/{id}/ice": Action.CONNECT_SEAT,
    "POST /sessions/{id}/offer": Action.JOIN_MEDIA,
    "POST /sessions/{id}/probe": Action.PROBE_NETWORK,
    "POST /staff/ticket": Action.CONNECT_STAFF,
    "POST /patients/search": Action.SEARCH_PATIENTS,
    "POST /patients": Action.CREATE_PATIENT,
    "GET /patients/{patient_id}": Action.READ_PATIENT,
    "PATCH /patients/{patient_id}": Action.EDIT_PATIENT,
    "GET /patients/{patient_id}/door": Action.SEARCH_PATIENTS,
    "GET /patients/{patient_id}/timeline": Action.READ_PATIENT,
    "GET /patients/{patient_id}/history": Action.READ_PATIENT,
    "POST /patients/{patient_id}/channels": Action.EDIT_PATIENT,
    "POST /patients/{patient_id}/channels/{channel_id}/revoke": Action.EDIT_PATIENT,
    "POST /patients/{patient_id}/carers": Action.EDIT_PATIENT,
    "PATCH /patients/{patient_id}/carers/{carer_id}": Action.EDIT_PATIENT,
    "POST /patients/{patient_id}/carers/{carer_id}/revoke": Action.EDIT_PATIENT,
    "GET /patients/{patient_id}/colleagues": Action.EDIT_CARE_TEAM,
    "POST /patients/{patient_id}/team": Action.EDIT_CARE_TEAM,
    "POST /patients/{patient_id}/team/{member_id}/end": Action.EDIT_CARE_TEAM,
    "POST /patients/{patient_id}/merge": Action.MERGE_PATIENTS,
    "POST /patients/{patient_id}/merges/{merge_id}/undo": Action.MERGE_PATIENTS,
    "POST /sessions/{id}/patient": Action.ATTACH_SESSION,
    "POST /sessions/{id}/patient/detach": Action.ATTACH_SESSION,
    "POST /patients/{patient_id}/channels/{channel_id}/code": Action.EDIT_PATIENT,
    "POST /patients/{patient_id}/channels/{channel_id}/verify": Action.EDIT_PATIENT,
    "POST /person/code": Action.SIGN_IN,
    "POST /person/confirm": Action.SIGN_IN,
    "POST /person/choose": Action.SIGN_IN,
    "POST /person/passkey/options": Action.SIGN_IN,
    "POST /person/passkey": Action.SIGN_IN,
    "POST /demo/code": Action.SIGN_IN,
    "GET /home": Action.OPEN_HOME,
    "GET /home/access": Action.READ_OWN_ACCESS,
    "POST /home/visits/{id}/join": Action.JOIN_OWN_VISIT,
    "POST /home/sign-out": Action.OPEN_HOME,
    "POST /home/devices/end": Action.OPEN_HOME,
    "POST /home/devices/{person_login_id}/end": Action.OPEN_HOME,
    "POST /home/channel/code": Action.VERIFY_OWN_CHANNEL,
    "POST /home/channel/verify": Action.VERIFY_OWN_CHANNEL,
    "POST /home/passkeys/options": Action.KEEP_OWN_PASSKEYS,
    "POST /home/passkeys": Action.KEEP_OWN_PASSKEYS,
    "POST /home/passkeys/{person_passkey_id}/remove": Action.KEEP_OWN_PASSKEYS,
    "POST /patients/{patient_id}/break-glass": Action.BREAK_GLASS,
    "GET /patients/{patient_id}/break-glass": Action.BREAK_GLASS,
    "POST /break-glass/{break_glass_id}/close": Action.CLOSE_GLASS,
    "GET /audit/state": Action.SEARCH_AUDIT,
    "GET /audit/people": Action.SEARCH_AUDIT,
    "POST /audit/search": Action.SEARCH_AUDIT,
    "POST /audit/export": Action.EXPORT_AUDIT,
    "POST /audit/mine": Action.READ_OWN_AUDIT,
    "POST /patients/{patient_id}/access": Action.READ_ACCESS,
    "POST /break-glass/search": Action.REVIEW_GLASS,
    "POST /break-glass/{break_glass_id}/review": Action.REVIEW_GLASS,
    "POST /notify/reports": Action.REPORT_DELIVERY,
    "POST /recordings/search": Action.LIST_RECORDINGS,
    "GET /recordings/clinicians": Action.LIST_RECORDINGS,
    "GET /recordings/{recording_id}": Action.READ_RECORDING,
    "GET /recordings/{recording_id}/timeline": Action.WATCH_RECORDING,
    "GET /recordings/{recording_id}/plots": Action.WATCH_RECORDING,
    "GET /recordings/{recording_id}/viewers": Action.READ_RECORDING,
    "GET /recordings/{recording_id}/segments/{segment_id}": Action.WATCH_RECORDING,
    "GET /recordings/{recording_id}/stills/{still_id}/thumbnail": Action.WATCH_RECORDING,
    "GET /recordings/{recording_id}/stills/{still_id}/picture": Action.WATCH_RECORDING,
    "GET /recordings/{recording_id}/frames/{frame_id}": Action.WATCH_RECORDING,
    "GET /recordings/{recording_id}/markers": Action.WATCH_RECORDING,
    "POST /recordings/{recording_id}/markers": Action.MARK_RECORDING,
    "PATCH /recordings/{recording_id}/markers/{marker_id}": Action.MARK_RECORDING,
    "POST /recordings/{recording_id}/markers/{marker_id}/remove": Action.MARK_RECORDING,
    "POST /recordings/{recording_id}/tags": Action.REVIEW_RECORDING,
    "POST /recordings/{recording_id}/status": Action.REVIEW_RECORDING,
    "POST /recordings/{recording_id}/verify": Action.VERIFY_RECORDING,
    "POST /recordings/{recording_id}/export": Action.EXPORT_RECORDING,
    "GET /recordings/{recording_id}/exports/{export_id}": Action.EXPORT_RECORDING,
    "POST /recordings/{recording_id}/hold": Action.HOLD_RECORDING,
    "POST /recordings/{recording_id}/erase": Action.ERASE_RECORDING,
    "POST /recordings/{recording_id}/erase/confirm": Action.ERASE_RECORDING,
    "POST /recordings/{recording_id}/erase/cancel": Action.ERASE_RECORDING,
    "POST /recordings/{recording_id}/decide": Action.DECIDE_RECORDING,
    "POST /recordings/{recording_id}/withdraw": Action.WITHDRAW_RECORDING,
    "GET /home/recordings": Action.READ_OWN_RECORDINGS,
    "POST /home/recordings/{recording_id}/withdraw": Action.WITHDRAW_OWN_RECORDING,
    "GET /admin/recordings": Action.READ_OPERATION,
    "GET /admin/on-call": Action.MANAGE_CLINIC,
    "POST /admin/specialities": Action.MANAGE_CLINIC,
    "PATCH /admin/specialities/{speciality_id}": Action.MANAGE_CLINIC,
    "PUT /admin/specialities/{speciality_id}/shifts": Action.MANAGE_CLINIC,
    "GET /on-call": Action.READ_ON_CALL,
    "POST /pages": Action.PAGE_ON_CALL,
    "GET /pages/{page_id}": Action.ANSWER_PAGE,
    "POST /pages/{page_id}/accept": Action.ANSWER_PAGE,
    "POST /pages/{page_id}/decline": Action.ANSWER_PAGE,
    "POST /pages/{page_id}/cancel": Action.ANSWER_PAGE,
    "GET /sessions/{id}/vitals": Action.KEEP_VITALS,
    "POST /sessions/{id}/vitals": Action.KEEP_VITALS,
    "POST /sessions/{id}/vitals/{vital_id}/remove": Action.KEEP_VITALS,
    "GET /sessions/{id}/colleagues": Action.HAND_OVER,
    "POST /sessions/{id}/handovers": Action.HAND_OVER,
    "POST /handovers/{handover_id}/accept": Action.ANSWER_HANDOVER,
    "POST /handovers/{handover_id}/decline": Action.ANSWER_HANDOVER,
    "POST /handovers/{handover_id}/withdraw": Action.ANSWER_HANDOVER,
    "POST /handovers/{handover_id}/release": Action.ANSWER_HANDOVER,
    "POST /incidents": Action.CREATE_INCIDENT,
    "GET /incidents/{incident_id}": Action.READ_INCIDENT,
    "GET /incidents/{incident_id}/positions": Action.LEAD_INCIDENT,
    "POST /incidents/{incident_id}/resend": Action.LEAD_INCIDENT,
    "POST /incidents/{incident_id}/callers": Action.LEAD_INCIDENT,
    "POST /incidents/{incident_id}/state": Action.LEAD_INCIDENT,
    "POST /incidents/{incident_id}/silent": Action.LEAD_INCIDENT,
    "POST /incidents/{incident_id}/links/{link_id}/code": Action.LEAD_INCIDENT,
    "POST /incidents/{incident_id}/crews": Action.LEAD_INCIDENT,
    "POST /incidents/{incident_id}/links/{link_id}/revoke": Action.LEAD_INCIDENT,
    "GET /guidance": Action.READ_GUIDANCE,
    "POST /callers/open": Action.OPEN_CALLER_LINK,
    "POST /crews/open": Action.OPEN_CREW_LINK,
    "POST /sessions/{id}/location": Action.TELL_PLACE,
    "POST /sessions/{id}/place": Action.TELL_PLACE,
    "POST /sessions/{id}/stills": Action.SEND_STILL,
    "HEAD /sessions/{id}/stills/{still_id}": Action.SEND_STILL,
    "PATCH /sessions/{id}/stills/{still_id}": Action.SEND_STILL,
    "DELETE /sessions/{id}/stills/{still_id}": Action.CANCEL_STILL,
    "PUT /sessions/{id}/stills/{still_id}/thumbnail": Action.SEND_STILL,
    "GET /sessions/{id}/stills/{still_id}/thumbnail": Action.SEE_STILL,
    "GET /sessions/{id}/stills/{still_id}/picture": Action.SEE_STILL,
    "POST /sessions/{id}/stills/{still_id}/erase": Action.ERASE_STILL,
    "GET /patients/{patient_id}/stills": Action.READ_STILLS,
    "GET /patients/{patient_id}/stills/{still_id}/thumbnail": Action.READ_STILLS,
    "GET /patients/{patient_id}/stills/{still_id}/picture": Action.READ_STILLS,
    "GET /admin/queues": Action.MANAGE_CLINIC,
    "POST /admin/queues": Action.MANAGE_CLINIC,
    "PATCH /admin/queues/{queue_id}": Action.MANAGE_CLINIC,
    "POST /admin/queues/{queue_id}/links": Action.MANAGE_CLINIC,
    "POST /admin/queues/{queue_id}/links/{walk_in_id}/revoke": Action.MANAGE_CLINIC,
    "POST /queues/{queue_id}/alerts": Action.TEND_QUEUE,
    "POST /walk-ins/open": Action.OPEN_WALK_IN,
    "POST /walk-ins/enter": Action.OPEN_WALK_IN,
    "POST /sessions/{id}/follow": Action.FOLLOW_CALL,
    "POST /sessions/{id}/frames": Action.DRAW,
    "GET /sessions/{id}/frames/{frame_id}": Action.SEE_FRAME,
    "POST /sessions/{id}/frames/{frame_id}/erase": Action.ERASE_STILL,
    "GET /openapi.json": Action.READ_CLINIC,
    "GET /version": Action.READ_CLINIC,
}
