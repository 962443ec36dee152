"""Role x socket event x ownership, asked of a running server: what the table says, for the own visit and everybody else's."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import socketio

from telemed.care.actions import Action
from telemed.care.identity import Identity, Staff
from telemed.care.permission_table import EVENTS, TABLE, Scope
from telemed.care.roles import CARE_ROLES, LINK_ROLES, STAFF_ROLES, Role
from telemed.errors import NotAllowed, NotFound
from tests.adapters.signaling.test_hostile import STAFF_VALID, VALID
from tests.adapters.signaling.world import Client, until
from tests.rights.expectations import Whose
from tests.rights.house import House, Json, number
from tests.rights.things import PLACE

CALL_EVENTS = {name.split()[1]: action for name, action in EVENTS.items() if name.startswith("/call ") and "connect" not in name}
FIELDS: dict[str, Json] = {**VALID, **STAFF_VALID}
BEYOND = (Whose.COLLEAGUE, Whose.SITE, Whose.ORGANISATION)
LAST = ("end", "leave")  # the call is over for the asker when they are carried out
# What an allowed command may meet: the state of the seat it is about, nothing under that id, or what the clinic has decided.
MEETS = {"conflict", "not_found", "stale_attempt", "gone", "emergency_off", "not_the_caller", "not_in_call", "not_moved"}


@dataclass
class Cells:
    """What was tried, and what was not as promised."""

    tried: int = 0
    wrong: list[str] = field(default_factory=list)

    def note(self, is_right: bool, what: str) -> None:
        self.tried += 1
        if not is_right:
            self.wrong.append(what)


def test_every_event_has_a_sample() -> None:
    """A new event is tried with the fields in tests/adapters/signaling/test_hostile.py; without them nothing can be told."""
    assert {name.split()[1] for name in EVENTS} - {"connect"} == FIELDS.keys()


@dataclass
class Visit:
    """A visit with the asker in it, somebody else let in, and somebody who waits."""

    session_id: str
    leader: Staff
    seated: str
    waiting: str


async def visit_of(house: House, leader: Staff) -> Visit:
    session_id = await house.session(leader)
    doctor = await join(house, leader, session_id)
    try:
        waiting = [await waits(house, leader, session_id) for _ in range(2)]
        await doctor.do("admit", participant_id=waiting[0])
    finally:
        await doctor.close()
    return Visit(session_id, leader, waiting[0], waiting[1])


async def waits(house: House, leader: Staff, session_id: str, role: Role = Role.GUEST) -> str:
    """Somebody came by a link and waits; -> participant id."""
    _, seat = await house.seat(leader, session_id, role)
    guest = await join(house, seat, session_id)
    await guest.do("enter_waiting")
    await guest.close()
    return seat.participant_id


async def join(house: House, identity: Identity, session_id: str) -> Client:
    client = Client(house.url, "/call")
    await client.connect(await house.signaling.visits.issue_ticket(identity, session_id))
    return await client.ready()


def fields_of(event: str, visit: Visit) -> Json:
    """A good payload about somebody of the visit."""
    known = dict(FIELDS[event])
    if "participant_id" in known:
        known["participant_id"] = visit.waiting if event in ("admit", "deny") else visit.seated
    return known


FOR_GUESTS = (*(name for name in CALL_EVENTS if name not in LAST), *LAST)
FOR_STAFF = FOR_GUESTS[:-2]


async def send_all(
    client: Client, visit: Visit, role: Role, standing: set[Scope], cells: Cells, events: tuple[str, ...] = FOR_GUESTS
) -> None:
    """Send events, one after the other."""
    for event in events:
        scope = TABLE[CALL_EVENTS[event]].get(role)
        answer = await client.send(event, **fields_of(event, visit))
        code = "" if answer["ok"] else str(answer["error"]["code"])
        is_right = (not code or code in MEETS) if scope in standing else code == "not_allowed"
        cells.note(is_right, f"{role} {event} ({scope}): {code or 'done'}")


@pytest.mark.timeout(120)
async def test_seats_that_came_by_a_link(house: House) -> None:
    cells = Cells()
    leader = house.staff("north", Role.CLINICIAN)
    visit = await visit_of(house, leader)
    for role in sorted(LINK_ROLES):
        _, seat = await house.seat(leader, visit.session_id, role)
        early = await join(house, seat, visit.session_id)
        await send_all(early, visit, role, {Scope.SEAT, Scope.BEFORE_CALL, Scope.TALK}, cells)
        await early.close()
        seat_id = await waits(house, leader, visit.session_id, role)
        doctor = await join(house, leader, visit.session_id)
        await doctor.do("admit", participant_id=seat_id)
        await doctor.close()
        _, other = await house.seat(leader, visit.session_id, role)
        in_call = await admitted(house, leader, visit, role)
        await send_all(in_call, visit, role, {Scope.SEAT, Scope.ADMITTED, Scope.CALL, Scope.TALK}, cells)
        await in_call.close()
        elsewhere = await house.session(leader)
        with pytest.raises((NotAllowed, NotFound)):
            await house.signaling.visits.issue_ticket(other, elsewhere)
    assert not cells.wrong, "\n".join(cells.wrong)
    assert cells.tried == 2 * len(LINK_ROLES) * len(CALL_EVENTS)


async def admitted(house: House, leader: Staff, visit: Visit, role: Role) -> Client:
    """A seat in the call."""
    _, seat = await house.seat(leader, visit.session_id, role)
    client = await join(house, seat, visit.session_id)
    await client.do("enter_waiting")
    doctor = await join(house, leader, visit.session_id)
    await doctor.do("admit", participant_id=seat.participant_id)
    await doctor.close()
    return client


@pytest.mark.timeout(120)
async def test_staff_in_their_own_and_in_others_visits(house: House) -> None:
    cells = Cells()
    for role in sorted(STAFF_ROLES):
        staff = (await house.account("north", role)).staff
        others = {
            whose: await house.session(house.staff(PLACE[whose], Role.DISPATCHER)) for whose in Whose if whose is not Whose.OWN
        }
        for whose, session_id in others.items():
            await refused_ticket(house, staff, session_id, whose, cells)
        if role in CARE_ROLES:
            visit = await visit_of(house, staff)
            client = await join(house, staff, visit.session_id)
            standing = {Scope.SEAT, Scope.ADMITTED, Scope.CALL, Scope.TALK, Scope.LED}
            await send_all(client, visit, role, standing, cells, FOR_STAFF)
            await client.close()
            for event in ("leave", "end"):  # each ends the connection
                client = await join(house, staff, visit.session_id)
                await send_all(client, visit, role, standing, cells, (event,))
                await client.close()
            await names_others_seats(house, staff, others, cells)
    assert not cells.wrong, "\n".join(cells.wrong)
    assert cells.tried >= len(STAFF_ROLES) * 3 + len(CARE_ROLES) * len(CALL_EVENTS)


async def refused_ticket(house: House, staff: Staff, session_id: str, whose: Whose, cells: Cells) -> None:
    """Nobody connects to a visit without a seat in it; what is beyond one's site is not there."""
    wanted = NotFound if whose in (Whose.SITE, Whose.ORGANISATION) else NotAllowed
    try:
        await house.signaling.visits.issue_ticket(staff, session_id)
        got: type[Exception] | None = None
    except (NotAllowed, NotFound) as error:
        got = type(error)
    cells.note(got is wanted, f"{staff.role} /call connect, {whose}: {got}")


