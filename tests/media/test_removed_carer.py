"""A carer whose right to be in visits is taken away loses socket and media within two seconds; the others go on."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest

from telemed.store.demo_patient import CARER_ADDRESS, NAME
from tests.browser.server import Server
from tests.client.seat import Api, RefusedError, open_link
from tests.media.conftest import Visit, open_visit
from tests.media.test_removed_staff import LIMIT, last_frame, socket_end
from tests.media.test_second_client import meet


async def signed_in(server: Server, http: aiohttp.ClientSession) -> Api:
    """The demo's carer at Home, by a code."""
    api = Api(server.base_url, http)
    step = (await api.post("/person/code", contact=CARER_ADDRESS))["step"]
    deadline = time.monotonic() + 15
    while (code := (await api.post("/demo/code", contact=CARER_ADDRESS))["code"]) is None:
        assert time.monotonic() < deadline, "no code came"
        await asyncio.sleep(0.1)
    return Api(server.base_url, http, (await api.post("/person/confirm", step=step, code=code))["token"])


@pytest.mark.parametrize("act", ["revoke", "scope"])
async def test_socket_and_media_of_a_carer_end_at_once(server: Server, http: aiohttp.ClientSession, act: str) -> None:
    visit: Visit = await open_visit(server, http)
    try:
        staff, session_id = visit.staff, visit.doctor.session_id
        (found,) = (await staff.post("/patients/search", text=NAME))["patients"]
        record = f"/patients/{found['id']}"
        await staff.post(f"/sessions/{session_id}/patient", patient_id=found["id"])
        home = await signed_in(server, http)
        path = (await home.post(f"/home/visits/{session_id}/join"))["path"]
        await meet(visit, 1)
        patient = visit.people[0]
        carer = await visit.bring_in(server.base_url + path, "Ben")
        everybody = (carer, visit.doctor, patient)
        await carer.negotiate()
        for person in everybody:
            await person.until(lambda p=person: len(p.tracks()) == 4)
            await person.negotiate()
        await asyncio.gather(carer.receives(videos=2, audios=2), patient.receives(videos=2, audios=2))
        (line,) = (await staff.call("GET", record))["carers"]
        if act == "revoke":
            await staff.post(f"{record}/carers/{line['id']}/revoke")
        else:
            await staff.call("PATCH", f"{record}/carers/{line['id']}", {"scope": ["see_visits"]})
        answered = time.monotonic()
        ended, heard = await asyncio.gather(socket_end(carer), last_frame(carer))
        delays = {"socket": ended - answered, "to them": heard - answered}
        print(act, {name: round(seconds, 2) for name, seconds in delays.items()})
        assert all(seconds <= LIMIT for seconds in delays.values()), delays
        assert carer.goodbye == "removed"
        await asyncio.gather(*(person.receives(videos=1, audios=1) for person in (visit.doctor, patient)))
        for refused in (open_link(server.base_url, http, server.base_url + path), home.post(f"/home/visits/{session_id}/join")):
            with pytest.raises(RefusedError):
                await refused
    finally:
        await visit.close()
