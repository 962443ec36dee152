"""Walk the permission table: against docs/protocol.md, against a second copy written by role, and over every standing."""

from __future__ import annotations

import functools
import itertools
import re
from pathlib import Path

import pytest

from telemed.care.permissions import EVENTS, PUBLIC, ROUTES, TABLE, Action, Scope, check, may
from telemed.care.roles import STAFF_ROLES, Role
from telemed.care.states import ParticipantState
from telemed.errors import NotAllowed, NotSignedIn
from tests.unit.care.builders import NOW, a_seat, a_session, a_staff_seat, holder, staff

PROTOCOL = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text("utf-8")

# One letter a role: A anywhere, O own organisation, L staff of the session, S own seat, B own seat before the call,
# D own seat once admitted, C own seat in the call, T own seat while it waits or is in the call, P patients one cares for,
# M own account, V privacy officers, R own record,
# Q waiting rooms one works in,
# W recordings of visits led or of patients cared for, E the same or, for privacy officers, all of the own organisation,
# - never. Written by hand, not taken from the table.
EXPECTED = """
                      admin clin  desk  disp  resp  pat   carer ext   int   rev   obs   guest
sign_out              A     A     A     A     A     -     -     -     -     A     -     -
read_self             A     A     A     A     A     -     -     -     -     A     -     -
read_today            -     A     A     A     A     -     -     -     -     -     -     -
connect_staff         -     A     A     A     A     -     -     -     -     -     -     -
acknowledge_arrival   -     O     O     O     O     -     -     -     -     -     -     -
create_session        -     A     -     A     A     -     -     -     -     -     -     -
read_session          -     O     O     O     O     -     -     -     -     -     -     -
edit_session          -     L     O     L     L     -     -     -     -     -     -     -
take_seat             -     O     -     O     O     -     -     -     -     -     -     -
create_link           -     L     O     L     L     -     -     -     -     -     -     -
revoke_link           -     L     O     L     L     -     -     -     -     -     -     -
read_note             -     L     -     L     L     -     -     -     -     -     -     -
write_note            -     L     -     L     L     -     -     -     -     -     -     -
complete_session      -     L     -     L     L     -     -     -     -     -     -     -
read_aftercare        -     L     -     L     L     -     -     -     -     -     -     -
write_to_patient      -     L     -     L     L     -     -     -     -     -     -     -
plan_follow_up        -     L     -     L     L     -     -     -     -     -     -     -
change_follow_up      -     M     -     M     M     -     -     -     -     -     -     -
read_patient_aftercare -    P     -     P     P     -     -     -     -     -     -     -
admit                 -     L     -     L     L     -     -     -     -     -     -     -
deny                  -     L     -     L     L     -     -     -     -     -     -     -
hold                  -     L     -     L     L     -     -     -     -     -     -     -
remove                -     L     -     L     L     -     -     -     -     -     -     -
confirm_identity      -     L     -     L     L     -     -     -     -     -     -     -
decide_move           -     L     -     L     L     -     -     -     -     -     -     -
end_session           -     L     -     L     L     -     -     -     -     -     -     -
connect_seat          -     S     -     S     S     S     S     S     S     -     S     S
probe_network         -     S     -     S     S     S     S     S     S     -     S     S
show_visibility       -     S     -     S     S     S     S     S     S     -     S     S
leave                 -     S     -     S     S     S     S     S     S     -     S     S
set_name              -     -     -     -     -     B     B     B     B     -     B     B
enter_waiting         -     -     -     -     -     B     B     B     B     -     B     B
report_device         -     -     -     -     -     S     S     S     S     -     S     S
say_needs             -     S     -     S     S     S     S     S     S     -     S     S
join_media            -     D     -     D     D     D     D     D     D     -     D     D
publish_media         -     D     -     D     D     D     D     D     D     -     -     D
share_screen          -     C     -     C     C     C     C     C     C     -     -     C
show_media_state      -     D     -     D     D     D     D     D     D     -     D     D
report_quality        -     D     -     D     D     D     D     D     D     -     D     D
chat                  -     T     -     T     T     T     T     T     T     -     -     T
write_live            -     T     -     T     T     T     T     T     T     -     -     T
search_patients       -     A     A     A     A     -     -     -     -     -     -     -
create_patient        -     A     A     A     A     -     -     -     -     -     -     -
read_patient          -     P     O     P     P     -     -     -     -     -     -     -
edit_patient          -     P     O     P     P     -     -     -     -     -     -     -
edit_care_team        -     P     O     P     P     -     -     -     -     -     -     -
merge_patients        -     P     O     P     P     -     -     -     -     -     -     -
attach_session        -     P     O     P     P     -     -     -     -     -     -     -
manage_account        M     M     M     M     M     -     -     -     -     M     -     -
unlock_pages          M     M     M     M     M     -     -     -     -     M     -     -
manage_staff          A     -     -     -     -     -     -     -     -     -     -     -
manage_clinic         A     -     -     -     -     -     -     -     -     -     -     -
read_operation        A     -     -     -     -     -     -     -     -     -     -     -
break_glass           -     O     -     O     O     -     -     -     -     -     -     -
close_glass           -     M     M     M     M     -     -     -     -     M     -     -
review_glass          -     V     V     V     V     -     -     -     -     V     -     -
search_audit          V     V     V     V     V     -     -     -     -     V     -     -
export_audit          V     V     V     V     V     -     -     -     -     V     -     -
read_own_audit        M     M     M     M     M     -     -     -     -     M     -     -
read_access           -     P     V     P     P     -     -     -     -     V     -     -
open_home             -     -     -     -     -     R     R     -     -     -     -     -
read_own_access       -     -     -     -     -     R     R     -     -     -     -     -
join_own_visit        -     -     -     -     -     R     R     -     -     -     -     -
verify_own_channel    -     -     -     -     -     R     R     -     -     -     -     -
keep_own_passkeys     -     -     -     -     -     R     R     -     -     -     -     -
read_on_call          -     A     -     A     A     -     -     -     -     -     -     -
page_on_call          -     A     -     A     A     -     -     -     -     -     -     -
answer_page           -     M     -     M     M     -     -     -     -     -     -     -
hand_over             -     L     -     L     L     -     -     -     -     -     -     -
answer_handover       -     M     -     M     M     -     -     -     -     -     -     -
keep_vitals           -     L     -     L     L     -     -     -     -     -     -     -
keep_place            -     -     -     -     -     B     -     -     -     -     -     -
follow_call           -     -     -     -     -     S     S     S     S     -     S     S
tend_queue            -     Q     Q     Q     Q     -     -     -     -     -     -     -
serve_queue           -     Q     -     Q     Q     -     -     -     -     -     -     -
record_call           -     L     -     L     L     -     -     -     -     -     -     -
answer_recording      -     S     -     S     S     S     S     S     S     -     -     S
mark_call             -     L     -     L     L     -     -     -     -     -     -     -
list_recordings       -     E     V     E     E     -     -     -     -     O     -     -
read_recording        -     E     V     E     E     -     -     -     -     O     -     -
watch_recording       -     W     -     W     W     -     -     -     -     O     -     -
mark_recording        -     W     -     W     W     -     -     -     -     O     -     -
review_recording      -     W     -     W     W     -     -     -     -     O     -     -
verify_recording      -     E     V     E     E     -     -     -     -     O     -     -
export_recording      -     W     -     W     W     -     -     -     -     O     -     -
hold_recording        -     V     V     V     V     -     -     -     -     V     -     -
erase_recording       -     V     V     V     V     -     -     -     -     V     -     -
decide_recording      -     E     V     E     E     -     -     -     -     V     -     -
withdraw_recording    -     E     V     E     E     -     -     -     -     V     -     -
create_incident       -     A     -     A     -     -     -     -     -     -     -     -
read_incident         -     L     -     O     L     -     -     -     -     -     -     -
lead_incident         -     L     -     L     L     -     -     -     -     -     -     -
instruct              -     L     -     L     L     -     -     -     -     -     -     -
draw                  -     L     -     L     L     -     -     -     -     -     -     -
see_frame             -     L     -     L     L     -     -     -     -     -     -     D
tell_place            -     -     -     -     -     -     -     -     -     -     -     D
answer_instruction    -     -     -     -     -     -     -     -     -     -     -     D
read_own_recordings   -     -     -     -     -     R     R     -     -     -     -     -
withdraw_own_recording -    -     -     -     -     R     R     -     -     -     -     -
ask_still             -     L     -     L     L     -     -     -     -     -     -     -
send_still            -     C     -     C     C     C     C     C     C     -     -     C
see_still             -     L     -     L     L     C     C     C     C     -     C     C
cancel_still          -     S     -     S     S     S     S     S     S     -     -     S
erase_still           -     L     -     L     L     -     -     -     -     -     -     -
read_stills           -     P     -     P     P     -     -     -     -     -     -     -
"""
COLUMNS = (
    Role.ADMIN, Role.CLINICIAN, Role.FRONT_DESK, Role.DISPATCHER, Role.RESPONDER, Role.PATIENT, Role.CARER,
    Role.EXTERNAL_CLINICIAN, Role.INTERPRETER, Role.REVIEWER, Role.OBSERVER, Role.GUEST,
)  # fmt: skip
LETTERS = {
    "A": Scope.ANYWHERE, "O": Scope.ORGANISATION, "L": Scope.LED, "S": Scope.SEAT,
    "B": Scope.BEFORE_CALL, "D": Scope.ADMITTED, "C": Scope.CALL, "P": Scope.CARE,
    "M": Scope.OWN_ACCOUNT, "V": Scope.PRIVACY, "R": Scope.OWN_RECORD,
    "T": Scope.TALK,
    "Q": Scope.QUEUE, "W": Scope.RECORDED, "E": Scope.RECORDED_OR_PRIVACY,
}  # fmt: skip

