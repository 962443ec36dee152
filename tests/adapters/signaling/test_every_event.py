"""Every event of both namespaces, one by one: too large, too fast, with attachments, in a role or for a person it is not for."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import aiohttp
import pytest

from telemed.care.permissions import EVENTS, TABLE
from telemed.care.roles import Role
from telemed.signaling.schemas import CALL_COMMANDS, STAFF_COMMANDS
from tests.adapters.signaling.raw import RawSocket
from tests.adapters.signaling.test_hostile import STAFF_VALID, VALID, bystanders
from tests.adapters.signaling.world import Client, Visit, World, command_id, until

NAMESPACES = {**dict.fromkeys(CALL_COMMANDS, "/call"), **dict.fromkeys(STAFF_COMMANDS, "/staff")}
FIELDS: dict[str, dict[str, Any]] = {**VALID, **STAFF_VALID}
TOO_LARGE = "x" * 70_000  # beyond the 64 KiB of one message
TOO_MANY = 200  # above a burst of 60 and what is given back meanwhile
GUEST_ROLES = ("patient", "guest", "interpreter", "observer", "external_clinician")


def test_every_event_is_here() -> None:
    assert FIELDS.keys() == NAMESPACES.keys()
    assert {f"{namespace} {event}" for event, namespace in NAMESPACES.items()} == {
        name for name in EVENTS if not name.endswith(" connect")
    }


async def joined(world: World, raw: RawSocket, visit: Visit, namespace: str) -> None:
    """A hand-made connection of the doctor."""
    if namespace == "/call":
        ticket = await world.visits.issue_ticket(world.doctor, visit.id)
    else:
        ticket = await world.visits.issue_staff_ticket(world.doctor)
    assert (await raw.connect(namespace, {"protocol": 1, "ticket": ticket})).startswith(f"40{namespace}")


@pytest.mark.parametrize("event", sorted(NAMESPACES))
async def test_an_event_that_is_too_large_ends_that_connection_only(world: World, event: str) -> None:
    visit = await world.start_visit()
    async with bystanders(world), RawSocket(world.base) as raw:
        await joined(world, raw, visit, NAMESPACES[event])
        payload = {"command_id": command_id(), **FIELDS[event], "more": TOO_LARGE}
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):  # cut off while it is being sent
            await raw.ws.send_str(f"42{NAMESPACES[event]},1{json.dumps([event, payload])}")
        assert await raw.ended()
        assert world.signaling.live.get(visit.id).session.ended_at is None, "it was not carried out"


@pytest.mark.parametrize("event", sorted(NAMESPACES))
async def test_an_event_sent_too_fast_ends_that_connection_only(world: World, event: str) -> None:
    visit = await world.start_visit()
    async with bystanders(world), RawSocket(world.base) as raw:
        await joined(world, raw, visit, NAMESPACES[event])
        before = world.signaling.counters.get("socket.too_fast")
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):  # cut off meanwhile
            for number in range(TOO_MANY):
                await raw.ws.send_str(f'42{NAMESPACES[event]},{number}["{event}",{{}}]')
        assert await raw.ended()
        assert world.signaling.counters.get("socket.too_fast") > before


@pytest.mark.parametrize("event", sorted(NAMESPACES))
async def test_an_event_with_attachments_ends_that_connection_only(world: World, event: str) -> None:
    visit = await world.start_visit()
    namespace = NAMESPACES[event]
    for attachments in (1, 1_000_000_000):
        async with bystanders(world), RawSocket(world.base) as raw:
            await joined(world, raw, visit, namespace)
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await raw.ws.send_str(f'45{attachments}-{namespace},7["{event}",{{"_placeholder":true,"num":0}}]')
                await raw.ws.send_bytes(bytes(100))
            assert await raw.ended(), attachments


@pytest.mark.parametrize("role", GUEST_ROLES)
async def test_no_role_sends_an_event_it_is_not_granted(world: World, role: str) -> None:
    """Seated and in the call, so that only the role is missing."""
    visit = await world.start_visit()
    doctor, patient, _seat = await visit.call()
    person = patient if role == "patient" else await seated(world, visit, doctor, role)
    target = {"participant_id": visit.doctor_id}
    denied = [event for event in CALL_COMMANDS if Role(role) not in TABLE[EVENTS[f"/call {event}"]]]
    assert {"admit", "deny", "hold", "resume", "remove", "decide_move", "end"} <= set(denied)
    for event in denied:
        fields = {**FIELDS[event], **(target if "participant_id" in FIELDS[event] else {})}
        assert await person.refused(event, **fields) == "not_allowed", event
    assert doctor.sio.connected and doctor.state["you"]["state"] == "admitted"


async def seated(world: World, visit: Visit, doctor: Client, role: str) -> Client:
    """Somebody in the call with a role."""
    token, participant_id = await visit.invite(role)
    opened = await world.visits.open_link(token, f"device-of-the-{role}", None)
    person = await world.join(await world.seat_of(opened), visit.id)
    await person.do("enter_waiting")
    await doctor.do("admit", participant_id=participant_id)
    await until(lambda: person.state["you"]["state"] == "admitted", "admitted")
    return person


@pytest.mark.parametrize("event", [name for name, fields in FIELDS.items() if {"participant_id", "request_id"} & fields.keys()])
async def test_no_event_reaches_into_another_session(world: World, event: str) -> None:
    """The doctor's own connection, aimed at a colleague's patient, who notices nothing; also at nobody."""
    mine, theirs = await world.start_visit(), await world.start_visit(world.staff["colleague"])
    _colleague, patient, _seat = await theirs.call()
    if NAMESPACES[event] == "/call":
        person = await mine.doctor_joins()
        aims = [theirs.patient_id, "par_0000"]
    else:  # Today belongs to the clinic: whose patient it is does not matter there, and who is in a call does not arrive
        person = await world.today(world.doctor)
        aims = ["par_0000", mine.id]
    before = list(patient.stream)
    for aim in aims:
        fields = {**FIELDS[event]}
        if "participant_id" in fields:
            fields["participant_id"] = aim
        assert await person.refused(event, **fields) == "not_found", (event, aim)
    assert patient.stream == before and patient.state["you"]["state"] == "admitted"


async def test_roles_without_today_or_a_call_get_no_connection(world: World) -> None:
    visit = await world.start_visit()
    with pytest.raises(Exception, match="may not"):
        await world.visits.issue_staff_ticket(world.staff["admin"])
    for name in ("desk", "admin"):
        with pytest.raises(Exception, match="may not"):
            await world.visits.issue_ticket(world.staff[name], visit.id)
