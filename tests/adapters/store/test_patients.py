"""Patients in the database: found, reached, joined and parted, and who is what to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from telemed.care.identity import SYSTEM, ActorRef, Person
from telemed.care.patients import search_rank
from telemed.care.patients.records import (
    CarerRecord,
    ChangeRecord,
    ChannelRecord,
    MergeRecord,
    PatientRecord,
    PatientStanding,
    TeamMemberRecord,
)
from telemed.care.patients.repositories import SearchArea
from telemed.care.patients.words import CarerScope, ChannelKind, Need, Relation
from telemed.care.records import ParticipantEventRecord, ParticipantRecord
from telemed.care.roles import Role
from telemed.care.states import ParticipantEvent, ParticipantState, SessionState
from telemed.errors import Conflict
from telemed.ids import new_id
from telemed.store import Store
from telemed.store.transaction import StoreTransaction
from tests.adapters.store.rows import CLINIC, NOW, SEAT, SESSION, USER, fill

AREA = SearchArea("org_1", None)
TODAY = NOW.date()
OTHER = replace(USER, id="usr_2", email="b@clinic.example")
TABLES = ("patient", "session", "contact_channel", "carer", "care_team_member", "patient_login")


def a_patient(number: int = 1, name: str = "Ada King", **changes: Any) -> PatientRecord:
    values: dict[str, Any] = {"birth_date": date(1956, 3, 12), "needs": (Need.CANNOT_HEAR,)} | changes
    return PatientRecord(f"pat_{number}", "org_1", name, "", "usr_1", NOW, NOW, **values)


@pytest.fixture
async def clinic(store: Store) -> AsyncIterator[Store]:
    await fill(store)
    async with store.write() as tx:
        await tx.users.create(OTHER)
        await tx.organisations.create(replace(CLINIC, id="org_2"))
        await tx.patients.create(a_patient(1, "Zoë Müller"))
        await tx.patients.create(a_patient(2, "Zoe Mueller"))
        await tx.patients.create(a_patient(3, "Hans Meier", birth_date=None))
    yield store


async def found(store: Store, typed: str, area: SearchArea = AREA) -> set[str]:
    query = search_rank.parse(typed, TODAY)
    async with store.read() as tx:
        candidates = await tx.patients.candidates(area, query.pieces, query.born)
    known = [search_rank.Candidate(record.id, record.folded_name, record.birth_date) for record in candidates]
    return {candidate.id for candidate, _ in search_rank.rank(query, known)}


async def test_records_come_back_as_they_were(clinic: Store) -> None:
    async with clinic.read() as tx:
        record = await tx.patients.get("pat_1")
        assert record == replace(a_patient(1, "Zoë Müller"), folded_name="zo muller")
        assert await tx.patients.names(["pat_1", "pat_9"]) == {"pat_1": "Zoë Müller"}


async def test_search_finds_misspelt_names_and_birth_dates_within_its_area(clinic: Store) -> None:
    assert await found(clinic, "muller zoe") == {"pat_1", "pat_2"}
    assert await found(clinic, "maier") == {"pat_3"}
    assert await found(clinic, "12.3.1956") == await found(clinic, "1956") == {"pat_1", "pat_2"}
    assert await found(clinic, "muller", SearchArea("org_2", None)) == set()
    async with clinic.write() as tx:
        await tx.patients.save(a_patient(3, "Hans Schulze"))
    assert await found(clinic, "maier") == set() and await found(clinic, "schultze") == {"pat_3"}


async def test_a_site_sees_its_own_patients_and_those_of_no_site(clinic: Store) -> None:
    async with clinic.write() as tx:
        for name in ("sit_1", "sit_2"):
            insert = text("INSERT INTO site VALUES (:id, 'org_1', 'S', '', :at, NULL)")
            await tx.patients._sql.change(insert, {"id": name, "at": "2026-11-22T09:30:00.000000Z"})  # type: ignore[attr-defined]
        await tx.patients.create(a_patient(4, "Hans Mayer", site_id="sit_1"))
    assert await found(clinic, "maier", SearchArea("org_1", "sit_1")) == {"pat_3", "pat_4"}
    assert await found(clinic, "maier", SearchArea("org_1", "sit_2")) == {"pat_3"}


async def test_merged_records_lead_to_the_kept_one(clinic: Store) -> None:
    async with clinic.write() as tx:
        for number, into in ((1, "pat_2"), (2, "pat_3")):
            record = await tx.patients.get(f"pat_{number}")
            assert record is not None
            await tx.patients.save(replace(record, merged_into=into))
        for patient_id in ("pat_1", "pat_2", "pat_3"):
            kept = await tx.patients.kept(patient_id)
            assert kept is not None and kept.id == "pat_3"
        assert await tx.patients.kept("pat_9") is None


async def test_a_channel_is_there_once_and_verified_only_while_it_is_used(clinic: Store) -> None:
    channel = ChannelRecord("chn_1", "pat_1", ChannelKind.PHONE, "+49301", NOW)
    async with clinic.write() as tx:
        await tx.channels.create(channel)
        with pytest.raises(Conflict) as caught:
            await tx.channels.create(replace(channel, id="chn_2"))
        assert caught.value.code == "channel_exists"
        await tx.channels.create(replace(channel, id="chn_3", patient_id="pat_2"))
        assert await tx.channels.mark_verified("chn_3", NOW)
        assert [one.id for one in await tx.channels.by_value("phone", "+49301")] == ["chn_3", "chn_1"]
        await tx.channels.save(replace(channel, revoked_at=NOW))
        assert not await tx.channels.mark_verified("chn_1", NOW) and not await tx.channels.mark_verified("chn_9", NOW)
        await tx.channels.create(replace(channel, id="chn_4"))


async def _check_what_counts_afterwards(tx: StoreTransaction, seat: ParticipantRecord) -> None:
    """A visit that is over counts if a call began, and for the seats that were in it."""
    await tx.participants.save(seat)
    over = replace(SESSION, patient_id="pat_2", state=SessionState.ENDED, started_at=None)
    await tx.sessions.save(over)
    for user in (USER, OTHER):
        assert await tx.standings.open_to(user.staff, ["pat_2"], NOW) == set(), "nobody was in it"
    await tx.sessions.save(replace(over, started_at=NOW))
    assert await tx.standings.open_to(USER.staff, ["pat_2"], NOW) == {"pat_2"}
    assert await tx.standings.open_to(OTHER.staff, ["pat_2"], NOW) == set(), "took a seat and never came"
    await tx.events.append(
        ParticipantEventRecord(
            id="evt_9",
            session_id=seat.session_id,
            participant_id=seat.id,
            event=ParticipantEvent.MEDIA_CONNECTED,
            from_state=ParticipantState.ADMITTED,
            to_state=ParticipantState.CONNECTED,
            cause=SYSTEM,
            at=NOW,
        )
    )
    assert await tx.standings.open_to(OTHER.staff, ["pat_2"], NOW) == {"pat_2"}


async def test_standings(clinic: Store) -> None:
    staff, other = USER.staff, OTHER.staff
    async with clinic.write() as tx:
        assert await tx.standings.of_staff(staff, "pat_1", NOW) == PatientStanding()
        await tx.care_teams.add(TeamMemberRecord("tmm_1", "pat_1", "usr_1", "usr_1", NOW))
        again = await tx.care_teams.add(TeamMemberRecord("tmm_2", "pat_1", "usr_1", "usr_1", NOW))
        assert again.id == "tmm_1"
        await tx.sessions.save(replace(SESSION, patient_id="pat_2"))
        assert await tx.standings.open_to(staff, ["pat_1", "pat_2", "pat_3"], NOW) == {"pat_1", "pat_2"}
        assert await tx.standings.of_staff(staff, "pat_2", NOW) == PatientStanding(leads_session=True)
        assert await tx.standings.open_to(other, ["pat_1", "pat_2"], NOW) == set()
        seat = replace(SEAT, id="par_2", role=Role.CLINICIAN, user_id="usr_2", state=ParticipantState.LEFT)
        await tx.participants.create(seat)
        assert await tx.standings.open_to(other, ["pat_2"], NOW) == {"pat_2"}
        await tx.participants.save(replace(seat, state=ParticipantState.REMOVED))
        assert await tx.standings.open_to(other, ["pat_2"], NOW) == set()
        await _check_what_counts_afterwards(tx, seat)
        await tx.care_teams.save(replace(again, until=NOW))
        assert await tx.standings.open_to(staff, ["pat_1"], NOW) == set()
        carer = CarerRecord("car_1", "pat_1", "Carl", Relation.CHILD, (CarerScope.SEE_VISITS,), "usr_1", NOW, NOW)
        await tx.carers.create(carer)
        person = Person("pat_1", "car_1", "org_1")
        earlier = await tx.standings.of_person(person, NOW - timedelta(seconds=1))
        assert earlier.carer_scope == {"see_visits"}
        assert (await tx.standings.of_person(person, NOW)).carer_scope is None
        assert (await tx.standings.of_person(Person("pat_2", "car_1", "org_1"), NOW)).carer_scope is None


async def test_timeline_and_history_come_in_pages(clinic: Store) -> None:
    async with clinic.write() as tx:
        for number in range(5):
            at = NOW + timedelta(minutes=number // 2)  # some at the same time
            await tx.sessions.create(replace(SESSION, id=f"ses_t{number}", patient_id="pat_1", created_at=at))
            line = ChangeRecord(f"chg_{number}", "pat_1", 1, "edited", {"name": ["A", "B"]}, ActorRef("usr_1", "clinician"), at)
            await tx.patient_history.append(line)
        visits: list[str] = []
        before = None
        while page := await tx.patient_sessions.timeline("pat_1", USER.staff, before, 2):
            visits += [session.id for session in page]
            before = (page[-1].created_at, page[-1].id)
        assert visits == ["ses_t4", "ses_t3", "ses_t2", "ses_t1", "ses_t0"]
        first = await tx.patient_history.of_patient("pat_1", None, 3)
        rest = await tx.patient_history.of_patient("pat_1", first[-1].id, 3)
        assert [line.id for line in (*first, *rest)] == ["chg_4", "chg_3", "chg_2", "chg_1", "chg_0"]
        assert first[0].change == {"name": ["A", "B"]} and first[0].actor == ActorRef("usr_1", "clinician")


async def dump(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the tables a merge may touch."""
    async with store.read() as tx:
        sql = tx.patients._sql  # type: ignore[attr-defined]
        return {
            name: sorted((tuple(row.values()) for row in await sql.rows(text(f"SELECT * FROM {name}"))), key=repr)  # noqa: S608
            for name in TABLES
        }