P = ParticipantState
SHUT_OUT = {P.DENIED, P.REMOVED}
BEFORE = {P.INVITED, P.CHECKING, P.WAITING, P.ASLEEP}
CALL = {P.ADMITTED, P.CONNECTED, P.RECONNECTING}


@functools.cache
def expected_matrix() -> dict[tuple[Action, Role], str]:
    matrix = {}
    for line in EXPECTED.strip().splitlines()[1:]:
        name, *letters = line.split()
        matrix.update({(Action(name), role): letter for role, letter in zip(COLUMNS, letters, strict=True)})
    return matrix


def test_table_equals_the_matrix_written_by_hand() -> None:
    matrix = expected_matrix()
    assert {action for action, _ in matrix} == set(Action) - PUBLIC
    for (action, role), letter in matrix.items():
        assert TABLE[action].get(role) == LETTERS.get(letter), (action, role)


def test_every_action_is_in_the_table_and_used() -> None:
    assert set(TABLE) == set(Action)
    inside_others = {Action.PUBLISH_MEDIA, Action.SHARE_SCREEN}  # parts of an offer
    assert set(ROUTES.values()) | set(EVENTS.values()) | inside_others == set(Action)


def section(title: str) -> str:
    return PROTOCOL.split(title, 1)[1].split("\n#", 1)[0]


