"""An independent client on stock aiortc takes part by docs/protocol.md alone."""

from __future__ import annotations

import asyncio

import aiohttp

from tests.browser.server import Server
from tests.media.conftest import Visit, open_visit


async def meet(visit: Visit, people: int) -> None:
    """Bring `people` besides the doctor into the call, everybody sending and receiving everything."""
    for number in range(people):
        link = visit.first_link if number == 0 else await visit.new_link()
        await visit.bring_in(link, f"Person {number + 1}")
    everybody = [visit.doctor, *visit.people]
    for person in everybody:
        await person.negotiate()
    for person in everybody:
        await person.until(lambda p=person: len(p.tracks()) == 2 * people)
        await person.negotiate()


async def test_two_seats_send_and_receive_in_both_directions(visit: Visit) -> None:
    await meet(visit, 1)
    await asyncio.gather(*(p.receives(videos=1, audios=1) for p in (visit.doctor, *visit.people)))
    await visit.people[0].command("chat", body="Good morning")
    await visit.doctor.until(lambda: any(m["body"] == "Good morning" for m in visit.doctor.state["chat"]))
    await visit.doctor.command("end")
    await visit.people[0].until(lambda: visit.people[0].goodbye == "ended")


async def test_nine_people_in_one_room(visit: Visit) -> None:
    await meet(visit, 8)
    await asyncio.gather(*(p.receives(videos=8, audios=8, timeout=100) for p in (visit.doctor, *visit.people)))


async def test_four_rooms_at_once(server: Server, http: aiohttp.ClientSession) -> None:
    visits = [await open_visit(server, http) for _ in range(4)]
    try:
        await asyncio.gather(*(meet(v, 1) for v in visits))
        await asyncio.gather(*(p.receives(videos=1, audios=1, timeout=40) for v in visits for p in (v.doctor, *v.people)))
        rooms = [set(v.doctor.received) for v in visits]
        assert all(not a & b for i, a in enumerate(rooms) for b in rooms[i + 1 :]), "a track crossed rooms"
    finally:
        for v in visits:
            await v.close()