async def names_others_seats(house: House, staff: Staff, others: dict[Whose, str], cells: Cells) -> None:
    """Commands about people of other visits find nobody."""
    own = await visit_of(house, staff)
    client = await join(house, staff, own.session_id)
    for whose, session_id in others.items():
        async with house.store.read() as tx:
            stranger = (await tx.participants.in_session(session_id))[0].id
        for event in ("admit", "deny", "hold", "resume", "remove"):
            answer = await client.send(event, participant_id=stranger)
            code = "" if answer["ok"] else answer["error"]["code"]
            cells.note(code == "not_found", f"{staff.role} {event}, {whose}: {code or 'done'}")
    await client.close()


@pytest.mark.timeout(120)
async def test_today_and_its_only_command(house: House) -> None:
    cells = Cells()
    arrived = {}
    for whose in BEYOND:
        leader = house.staff(PLACE[whose], Role.DISPATCHER)
        arrived[whose] = await waits(house, leader, await house.session(leader))
    for role in sorted(STAFF_ROLES):
        staff = (await house.account("north", role)).staff
        may_connect = role in TABLE[Action.CONNECT_STAFF]
        client = await today(house, staff)
        cells.note((client is not None) is may_connect, f"{role} /staff connect")
        if client is None:
            continue
        seen = {row["participant_id"] for row in client.state["waiting"]}
        cells.note(seen == {arrived[Whose.COLLEAGUE]}, f"{role} sees {seen}")
        for whose, participant_id in arrived.items():
            answer = await client.send("acknowledge", participant_id=participant_id)
            code = "" if answer["ok"] else answer["error"]["code"]
            cells.note(
                code == ("" if whose is Whose.COLLEAGUE else "not_found"), f"{role} acknowledge, {whose}: {code or 'done'}"
            )
        await client.close()
    assert not cells.wrong, "\n".join(cells.wrong)


