"""What patients' and guests' clients are sent, word by word: no note, no other person's data before admission, no reasons."""

from __future__ import annotations

import json
import logging

import pytest

from tests.adapters.signaling.offers import offer
from tests.adapters.signaling.world import World, command_id, until

NOTE, REASON, PATIENT, OTHER = "CANARY-NOTE", "CANARY-REASON", "CANARY-PATIENT", "CANARY-OTHER"


async def test_no_canary_reaches_a_client_that_may_not_know_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = await world.visits.create_session(world.doctor, "group", PATIENT, REASON, command_id())
    session_id, token = made["session"]["id"], made["link"]["url"].split("#")[1]
    patient_id = made["participant"]["id"]
    doctor = await world.join(world.doctor, session_id)
    seat = await world.seat_of(await world.visits.open_link(token, "device-of-the-patient", None))
    patient = await world.join(seat, session_id)
    link = await world.visits.create_link(world.doctor, session_id, "guest", OTHER, None, command_id())
    guest_id = link["link"]["participant_id"]
    opened = await world.visits.open_link(link["link"]["url"].split("#")[1], "device-of-the-guest", None)
    guest_seat = await world.seat_of(opened)
    guest = await world.join(guest_seat, session_id)

    await world.visits.write_note(world.doctor, session_id, NOTE, 0)
    await world.visits.write_note(world.doctor, session_id, NOTE + " more", 1)
    assert NOTE in (await world.visits.read_note(world.doctor, session_id))["body"]
    await world.visits.edit_session(world.doctor, session_id, None, REASON + " and more")
    for client in (patient, guest):
        await client.do("device_report", camera="ok", microphone="ok", speaker="ok", network="good", rtt_ms=77)
        await client.do("enter_waiting")
    await doctor.do("admit", participant_id=seat.participant_id)
    await world.visits.offer(world.doctor, session_id, offer())
    await world.visits.ask_move(link["link"]["url"].split("#")[1], "a-second-device-of-guest")
    await until(lambda: doctor.state["moves"])
    await doctor.do("chat", body="CANARY-CHAT")
    await until(lambda: "CANARY-CHAT" in str(patient.heard))
    assert "CANARY-CHAT" not in str(guest.heard), "who waits reads no chat"
    assert PATIENT not in str(guest.heard) and patient_id not in str(guest.heard)
    assert OTHER not in str(patient.heard), "who waits is not shown to guests in the call"
    await doctor.do("remove", participant_id=guest_id, reason=REASON)
    await doctor.do("hold", participant_id=seat.participant_id)
    await doctor.do("resume", participant_id=seat.participant_id)
    await doctor.do("end")
    await patient.disconnected.wait()

    assert NOTE not in json.dumps(doctor.heard), "notes travel by HTTP only, even to staff"
    for client in (patient, guest):
        heard = json.dumps(client.heard)
        for canary in (NOTE, REASON, '"device"', '"moves"', '"patient_name"', '"reason": "C'):
            assert canary not in heard, canary
    for record in caplog.records:
        text = record.getMessage()
        for secret in ("CANARY", token, "127.0.0.1:5", seat.participant_id):
            if record.name.startswith("telemed"):
                assert secret not in text, text


async def test_faults_are_reported_by_place_and_hidden_from_clients(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = await world.start_visit()
    doctor = await visit.doctor_joins()

    def broken(*_arguments: object) -> None:
        raise RuntimeError("CANARY in an exception text")

    monkeypatch.setattr("telemed.signaling.chat_lines.views.message_view", broken)
    code = await doctor.refused("chat", body="hello")
    assert code == "internal" and "CANARY" not in caplog.text
    assert "RuntimeError" in caplog.text
    monkeypatch.undo()
    async with world.store.read() as tx:
        assert await tx.messages.in_session(visit.id) == [], "nothing of a failed command stays"
    await doctor.do("chat", body="hello again")
