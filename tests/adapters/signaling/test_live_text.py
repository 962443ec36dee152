"""Real-time text: seen as it is written, kept once, through reconnects and the death of control."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from telemed.care.live_lines import IDLE_SECONDS
from telemed.care.roles import Role
from telemed.signaling.event_rates import EVENT_RATES, EventRate
from tests.adapters.signaling.world import Client, Json, Visit, World, command_id, until

LINE = "line-of-ada-0001"


class Reader:
    """Keeps what a page would show of the lines others write, and says when something is missing."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def lines(self) -> dict[str, str]:
        """Text by line id; a gap is the loss marker."""
        shown: dict[str, tuple[int, str]] = {}
        for event in self.client.live:
            data = event["data"]
            if event["type"] == "text_now":
                shown = {line["line"]: (line["sequence"], line["text"]) for line in data["lines"]}
            elif event["type"] == "text_gone":
                shown.pop(data["line"], None)
            elif event["type"] == "text":
                shown[data["line"]] = after(shown.get(data["line"], (0, "")), data)
        finished = {line["command_id"] for line in self.client.state["chat"]}
        return {line: text for line, (_, text) in shown.items() if line not in finished}

    async def reads(self, text: str, line: str = LINE) -> None:
        await until(lambda: self.lines().get(line) == text, text)


def after(known: tuple[int, str], data: Json) -> tuple[int, str]:
    sequence, text = known
    if not data.get("reset") and data["sequence"] != sequence + 1:
        return data["sequence"], text + "\ufffd"
    text = "" if data.get("reset") else text
    for edit in data["edits"]:
        text = text[: edit["at"]] + edit["insert"] + text[edit["at"] + edit["erase"] :]
    return data["sequence"], text


def put(sequence: int, at: int, insert: str, erase: int = 0, line: str = LINE, **more: Any) -> Json:
    return {"line": line, "sequence": sequence, "edits": [{"at": at, "erase": erase, "insert": insert}], **more}


async def kept(world: World, visit: Visit, wanted: list[str]) -> None:
    """Wait until these lines are stored: the server's own clock may be doing it meanwhile."""
    async with asyncio.timeout(20):
        while await bodies(world, visit) != wanted:
            pass


async def bodies(world: World, visit: Visit) -> list[str]:
    async with world.store.read() as tx:
        return [line.body for line in await tx.messages.in_session(visit.id)]