async def today(house: House, staff: Staff) -> Client | None:
    client = Client(house.url, "/staff")
    try:
        ticket = await house.signaling.visits.issue_staff_ticket(staff)
        await client.connect(ticket)
    except (NotAllowed, socketio.exceptions.ConnectionError):
        return None
    return await client.ready()


async def test_today_tells_each_site_its_own(house: House) -> None:
    """What arrives on the stream, not only what stands in the snapshot; and each reads the own clinic's name."""
    clients = {place: await today(house, house.staff(place, Role.FRONT_DESK)) for place in house.places}
    everywhere = await today(house, (await house.account("north", Role.FRONT_DESK, site_id=None)).staff)
    sessions = {place: await house.session(house.staff(place, Role.CLINICIAN)) for place in house.places}
    for place, client in [*clients.items(), ("everywhere", everywhere)]:
        assert client is not None
        wanted = {sessions[place]} if place in sessions else {sessions["north"], sessions["south"]}
        await wait_for_rows(client, wanted)
        ids = {row["data"]["id"] for row in client.stream if row["type"] == "session_row"}
        assert ids == wanted, place
        clinic = client.state["clinic"]["name"]
        assert clinic == ("Abroadcanary Clinic" if place == "abroad" else "Home Clinic")
        await client.close()


async def wait_for_rows(client: Client, wanted: set[str]) -> None:
    await until(lambda: wanted <= {row["id"] for row in client.state["sessions"]}, f"rows {number()}")


async def test_an_observer_is_always_on_the_patients_list(house: House) -> None:
    """From its first second, without a camera, and whether or not it does anything."""
    leader = house.staff("north", Role.CLINICIAN)
    visit = await visit_of(house, leader)
    patient = await admitted(house, leader, visit, Role.PATIENT)
    watcher = await admitted(house, leader, visit, Role.OBSERVER)
    watching = watcher.state["you"]["participant_id"]
    await until(lambda: patient.person(watching), "the patient sees who watches")
    assert patient.person(watching)["role"] == "observer"
    late = await admitted(house, leader, visit, Role.PATIENT)
    assert late.person(watching)["role"] == "observer", "in the first snapshot of who comes later, too"
    for command in ("chat",):
        assert (await watcher.send(command, body="hello"))["error"]["code"] == "not_allowed"
    for client in (patient, watcher, late):
        await client.close()
