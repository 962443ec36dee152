"""Two ordinary calls in a process of their own, so that an attacker's busy loop is not mistaken for harm done by the server.

`python -m tests.hostile.bystanders BASE_URL EMAIL PASSWORD`; one JSON object a line on stdin and stdout. Operations: `mark`
starts the measurement anew, `report` says how the calls fared since, `stop` ends the process. Whoever waits in the first room is
admitted: attackers sit there.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import aiohttp

from tests.client.seat import Api, RefusedError, SeatClient, command_id, open_link, sign_in

TICK = 0.02  # seconds: how closely this process watches itself


class Room:
    """A doctor and a patient who see and hear each other."""

    def __init__(self, doctor: SeatClient, patient: SeatClient) -> None:
        self.doctor = doctor
        self.patient = patient
        self.admitting: set[str] = set()
        self.frames: dict[tuple[str, str], int] = {}

    @property
    def people(self) -> tuple[SeatClient, SeatClient]:
        return self.doctor, self.patient

    def mark(self) -> None:
        for person in self.people:
            for record in person.received.values():
                record.longest_gap, record.last = 0.0, time.monotonic()
                self.frames[person.participant_id, record.track_id] = record.frames

    def report(self) -> dict[str, Any]:
        now = time.monotonic()
        records = [(person.participant_id, record) for person in self.people for record in person.received.values()]
        return {
            "gap": max(max(record.longest_gap, now - record.last) for _, record in records),
            "sound": max(max(record.longest_gap, now - record.last) for _, record in records if record.kind == "audio"),
            "frames": min(record.frames - self.frames[who, record.track_id] for who, record in records),
            "tracks": len(records),
            "sockets": all(person.socket.connected for person in self.people),
            "states": [
                p["state"] for p in self.doctor.state["participants"] if p["id"] in {q.participant_id for q in self.people}
            ],
        }

    async def chat(self) -> float:
        """Seconds until a line of the patient reaches the doctor."""
        body = f"line {command_id()}"
        started = await self._say(body)
        await self.doctor.until(lambda: any(m["body"] == body for m in self.doctor.state["chat"]), timeout=10)
        return time.monotonic() - started

    async def _say(self, body: str) -> float:
        """Write a line; when the try that was taken began. Quick tests ask for more lines than one seat may write."""
        for _ in range(50):
            started = time.monotonic()
            try:
                await self.patient.command("chat", body=body)
            except RefusedError as error:
                if error.code != "too_many":
                    raise
                await asyncio.sleep(0.2)  # a seat may write five lines a second
            else:
                return started
        raise AssertionError("no line was taken for ten seconds")

    async def admit(self) -> None:
        """Let in everybody who waits."""
        for person in self.doctor.state["participants"]:
            if person["state"] == "waiting" and person["id"] not in self.admitting:
                self.admitting.add(person["id"])
                await self.doctor.command("admit", participant_id=person["id"])
                self.admitting.discard(person["id"])


async def open_room(staff: Api, base_url: str, http: aiohttp.ClientSession) -> Room:
    """A call with media both ways."""
    made = await staff.post("/sessions", kind="group", command_id=command_id())
    doctor = SeatClient(staff, made["session"]["id"], seat="staff")
    await doctor.connect()
    patient = await open_link(base_url, http, made["link"]["url"])
    await patient.connect()
    await patient.command("set_name", name="Bystander")
    await patient.command("enter_waiting")
    await doctor.command("admit", participant_id=patient.participant_id)
    await patient.until(lambda: patient.state["you"]["state"] == "admitted")
    for person in (doctor, patient):
        await person.negotiate()
    for person in (doctor, patient):
        await person.until(lambda p=person: len(p.tracks()) == 2)
        await person.negotiate()
    await asyncio.gather(*(p.receives(videos=1, audios=1) for p in (doctor, patient)))
    return Room(doctor, patient)


class Watch:
    """How late this process itself ran: what it missed is not the server's fault."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def run(self) -> None:
        while True:
            started = time.monotonic()
            await asyncio.sleep(TICK)
            self.worst = max(self.worst, time.monotonic() - started - TICK)


async def answer(request: dict[str, Any], rooms: list[Room], watch: Watch) -> dict[str, Any]:
    if request["op"] == "mark":
        for room in rooms:
            room.mark()
        watch.worst = 0.0
        return {}
    chat = [await room.chat() for room in rooms]
    return {"rooms": [room.report() for room in rooms], "chat": chat, "lag": watch.worst}


async def main(base_url: str, email: str, password: str) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        staff = await sign_in(base_url, http, (email, password))
        rooms = [await open_room(staff, base_url, http) for _ in range(2)]
        watch = Watch()
        tasks = [asyncio.create_task(watch.run()), asyncio.create_task(admit_forever(rooms[0]))]
        print(json.dumps({"token": staff.token, "session_id": rooms[0].doctor.session_id}), flush=True)
        while line := await reader.readline():
            request = json.loads(line)
            if request["op"] == "stop":
                break
            print(json.dumps(await answer(request, rooms, watch)), flush=True)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for room in rooms:
            for person in room.people:
                await person.close()


async def admit_forever(room: Room) -> None:
    while True:
        await room.admit()
        room.doctor.changed.clear()
        try:
            await asyncio.wait_for(room.doctor.changed.wait(), 0.2)
        except TimeoutError:
            continue


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