MEMBERS = st.lists(st.tuples(st.sampled_from(["pat_1", "pat_2"]), st.booleans()), max_size=4)  # of whom, and present
WHOSE = st.lists(st.sampled_from(["pat_1", "pat_2", "pat_3"]), max_size=6)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sessions=WHOSE,
    channels=WHOSE,
    carers=WHOSE,
    teams=st.lists(st.tuples(st.sampled_from(["pat_1", "pat_2"]), st.booleans()), max_size=4),
)
async def test_joining_and_undoing_leaves_everything_as_it_was(
    clinic: Store, sessions: list[str], channels: list[str], carers: list[str], teams: list[tuple[str, bool]]
) -> None:
    async with clinic.write() as tx:
        for whose in sessions:
            await tx.sessions.create(replace(SESSION, id=new_id("ses"), patient_id=whose))
        for number, whose in enumerate(channels):
            value = f"{number}@{new_id('x')}".lower()
            await tx.channels.create(ChannelRecord(new_id("chn"), whose, ChannelKind.EMAIL, value, NOW))
        for whose in carers:
            carer = CarerRecord(new_id("car"), whose, "Carl", Relation.CHILD, (CarerScope.JOIN_VISITS,), "usr_1", NOW)
            await tx.carers.create(carer)
        for whose, present in teams:
            member = await tx.care_teams.add(TeamMemberRecord(new_id("tmm"), whose, "usr_1", "usr_1", NOW))
            if not present:
                await tx.care_teams.save(replace(member, until=NOW))
    before = await dump(clinic)
    async with clinic.write() as tx:
        moved = await tx.patient_merges.move_rows("pat_2", "pat_1")
        merged = await tx.patients.get("pat_2")
        assert merged is not None
        await tx.patients.save(replace(merged, merged_into="pat_1"))
        merge = MergeRecord(new_id("mrg"), "pat_1", "pat_2", moved, "usr_1", NOW)
        await tx.patient_merges.create(merge)
        assert [one.id for one in await tx.patient_merges.of_kept("pat_1")] == [merge.id]
        assert not await tx.channels.of_patient("pat_2") and not await tx.carers.of_patient("pat_2")
        assert not await tx.patient_sessions.timeline("pat_2", USER.staff, None, 10)
    async with clinic.write() as tx:
        await tx.patient_merges.return_rows(moved, "pat_2", "pat_1")
        await tx.patients.save(replace(merged, merged_into=None))
        await tx.patient_merges.save(replace(merge, undone_by="usr_1", undone_at=NOW))
        assert await tx.patient_merges.of_kept("pat_1") == []
    assert await dump(clinic) == before
