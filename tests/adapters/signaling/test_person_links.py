"""Links without staff: from Home, and by itself for a link that is lost. Same seat rules, one visit, and nothing to learn."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from telemed.care.identity import Person
from telemed.care.notify.compose import LinkMaker
from telemed.care.notify.records import Medium, OutboxMessage
from telemed.care.patients.records import CarerRecord, ChannelRecord, PatientRecord
from telemed.care.patients.words import CarerScope, ChannelKind, Relation
from telemed.errors import Gone, NotAllowed, NotFound, TooEarly
from telemed.signaling.desk import Around
from telemed.signaling.server import Signaling
from telemed.signaling.settings import SignalingSettings
from tests.adapters.signaling.world import SECRET, Visit, World, command_id, until

PHONE, TABLET = "phone-device-0123456789", "tablet-device-012345678"
START = datetime(2026, 1, 1, tzinfo=UTC)


class Post:
    """A way out for mail and SMS."""

    def __init__(self) -> None:
        self.woken = 0

    def can_send(self, medium: Medium) -> bool:
        return True

    def wake(self) -> None:
        self.woken += 1

    async def send_again(self, message_id: str) -> OutboxMessage:
        raise NotFound()


@pytest.fixture
async def clinic(world: World) -> AsyncIterator[World]:
    """The clinic with a patient, two carers, and ways out."""
    doctor = world.doctor
    patient = PatientRecord("pat_1", doctor.organisation_id, "Ada", "ada", doctor.user_id, START, START, language="de-AT")
    carer = CarerRecord("car_1", "pat_1", "Carl", Relation.CHILD, (CarerScope.JOIN_VISITS,), doctor.user_id, START)
    async with world.store.write() as tx:
        await tx.patients.create(patient)
        await tx.patients.create(replace(patient, id="pat_2"))
        await tx.carers.create(carer)
        await tx.carers.create(replace(carer, id="car_2", name="Carla", scope=(CarerScope.SEE_VISITS,)))
        channel = ChannelRecord("chn_1", "pat_1", ChannelKind.EMAIL, "ada@example.org", START, verified_at=START)
        await tx.channels.create(channel)
        await tx.channels.create(replace(channel, id="chn_2", kind=ChannelKind.PHONE, value="+491701234567"))
        await tx.channels.create(replace(channel, id="chn_3", value="carl@example.org", carer_id="car_1"))
        await tx.channels.create(replace(channel, id="chn_4", value="unverified@example.org", verified_at=None))
    await world.halt()
    post: Any = Post()
    world.signaling = Signaling(_settings(world), world.store, world.planes, world.clock, Around(notifier=post))
    await world.serve()
    yield world


def _settings(world: World) -> SignalingSettings:
    return SignalingSettings("http://localhost:8080", SECRET)


def person(carer_id: str | None = None, patient_id: str = "pat_1", world: World | None = None) -> Person:
    return Person(patient_id, carer_id, world.doctor.organisation_id if world else "")


async def attached(world: World, patient_id: str = "pat_1") -> Visit:
    """A visit attached to the record."""
    visit = await world.start_visit()
    await put_under(world, visit, patient_id)
    return visit


async def put_under(world: World, visit: Visit, patient_id: str) -> None:
    async with world.store.write() as tx:
        session = await tx.sessions.get(visit.id)
        assert session is not None
        await tx.sessions.save(replace(session, patient_id=patient_id))


async def test_a_patient_joins_its_own_seat_without_staff(clinic: World) -> None:
    visit = await attached(clinic)
    me = person(world=clinic)
    token = await clinic.visits.join_own_visit(me, visit.id)
    assert token == await clinic.visits.join_own_visit(me, visit.id) and token != visit.token
    opened = await clinic.visits.open_link(token, PHONE, None)
    assert (opened.session_id, opened.participant_id) == (visit.id, visit.patient_id)
    async with clinic.store.read() as tx:
        links = await tx.links.in_session(visit.id)
        rows = [(row.actor, row.role, row.action) for row in await tx.audit.page(limit=1000)]
    assert len(links) == 2 and ("pat_1", "patient", "link.created") in rows


async def test_links_withdrawn_and_old_give_way_to_the_next(clinic: World) -> None:
    visit = await attached(clinic)
    me = person(world=clinic)
    first = await clinic.visits.join_own_visit(me, visit.id)
    async with clinic.store.read() as tx:
        link = (await tx.links.in_session(visit.id))[-1]
    await clinic.visits.revoke_link(clinic.doctor, visit.id, link.id)
    second = await clinic.visits.join_own_visit(me, visit.id)
    assert first != second
    assert (await clinic.visits.open_link(second, PHONE, None)).participant_id == visit.patient_id
    with pytest.raises(Gone):
        await clinic.visits.open_link(first, PHONE, None)


async def test_only_ones_own_visits_within_the_scope_and_in_time(clinic: World) -> None:
    mine, other, loose = await attached(clinic), await attached(clinic, "pat_2"), await clinic.start_visit()
    me = person(world=clinic)
    for visit_id in (other.id, loose.id, "ses_nothing"):
        with pytest.raises(NotFound):
            await clinic.visits.join_own_visit(me, visit_id)
    with pytest.raises(NotAllowed):
        await clinic.visits.join_own_visit(person("car_2", world=clinic), mine.id)
    async with clinic.store.write() as tx:
        session = await tx.sessions.get(mine.id)
        assert session is not None
        await tx.sessions.save(replace(session, starts_at=clinic.clock.utcnow() + timedelta(hours=2)))
    with pytest.raises(TooEarly):
        await clinic.visits.join_own_visit(me, mine.id)


async def test_a_carer_gets_a_seat_of_its_own_and_loses_it_with_its_rights(clinic: World) -> None:
    visit = await attached(clinic)
    carer = person("car_1", world=clinic)
    token = await clinic.visits.join_own_visit(carer, visit.id)
    opened = await clinic.visits.open_link(token, PHONE, None)
    assert opened.participant_id != visit.patient_id and opened.name == "Carl"
    assert await clinic.visits.join_own_visit(carer, visit.id) == token
    async with clinic.store.write() as tx:
        record = await tx.carers.get("car_1")
        assert record is not None
        await tx.carers.save(replace(record, ends_at=clinic.clock.utcnow()))
    with pytest.raises(NotAllowed):
        await clinic.visits.join_own_visit(carer, visit.id)


async def test_a_visit_that_was_somebody_elses_lets_nobody_in_by_home(clinic: World) -> None:
    visit = await attached(clinic)
    me = person(world=clinic)
    token = await clinic.visits.join_own_visit(me, visit.id)
    opened = await clinic.visits.open_link(token, PHONE, None)
    await recover(clinic, visit.token)
    assert len(await sent_for(clinic, visit)) == 1
    await clinic.visits.attach_patient(clinic.doctor, visit.id, None)
    with pytest.raises(Gone):
        await clinic.visits.open_link(token, PHONE, opened.seat_token)
    async with clinic.store.read() as tx:
        links = await tx.links.in_session(visit.id)
        assert await tx.seats.live(visit.patient_id, clinic.clock.utcnow()) == []
    assert [link.revoked_at is None for link in links] == [True, False, False]  # the one that staff gave goes on
    assert (await clinic.visits.open_link(visit.token, TABLET, None)).participant_id == visit.patient_id
    await put_under(clinic, visit, "pat_1")
    assert await clinic.visits.join_own_visit(me, visit.id) != token


async def test_a_call_goes_on_when_its_visit_is_detached(clinic: World) -> None:
    visit = await attached(clinic)
    token = await clinic.visits.join_own_visit(person(world=clinic), visit.id)
    await clinic.visits.open_link(token, PHONE, None)
    _doctor, patient, _seat = await visit.call()
    await clinic.visits.attach_patient(clinic.doctor, visit.id, None)
    async with clinic.store.read() as tx:
        assert len(await tx.seats.live(visit.patient_id, clinic.clock.utcnow())) == 1
    assert not patient.disconnected.is_set()


async def test_who_was_sent_away_does_not_come_back_by_home(clinic: World) -> None:
    visit = await attached(clinic)
    doctor, patient, _seat = await visit.call()
    await doctor.do("remove", participant_id=visit.patient_id, reason="by mistake")
    await patient.disconnected.wait()
    with pytest.raises(Gone) as removed:
        await clinic.visits.join_own_visit(person(world=clinic), visit.id)
    assert removed.value.code == "removed"


async def test_a_seat_in_the_call_still_needs_staff_to_move(clinic: World) -> None:
    visit = await attached(clinic)
    await visit.call()
    token = await clinic.visits.join_own_visit(person(world=clinic), visit.id)
    assert (await clinic.visits.open_link(token, TABLET, None)).status == "approval_needed"


async def test_no_way_into_an_ended_visit(clinic: World) -> None:
    visit = await attached(clinic)
    doctor, _patient, _seat = await visit.call()
    await doctor.do("end")
    with pytest.raises(Gone):
        await clinic.visits.join_own_visit(person(world=clinic), visit.id)


async def sent_for(world: World, visit: Visit) -> list[OutboxMessage]:
    async with world.store.read() as tx:
        links = await tx.links.in_session(visit.id)
        return [message for link in links for message in await tx.outbox.about(link.id)]


async def recover(world: World, token: str) -> None:
    await world.visits.recover_link(token)
    await world.signaling._transactor.idle()


async def test_a_lost_link_is_replaced_by_itself_and_staff_know(clinic: World) -> None:
    visit = await attached(clinic)
    today = await clinic.today(clinic.doctor)
    await recover(clinic, visit.token)
    (message,) = await sent_for(clinic, visit)
    assert (message.template, message.medium, message.recipient) == ("visit_link", Medium.SMS, "+491701234567")
    assert message.language == "de" and set(message.details) == {"actor_id", "command_id"}
    maker = LinkMaker("http://localhost:8080", _settings(clinic).link_key)
    token = maker.link(message.details["actor_id"], message.details["command_id"]).split("#")[1]
    opened = await clinic.visits.open_link(token, PHONE, None)
    assert opened.participant_id == visit.patient_id
    await until(lambda: [task["kind"] for task in today.state["tasks"]] == ["link_wanted"])
    for _ in range(6):
        await recover(clinic, visit.token)
    assert len(await sent_for(clinic, visit)) == 3  # in a quarter of an hour, whoever asks


async def test_nothing_goes_out_where_it_must_not(clinic: World) -> None:
    loose, gone = await clinic.start_visit(), await attached(clinic)
    guest = await attached(clinic)
    made = await clinic.visits.create_link(clinic.doctor, guest.id, "guest", "G", None, command_id())
    doctor, _patient, _seat = await gone.call()
    await doctor.do("end")
    nobody = await attached(clinic, "pat_2")  # without a channel
    for token in (loose.token, gone.token, made["link"]["url"].split("#")[1], nobody.token, "x" * 22):
        await recover(clinic, token)
    for visit in (loose, gone, guest, nobody):
        assert await sent_for(clinic, visit) == []


@pytest.mark.alone
async def test_asking_takes_the_same_time_for_everybody(clinic: World) -> None:
    """Known, unknown, expired and foreign tokens; mean difference below 5 ms."""
    known, old = await attached(clinic), await attached(clinic)
    foreign = await clinic.start_visit()
    async with clinic.store.write() as tx:
        for link in await tx.links.in_session(old.id):
            await tx.links.save(replace(link, expires_at=START))
    tokens = {"known": known.token, "expired": old.token, "foreign": foreign.token, "unknown": "y" * 22}
    taken: dict[str, list[float]] = {kind: [] for kind in tokens}
    for round_ in range(30):
        for kind, token in list(tokens.items())[:: 1 if round_ % 2 else -1]:
            start = time.perf_counter()
            await clinic.visits.recover_link(token)
            await asyncio.sleep(0)
            taken[kind].append(time.perf_counter() - start)
            await clinic.signaling._transactor.idle()
    means = {kind: statistics.fmean(times[3:]) for kind, times in taken.items()}
    spread = (max(means.values()) - min(means.values())) * 1000
    print(f"known, expired, foreign and unknown differ by at most {spread:.2f} ms")
    assert spread < 5