def test_routes_are_those_of_the_protocol() -> None:
    documented = set()
    for row in re.findall(r"^\| (`(?:GET|HEAD|POST|PUT|PATCH|DELETE) [^|]*)\|", section("### 1.2 Endpoints"), re.M):
        documented |= set(re.findall(r"`((?:GET|HEAD|POST|PUT|PATCH|DELETE) [^`]+)`", row))
    assert documented == set(ROUTES)


def test_events_are_those_of_the_protocol() -> None:
    text = section("### 2.3 Commands")
    call, staff_text = text.split("Namespace `/staff`")
    documented = set()
    for row in re.findall(r"^\| (`[^|]*)\|", call, re.M):
        documented |= {f"/call {name}" for name in re.findall(r"`(\w+)`", row)}
    documented |= {f"/staff {name}" for name in re.findall(r"`(\w+) \{", staff_text)}
    assert documented | {"/call connect", "/staff connect"} == set(EVENTS)


GUARDED = [action for action in Action if action not in PUBLIC]


@pytest.mark.parametrize("role", list(STAFF_ROLES), ids=str)
def test_staff_in_every_standing(role: Role) -> None:
    for action in GUARDED:
        try_every_standing(role, action)


def try_every_standing(role: Role, action: Action) -> None:
    letter = expected_matrix()[action, role]
    user_id = f"usr_{role.value}"
    states: list[ParticipantState | None] = [None, *ParticipantState]
    for own_house, made_it, state in itertools.product((True, False), (True, False), states):
        session = a_session(organisation_id="org_1" if own_house else "org_2", created_by=user_id if made_it else "usr_other")
        seat = None if state is None else a_seat(role, state, user_id=user_id, admitted_at=NOW)
        leads = own_house and (made_it if state is None else state not in SHUT_OUT)
        allowed = {
            "A": True,
            "M": True,
            "O": own_house,
            "L": leads,
            "S": own_house and state is not None and state not in SHUT_OUT,
            "D": own_house and state in CALL | {P.ON_HOLD},
            "C": own_house and state in CALL,
            "T": own_house and state in CALL | {P.WAITING, P.ASLEEP},
        }.get(letter, False)
        assert may(staff(role), action, session, seat) is allowed, (action, own_house, made_it, state)


