"""Lists of recordings: who sees which, what is found, pages that leave nothing out, and no sorting of everything there is."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from telemed.care.break_glass import BreakGlassRecord
from telemed.care.clinic.records import SiteRecord
from telemed.care.identity import ActorRef, Person, Staff
from telemed.care.patients.names import fold
from telemed.care.patients.records import PatientRecord, TeamMemberRecord
from telemed.care.recording.repositories import RecordingQuery
from telemed.care.recording.words import RecordingState, ReviewStatus, ViewKind, Visibility
from telemed.care.records import ParticipantEventRecord, SessionRecord
from telemed.care.roles import Role
from telemed.care.states import ParticipantEvent, ParticipantState, SessionKind, SessionState
from telemed.store import Store
from telemed.store.repositories.recordings_search import found
from tests.adapters.store.rows import CLINIC, NOW, SEAT, USER
from tests.unit.care.recording.builders import a_marker, a_recording, a_view

HOUR = timedelta(hours=1)
SOON = NOW + HOUR
ANN = Staff("usr_1", "org_1", Role.CLINICIAN, "Dr. A")
BOB = Staff("usr_2", "org_1", Role.CLINICIAN, "Dr. B")
REVIEWER = Staff("usr_3", "org_1", Role.REVIEWER, "Rev")
OFFICER = replace(BOB, is_privacy_officer=True)
STRANGER = Staff("usr_9", "org_2", Role.REVIEWER, "Else")
EVERYTHING = RecordingQuery()


def a_visit(number: int, **changes: Any) -> SessionRecord:
    """A visit that took place; an hour after the one before."""
    at = NOW + number * HOUR
    over: dict[str, Any] = {"started_at": at, "ended_at": at, "created_by": "usr_1"}
    visit = SessionRecord(f"ses_{number}", "org_1", SessionKind.URGENT, SessionState.ENDED, at, "usr_1", at)
    return replace(visit, **(over | changes))


@pytest.fixture
async def clinic(store: Store) -> AsyncIterator[Store]:
    """Four visits of Ann, each with a recording; Bob had a seat in the second, the third is of a patient."""
    async with store.write() as tx:
        await tx.organisations.create(CLINIC)
        await tx.organisations.create(replace(CLINIC, id="org_2"))
        for name in ("1", "2", "3"):
            await tx.users.create(replace(USER, id=f"usr_{name}", email=f"{name}@c.example", name=f"Dr. {name}"))
        patient = PatientRecord("pat_1", "org_1", "Jürgen Müller", fold("Jürgen Müller"), "usr_1", NOW, NOW)
        await tx.patients.create(patient)
        visits = [
            a_visit(1, patient_name="Anna Koch", reason="Cough"),
            a_visit(2, patient_name="Zoë Lang", kind=SessionKind.GROUP),
            a_visit(3, patient_id="pat_1"),
            a_visit(4, patient_name="Paul Beck"),
        ]
        for number, visit in enumerate(visits, 1):
            await tx.sessions.create(visit)
            row = a_recording(
                id=f"rec_{number}", session_id=visit.id, kind=visit.kind, state=RecordingState.READY, started_at=visit.created_at
            )
            await tx.recordings.create(row)
        seat = replace(SEAT, id="par_bob", session_id="ses_2", user_id="usr_2", role=Role.CLINICIAN, state=ParticipantState.LEFT)
        await tx.participants.create(replace(seat, admitted_at=NOW))
        await tx.events.append(was_in("par_bob", "ses_2"))
    yield store


def was_in(participant_id: str, session_id: str) -> ParticipantEventRecord:
    here, there = ParticipantState.ADMITTED, ParticipantState.CONNECTED
    cause = ActorRef(participant_id, "clinician")
    return ParticipantEventRecord("evt_1", session_id, participant_id, ParticipantEvent.MEDIA_CONNECTED, here, there, cause, NOW)


async def ids(store: Store, reader: Staff, query: RecordingQuery = EVERYTHING) -> list[str]:
    async with store.read() as tx:
        return [row.id for row in await tx.recordings.search(reader, query, SOON)]


ALL = ["rec_4", "rec_3", "rec_2", "rec_1"]


async def test_who_sees_which(clinic: Store) -> None:
    assert await ids(clinic, ANN) == ALL, "made the visits"
    assert await ids(clinic, BOB) == ["rec_2"], "was in that one"
    assert await ids(clinic, REVIEWER) == await ids(clinic, OFFICER) == ALL
    assert await ids(clinic, replace(BOB, role=Role.FRONT_DESK)) == []
    assert await ids(clinic, replace(REVIEWER, role=Role.ADMIN, is_privacy_officer=True)) == []
    assert await ids(clinic, STRANGER) == await ids(clinic, replace(ANN, organisation_id="org_2")) == []


async def test_a_list_and_a_look_at_one_say_the_same(clinic: Store) -> None:
    async with clinic.read() as tx:
        for reader in (ANN, BOB):
            listed = {row.id for row in await tx.recordings.search(reader, EVERYTHING, SOON)}
            for recording_id in ALL:
                recording = await tx.recordings.get(recording_id)
                assert recording is not None
                standing = await tx.recordings.standing(reader, recording, SOON)
                assert (recording_id in listed) is (standing.led or (standing.patient is not None and standing.patient.cares))


async def test_caring_for_somebody_opens_the_recordings(clinic: Store) -> None:
    async with clinic.write() as tx:
        await tx.care_teams.add(TeamMemberRecord("tmm_1", "pat_1", "usr_2", "usr_1", NOW))
    assert await ids(clinic, BOB) == ["rec_3", "rec_2"]
    async with clinic.write() as tx:
        member = await tx.care_teams.get("tmm_1")
        assert member is not None
        await tx.care_teams.save(replace(member, until=NOW))
        await tx.break_glasses.create(BreakGlassRecord("glass_1", "usr_2", "pat_1", "he is unconscious", NOW, SOON + HOUR))
    assert await ids(clinic, BOB) == ["rec_3", "rec_2"], "by breaking the glass"
    async with clinic.write() as tx:
        glass = await tx.break_glasses.get("glass_1")
        assert glass is not None
        await tx.break_glasses.save(replace(glass, closed_at=NOW))
    assert await ids(clinic, BOB) == ["rec_2"]


async def test_a_seat_opens_a_recording_only_to_who_was_in_the_call(clinic: Store) -> None:
    async with clinic.write() as tx:
        seat = replace(SEAT, id="par_new", session_id="ses_4", user_id="usr_2", role=Role.CLINICIAN)
        await tx.participants.create(replace(seat, state=ParticipantState.ADMITTED))
    assert await ids(clinic, BOB) == ["rec_2"], "a seat taken after the visit opens nothing"
    async with clinic.write() as tx:
        seated = await tx.participants.get("par_bob")
        assert seated is not None
        await tx.participants.save(replace(seated, state=ParticipantState.REMOVED))
    assert await ids(clinic, BOB) == [], "shut out"


async def test_sites_part_the_lists(clinic: Store) -> None:
    async with clinic.write() as tx:
        for name in ("sit_1", "sit_2"):
            await tx.sites.create(SiteRecord(name, "org_1", name, "", NOW))
        for number, site_id in ((1, "sit_1"), (2, "sit_2")):
            recording = await tx.recordings.get(f"rec_{number}")
            assert recording is not None
            await tx.recordings.save(replace(recording, site_id=site_id))
    assert await ids(clinic, replace(REVIEWER, site_id="sit_1")) == ["rec_4", "rec_3", "rec_1"]
    assert await ids(clinic, replace(ANN, site_id="sit_2")) == ["rec_4", "rec_3", "rec_2"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": SessionKind.GROUP}, ["rec_2"]),
        ({"patient_id": "pat_1"}, ["rec_3"]),
        ({"clinician_id": "usr_2"}, ["rec_2"]),
        ({"clinician_id": "usr_1"}, ALL),
        ({"since": NOW + 2 * HOUR, "until": NOW + 4 * HOUR}, ["rec_3", "rec_2"]),
        ({"status": ReviewStatus.SIGNED_OFF}, ["rec_1"]),
        ({"tag": "claim"}, ["rec_4", "rec_2"]),
        ({"tag": "claim", "clinician_id": "usr_2"}, ["rec_2"]),
        ({"held": True}, ["rec_4"]),
        ({"undecided": True}, ["rec_3"]),
        ({"text": "muller"}, ["rec_3"]),
        ({"text": "MÜLLER jürgen"}, ["rec_3"]),
        ({"text": "zoë"}, ["rec_2"]),
        ({"text": "koch cough"}, ["rec_1"]),
        ({"text": "koch lang"}, []),
        ({"text": "clai"}, ["rec_4", "rec_2"]),
        ({"text": "100%"}, []),
        ({"text": "_"}, []),
    ],
)
@pytest.mark.parametrize("reader", [REVIEWER, ANN], ids=["reviewer", "clinician"])
async def test_what_is_searched_for(clinic: Store, reader: Staff, query: dict[str, Any], expected: list[str]) -> None:
    async with clinic.write() as tx:
        rows = {row.id: row for row in await tx.recordings.search(REVIEWER, EVERYTHING, SOON)}
        await tx.recordings.save(replace(rows["rec_1"], review_status=ReviewStatus.SIGNED_OFF))
        await tx.recordings.save(replace(rows["rec_4"], hold=True))
        await tx.recordings.save(replace(rows["rec_3"], decide_by=SOON))
        for name in ("rec_2", "rec_4"):
            await tx.recordings.set_tags(rows[name], ["claim"])
    assert await ids(clinic, reader, RecordingQuery(**query)) == expected


async def test_unread_is_what_oneself_has_not_watched(clinic: Store) -> None:
    async with clinic.write() as tx:
        await tx.recording_views.append(a_view(1, recording_id="rec_4", user_id="usr_1"))
        await tx.recording_views.append(a_view(2, recording_id="rec_3", user_id="usr_1", what=ViewKind.VERIFIED))
    assert await ids(clinic, ANN, RecordingQuery(unread=True)) == ["rec_3", "rec_2", "rec_1"]
    assert await ids(clinic, REVIEWER, RecordingQuery(unread=True)) == ALL


@pytest.mark.parametrize("state", list(RecordingState))
async def test_what_never_began_or_is_erased_is_in_no_list(clinic: Store, state: RecordingState) -> None:
    async with clinic.write() as tx:
        recording = await tx.recordings.get("rec_1")
        assert recording is not None
        await tx.recordings.save(replace(recording, state=state))
    hidden = state in (RecordingState.ASKING, RecordingState.CANCELLED, RecordingState.ERASED)
    assert ("rec_1" not in await ids(clinic, REVIEWER)) is hidden
    async with clinic.read() as tx:
        own = await tx.recordings.of_person(Person("pat_1", None, "org_1"))
    assert [row.id for row in own] == ["rec_3"]


async def test_what_a_list_shows_besides(clinic: Store) -> None:
    async with clinic.write() as tx:
        recording = await tx.recordings.get("rec_2")
        assert recording is not None
        await tx.recordings.set_tags(recording, ["claim", "audit"])
        marker = await tx.markers.write(a_marker(recording_id="rec_2"))
        await tx.markers.write(replace(marker, text="again"))
        await tx.markers.write(a_marker(id="mrk_2", recording_id="rec_2", visibility=Visibility.PRIVATE))
        gone = await tx.markers.write(a_marker(id="mrk_3", recording_id="rec_2"))
        await tx.markers.write(replace(gone, removed=True))
        await tx.recording_views.append(a_view(1, recording_id="rec_2", user_id="usr_1"))
    async with clinic.read() as tx:
        rows = await tx.recordings.search(REVIEWER, EVERYTHING, SOON)
        mine = await tx.recordings.figures(ANN, rows)
        others = await tx.recordings.figures(REVIEWER, rows)
        assert await tx.recordings.figures(ANN, []) == {}
    second = mine["rec_2"]
    assert (second.title, second.tags, second.markers, second.unread) == ("Zoë Lang", ("audit", "claim"), 2, False)
    assert [(person.participant_id, person.role) for person in second.people] == [("par_bob", "clinician")]
    assert (others["rec_2"].markers, others["rec_2"].unread) == (1, True)
    assert (mine["rec_3"].title, mine["rec_3"].patient_id) == ("Jürgen Müller", "pat_1")


@pytest.mark.parametrize("query", [{}, {"tag": "claim"}, {"clinician_id": "usr_1"}, {"text": "koch"}], ids=str)
@pytest.mark.parametrize("length", [1, 3])
async def test_pages_leave_nothing_out(clinic: Store, query: dict[str, Any], length: int) -> None:
    chance = random.Random(3)  # noqa: S311 - which moments; two at the same
    async with clinic.write() as tx:
        for number in range(10, 30):
            visit = a_visit(number, patient_name="Koch")
            await tx.sessions.create(visit)
            at = NOW + timedelta(minutes=chance.randrange(8))
            row = a_recording(id=f"rec_{number}", session_id=visit.id, state=RecordingState.READY, started_at=at)
            await tx.recordings.create(row)
            await tx.recordings.set_tags(row, ["claim"])
    for reader in (REVIEWER, ANN):
        whole = await ids(clinic, reader, RecordingQuery(**query, limit=100))
        paged: list[str] = []
        while page := await ids(clinic, reader, RecordingQuery(**query, after=paged[-1] if paged else None, limit=length)):
            paged += page
        assert len(whole) >= 20 and paged == whole


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "ix_recording_newest"),
        ({"since": NOW}, "ix_recording_newest"),
        ({"unread": True}, "ix_recording_newest"),
        ({"kind": SessionKind.GROUP}, "ix_recording_kind"),
        ({"status": ReviewStatus.SIGNED_OFF}, "ix_recording_review"),
        ({"tag": "claim"}, "ix_recording_tag_newest"),
    ],
    ids=str,
)
async def test_a_page_for_who_sees_all_is_read_off_an_index(clinic: Store, query: dict[str, Any], index: str) -> None:
    after = a_recording()
    for last in (None, after):
        plan = await plan_of(clinic, REVIEWER, RecordingQuery(**query), last)
        assert index in plan and "TEMP B-TREE" not in plan and "SCAN" not in plan, plan


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"patient_id": "pat_1"}, "ix_recording_session_id"),
        ({"clinician_id": "usr_1"}, "ix_recording_session_id"),
        ({"held": True}, "ix_recording_held"),
        ({"undecided": True}, "ix_recording_decide"),
    ],
    ids=str,
)
async def test_the_few_are_looked_up(clinic: Store, query: dict[str, Any], index: str) -> None:
    plan = await plan_of(clinic, REVIEWER, RecordingQuery(**query), None)
    assert index in plan and "SCAN recording\n" not in plan, plan
    own = await plan_of(clinic, ANN, EVERYTHING, None)
    assert "ix_recording_session_id" in own and "ix_participant_user_id" in own and "SCAN recording" not in own, own


async def test_timers_and_sums_read_no_table(clinic: Store) -> None:
    statements = {
        "ix_recording_expires": "expires_at IS NOT NULL AND erased_at IS NULL AND expires_at < 'x' ORDER BY expires_at, id",
        "ix_recording_unfinished": "state IN ('asking', 'recording', 'paused', 'finalising', 'failed') AND state = 'failed'",
    }
    async with clinic._snapshot() as sql:
        for index, where in statements.items():
            rows = await sql.rows(text(f"EXPLAIN QUERY PLAN SELECT * FROM recording WHERE {where}"))  # noqa: S608 - from above
            assert any(index in row["detail"] for row in rows), index
        sums = "SELECT state, count(*), sum(size_bytes) FROM recording WHERE organisation_id = 'org_1' GROUP BY state"
        rows = await sql.rows(text(f"EXPLAIN QUERY PLAN {sums}"))
        assert any("COVERING INDEX ix_recording_sizes" in row["detail"] for row in rows)


async def plan_of(store: Store, reader: Staff, query: RecordingQuery, after: Any) -> str:
    """What SQLite does for a page, a line for each step."""
    compiled = found(reader, query, after, SOON).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    async with store._snapshot() as sql:
        rows = await sql.rows(text(f"EXPLAIN QUERY PLAN {compiled}".replace(":", "\\:")))
    return "".join(f"{row['detail']}\n" for row in rows)
