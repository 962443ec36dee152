"""Nothing a patient types or is told lands in logs, in the trail, or in the answer to somebody else."""

from __future__ import annotations

import logging

import pytest

from telemed.care.notify.records import Medium
from telemed.care.patients.records import ChannelRecord
from telemed.care.patients.words import ChannelKind
from telemed.care.roles import Role
from tests.adapters.web.fakes import START
from tests.adapters.web.patients import NAME, PATIENT_ID
from tests.adapters.web.people import People
from tests.adapters.web.test_person_sign_in import API, MAIL, PHONE, Door, add_carer, door

__all__ = ["door"]
TYPED = "canary@elsewhere.example"
NUMBER = "+49 171 7654321"


async def test_a_whole_sign_in_leaves_no_words(door: Door, people: People, caplog: pytest.LogCaptureFixture) -> None:
    """Every route of the person, good and bad input, at debug."""
    caplog.set_level(logging.DEBUG)
    await add_carer(people, name="Carla Canary")
    async with people.store.write() as tx:
        new = ChannelRecord("chn_new", PATIENT_ID, ChannelKind.EMAIL, "new-canary@example.org", START)
        await tx.channels.create(new)
    bodies = [(await door.ask(TYPED)).text, (await door.ask(NUMBER)).text, (await door.ask("canary no contact")).text]
    step = (await door.ask(PHONE)).json["step"]
    code = await door.code(step)
    bodies.append((await door.confirm(step, "000000" if code != "000000" else "111111")).text)
    token = await door.enter()
    site = door.site
    await site.ask("GET", f"{API}/home")
    await site.ask("GET", f"{API}/home/access")
    await site.ask("POST", f"{API}/home/channel/code", {"channel_id": "chn_new"})
    bodies.append((await site.ask("POST", f"{API}/home/channel/verify", {"channel_id": "chn_new", "code": "999999"})).text)
    bodies.append((await site.ask("POST", f"{API}/person/code", {"contact": TYPED, "canary_field": "canary"})).text)
    door.post.media = set[Medium]()
    bodies.append((await door.ask("canary-other@elsewhere.example")).text)
    site.cookies = {"telemed_staff": await people.token_of(Role.FRONT_DESK)}
    bodies.append((await site.ask("POST", f"{API}/patients/{PATIENT_ID}/channels/chn_new/code", {})).text)
    async with people.store.read() as tx:
        messages = await tx.outbox.about("chn_new")
        trail = [repr(row) for row in await tx.audit.page(limit=500)]
    secrets = [token, code, step.split(".")[1], *(message.details["code"] for message in messages)]
    words = ["anary", NAME, "Zoë", MAIL, TYPED, "1701234567", "170 1234567", "7654321", *secrets]
    ours = [record for record in caplog.records if record.name.startswith("telemed")]  # `logs` silences the libraries
    logged = "\n".join(record.getMessage() + repr(record.args) for record in ours)
    assert "/person/code" in logged and "/home" in logged, "the log was heard"
    for name, places in (("log", [logged]), ("trail", trail), ("answer", bodies), ("message", [repr(messages)])):
        found = [word for word in words for place in places if word in place]
        assert not found, f"{name}: {found}"