def test_who_only_wrote_to_somebody_who_waits_has_no_part_in_the_visit() -> None:
    wrote = a_staff_seat(state=P.LEFT)
    for action in (Action.READ_NOTE, Action.COMPLETE_SESSION, Action.END_SESSION, Action.ADMIT):
        assert not may(staff(), action, a_session(created_by="usr_other"), wrote)
        assert may(staff(), action, a_session(created_by="usr_clinician"), wrote), "whoever made it leads it"
        assert may(staff(), action, a_session(created_by="usr_other"), a_staff_seat(state=P.LEFT, admitted_at=NOW))


@pytest.mark.parametrize("role", [role for role in Role if role not in STAFF_ROLES], ids=str)
def test_guests_in_every_state(role: Role) -> None:
    for action, state in itertools.product(GUARDED, ParticipantState):
        letter = expected_matrix()[action, role]
        seat = a_seat(role, state)
        allowed = {
            "S": state not in SHUT_OUT,
            "B": state in BEFORE,
            "D": state in CALL | {P.ON_HOLD},
            "C": state in CALL,
            "T": state in CALL | {P.WAITING, P.ASLEEP},
        }.get(letter, False)
        assert may(holder(seat), action, a_session(), seat) is allowed, (action, state)


@pytest.mark.parametrize("action", list(Action), ids=str)
def test_nobody_may_only_what_is_public(action: Action) -> None:
    assert may(None, action, a_session(), a_seat()) is (action in PUBLIC)


@pytest.mark.parametrize("action", GUARDED, ids=str)
def test_a_seat_of_another_person_or_session_gives_no_right(action: Action) -> None:
    mine = a_seat(Role.PATIENT, P.CONNECTED)
    elsewhere = a_session(id="ses_2")
    assert not may(holder(mine), action, elsewhere, mine)
    assert not may(holder(mine), action, a_session(), None)
    assert not may(holder(mine), action, a_session(), a_seat(Role.PATIENT, P.CONNECTED, id="par_other"))
    staff_seat = a_staff_seat()
    assert not may(staff(Role.DISPATCHER), action, a_session(), staff_seat)  # the seat of a colleague
    assert not may(holder(staff_seat), action, a_session(), staff_seat)  # a staff seat needs the staff identity


@pytest.mark.parametrize("action", [Action.ADMIT, Action.DENY, Action.HOLD, Action.REMOVE, Action.CONFIRM_IDENTITY], ids=str)
def test_acts_on_people_stay_in_the_session_and_off_oneself(action: Action) -> None:
    session, seat = a_session(), a_staff_seat()
    assert may(staff(), action, session, seat, a_seat())
    assert not may(staff(), action, session, seat, a_seat(session_id="ses_2"))
    assert not may(staff(), action, session, seat, seat)


def test_admin_touches_no_session() -> None:
    granted = {action for action, grants in TABLE.items() if Role.ADMIN in grants} - PUBLIC
    assert not granted & set(EVENTS.values())
    people = re.compile(r"\{id\}|\{patient_id\}|break|patients|sessions|today")
    about_people = {action for route, action in ROUTES.items() if people.search(route)}
    assert about_people - PUBLIC and not granted & about_people
    by_seat_or_care = {scope for scope in Scope if scope not in (Scope.ANYWHERE, Scope.OWN_ACCOUNT, Scope.PRIVACY)}
    assert not {TABLE[action][Role.ADMIN] for action in granted} & by_seat_or_care


def test_check_tells_strangers_from_people_without_the_right() -> None:
    with pytest.raises(NotSignedIn):
        check(None, Action.READ_TODAY)
    with pytest.raises(NotAllowed):
        check(staff(Role.ADMIN), Action.READ_TODAY)
    check(staff(), Action.READ_TODAY)