async def test_letters_arrive_are_taken_back_and_become_one_message(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, _seat = await visit.call()
    reader = Reader(doctor)
    for number, letter in enumerate("Hallo", 1):
        assert (await patient.do("text", **put(number, number - 1, letter)))["sequence"] == number
    await reader.reads("Hallo")
    await patient.do("text", **put(6, 1, "e", erase=1))
    await reader.reads("Hello")
    assert await bodies(world, visit) == [], "nothing is kept before it is finished"
    payload = {"command_id": LINE, "body": "Hello"}
    first = await patient.send("chat", payload)
    assert await patient.send("chat", payload) == first
    await until(lambda: [line["command_id"] for line in doctor.state["chat"]] == [LINE])
    assert reader.lines() == {}
    assert await patient.refused("text", **put(7, 0, "x")) == "line_over"
    assert await bodies(world, visit) == ["Hello"]


async def test_what_is_said_twice_is_done_once_and_a_gap_is_named(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, _seat = await visit.call()
    reader = Reader(doctor)
    for _ in range(3):
        assert (await patient.do("text", **put(1, 0, "a")))["sequence"] == 1
    assert await patient.refused("text", **put(3, 1, "c")) == "text_gap"
    await patient.do("text", **put(4, 0, "abc", reset=True))
    await reader.reads("abc")


async def test_a_reader_who_comes_back_has_the_whole_line_and_nothing_twice(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, _seat = await visit.call()
    await patient.do("text", **put(1, 0, "one "))
    await Reader(doctor).reads("one ")
    position = (doctor.epoch, doctor.sequence)
    await doctor.close()
    await patient.do("text", **put(2, 4, "two "))
    await patient.do("chat", command_id=LINE, body="one two")
    await patient.do("text", **put(1, 0, "three", line="line-of-ada-0002"))
    back = Client(world.base, "/call")
    back.state = doctor.state
    world.clients.append(back)
    await back.connect(await world.visits.issue_ticket(world.doctor, visit.id), resume=position)
    await until(lambda: any(event["type"] == "text_now" for event in back.live), "what is being written")
    assert [event["data"]["body"] for event in back.stream if event["type"] == "chat"] == ["one two"]
    assert Reader(back).lines() == {"line-of-ada-0002": "three"}


async def test_the_server_finishes_what_its_writer_does_not(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    await patient.do("text", **put(1, 0, "  thinking  "))
    await world.sweep(ahead=IDLE_SECONDS - 5)
    assert await bodies(world, visit) == []
    await world.sweep(ahead=6)
    await until(lambda: [line["body"] for line in doctor.state["chat"]] == ["thinking"])
    assert (await patient.send("chat", {"command_id": LINE, "body": "thinking more"}))["result"]["message"]["body"] == "thinking"
    await patient.do("text", **put(1, 0, "second", line="line-of-ada-0002"))
    await patient.do("text", **put(1, 0, "third", line="line-of-ada-0003"))
    await until(lambda: [line["body"] for line in doctor.state["chat"]] == ["thinking", "second"])
    await doctor.do("hold", participant_id=visit.patient_id)
    await world.sweep()
    await kept(world, visit, ["thinking", "second", "third"])
    await doctor.do("resume", participant_id=visit.patient_id)
    await patient.do("text", **put(1, 0, "   ", line="line-of-ada-0004"))
    await world.sweep(ahead=IDLE_SECONDS + 1)
    await until(lambda: not list(world.signaling.live.get(visit.id).lines), "blank lines are forgotten")
    await patient.do("text", **put(1, 0, "last", line="line-of-ada-0005"))
    await doctor.do("end")
    await world.sweep()
    await kept(world, visit, ["thinking", "second", "third", "last"])
    assert seat.participant_id == visit.patient_id


async def test_who_waits_and_staff_write_to_each_other_and_nobody_else_reads_it(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, _seat = await visit.call()
    token, guest_id = await visit.invite("guest", "Bo")
    seat = await world.seat_of(await world.visits.open_link(token, "device-of-bo-device-of-bo", None))
    guest = await world.join(seat, visit.id)
    assert await guest.refused("text", **put(1, 0, "x", line="line-of-bo-0001")) == "not_allowed", "not before waiting"
    await guest.do("enter_waiting")
    await guest.do("text", **put(1, 0, "I cannot hear", line="line-of-bo-0001"))
    await Reader(doctor).reads("I cannot hear", "line-of-bo-0001")
    await guest.do("chat", command_id="line-of-bo-0001", body="I cannot hear")
    await doctor.do("text", **put(1, 0, "One", line="line-of-doc-001", to=guest_id))
    await Reader(guest).reads("One", "line-of-doc-001")
    await doctor.do("chat", command_id="line-of-doc-001", body="One moment")
    await until(lambda: [line["body"] for line in guest.state["chat"]] == ["I cannot hear", "One moment"])
    await doctor.do("chat", body="to all")
    await until(lambda: [line["body"] for line in patient.state["chat"]] == ["to all"])
    assert Reader(patient).lines() == {} and not any(event["type"] == "text" for event in patient.live)
    assert await patient.refused("chat", body="x", to=visit.doctor_id) == "not_allowed"
    assert await doctor.refused("chat", body="x", to="par_elsewhere") == "not_found"
    await doctor.do("admit", participant_id=guest_id)
    await until(lambda: guest.state["you"]["state"] == "admitted")
    again = await world.join(world.doctor, visit.id)
    assert [line["body"] for line in again.state["chat"]] == ["I cannot hear", "One moment", "to all"]
    assert [line["body"] for line in guest.state["chat"]] == ["I cannot hear", "One moment"]


async def test_who_is_let_in_reads_what_is_written_from_then_on(world: World) -> None:
    visit = await world.start_visit()
    doctor = await visit.doctor_joins()
    patient, _seat = await visit.patient_joins()
    await doctor.do("text", **put(1, 0, "between us", line="line-of-doc-001"))
    await patient.do("text", **put(1, 0, "half"))
    await doctor.do("admit", participant_id=visit.patient_id)
    await doctor.do("text", **put(1, 0, "welcome", line="line-of-doc-002"))
    await Reader(patient).reads("welcome", "line-of-doc-002")
    assert "between us" not in str(patient.heard)
    await patient.do("text", **put(2, 4, " a line"))
    assert await bodies(world, visit) == ["between us"]


async def test_control_dies_and_the_writer_says_the_line_again(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, seat = await visit.call()
    await patient.do("text", **put(1, 0, "half a"))
    await Reader(doctor).reads("half a")
    world.signaling.live.get(visit.id).lines.forget(visit.patient_id, LINE)  # a kill asks nobody to flush
    await world.restart()
    doctor = await visit.doctor_joins()
    await doctor.do("text_sync")
    await until(lambda: {"type": "text_now", "data": {"lines": []}} in doctor.live, "so the page marks the loss")
    patient = await world.join(seat, visit.id)
    assert await patient.refused("text", **put(2, 6, " line")) == "text_gap"
    await patient.do("text", **put(3, 0, "half a line", reset=True))
    await Reader(doctor).reads("half a line")
    await patient.do("chat", command_id=LINE, body="half a line")
    assert await bodies(world, visit) == ["half a line"]


async def test_a_stop_in_order_keeps_what_was_written(world: World) -> None:
    visit = await world.start_visit()
    _doctor, patient, _seat = await visit.call()
    await patient.do("text", **put(1, 0, "unfinished"))
    await world.restart()
    assert await bodies(world, visit) == ["unfinished"]


async def test_what_harms_readers_is_taken_out_and_too_much_is_refused(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, _seat = await visit.call()
    await patient.do("text", **put(1, 0, "a\u202eb\u0000\u001b[2Jc\u2066d\ufeff"))
    await Reader(doctor).reads("ab[2Jcd")
    for wrong in (
        put(2, 0, "x" * 2001),
        put(0, 0, "x"),
        put(-1, 0, "x"),
        put(2, -1, "x"),
        put(2, 0, "x", erase=-1),
        put(2, 0, "\ud800"),
        {**put(2, 0, "x"), "edits": [{"at": 0, "erase": 0, "insert": "x"}] * 21},
        {**put(2, 0, "x"), "edits": [{"at": 0, "erase": 0, "insert": "x", "more": 1}]},
        put(2, 0, "x", line="../../etc"),
    ):
        assert await patient.refused("text", **wrong) == "invalid_input", wrong
    assert await patient.refused("text", **put(2, 9, "x", erase=9)) == "text_edit"
    assert await patient.refused("text", **put(2, 0, "x" * 1999)) == "text_too_long"
    await Reader(doctor).reads("ab[2Jcd")


async def test_a_flood_of_edits_is_refused_and_the_line_goes_on(world: World) -> None:
    visit = await world.start_visit()
    doctor, patient, _seat = await visit.call()
    answers = [await patient.send("text", **put(number, 0, "x")) for number in range(1, 45)]
    assert answers[-1]["error"]["code"] in ("too_many", "text_gap")
    world.clock.ahead += 5
    await patient.do("text", **put(99, 0, "all of it", reset=True))
    await Reader(doctor).reads("all of it")


async def test_lines_begun_anew_make_no_more_messages_than_sending_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cast(dict[str, EventRate], EVENT_RATES), "chat", EventRate(0.001, 3))
    visit = await world.start_visit()
    _doctor, patient, _seat = await visit.call()
    answers = [await patient.send("text", **put(1, 0, "x", line=f"line-number-{number}")) for number in range(6)]
    assert [answer["ok"] for answer in answers] == [True] * 4 + [False] * 2 and answers[-1]["error"]["code"] == "too_many"
    assert len(await bodies(world, visit)) == 3
    world.clock.ahead += 1100
    await patient.do("text", **put(1, 0, "on it goes", line="line-number-99"))


async def test_observers_read_and_write_nothing_of_their_own(world: World) -> None:
    visit = await world.start_visit()
    doctor, _patient, _seat = await visit.call()
    token, watcher = await visit.invite(Role.OBSERVER.value, "Student")
    seat = await world.seat_of(await world.visits.open_link(token, "device-of-observer-xxx", None))
    observer = await world.join(seat, visit.id)
    await observer.do("enter_waiting")
    await doctor.do("admit", participant_id=watcher)
    assert await observer.refused("text", **put(1, 0, "x")) == "not_allowed"
    await doctor.do("text", **put(1, 0, "hello", line="line-of-doc-001"))
    await Reader(observer).reads("hello", "line-of-doc-001")


async def test_needs_are_seen_before_answering_and_kept(world: World) -> None:
    visit = await world.start_visit()
    doctor = await visit.doctor_joins()
    board = await world.today(world.staff["desk"])
    patient, seat = await visit.patient_joins(waiting=False)
    said = command_id()
    for _ in range(2):
        assert (await patient.send("needs", {"command_id": said, "needs": ["sign_language", "cannot_hear"]}))["ok"]
    await patient.do("enter_waiting")
    await until(lambda: board.state["waiting"] and board.state["waiting"][0]["needs"] == ["cannot_hear", "sign_language"])
    await until(lambda: doctor.person(visit.patient_id).get("needs") == ["cannot_hear", "sign_language"])
    await world.restart()
    again = await world.join(seat, visit.id)
    assert again.me()["needs"] == ["cannot_hear", "sign_language"]
    await again.do("needs", needs=[])
    async with world.store.read() as tx:
        kept = await tx.participants.get(visit.patient_id)
        trail = [row.action for row in await tx.audit.page(limit=200)]
    assert kept is not None and kept.needs == ()
    assert trail.count("participant.needs_said") == 2
