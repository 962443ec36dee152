"""Rows of recordings in a real file: what is kept, what is refused, what is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from telemed.care.identity import Person
from telemed.care.recording.records import SpeakingSpan, UnrecordedReason
from telemed.care.recording.words import ConsentAct, RecordingState, ReviewStatus, ViewKind
from telemed.errors import Conflict, NotFound
from telemed.store import Store
from telemed.store.repositories import recordings_words
from tests.adapters.store.rows import NOW, fill
from tests.unit.care.recording.builders import a_bystander, a_marker, a_recording, a_request, a_view, an_act


@pytest.fixture
async def clinic(store: Store) -> Store:
    await fill(store)
    async with store.write() as tx:
        await tx.recordings.create(a_recording())
    return store


async def test_a_recording_comes_back_as_it_went(clinic: Store) -> None:
    changed = a_recording(
        state=RecordingState.READY,
        ready_at=NOW,
        manifest_hash="a" * 64,
        hold=True,
        hold_reason="a claim",
        held_by="usr_1",
        review_status=ReviewStatus.SIGNED_OFF,
        reviewed_by="usr_1",
        reviewed_at=NOW,
        expires_at=NOW + timedelta(days=365),
    )
    async with clinic.write() as tx:
        await tx.recordings.save(changed)
    async with clinic.read() as tx:
        assert await tx.recordings.get("rec_1") == changed
        assert await tx.recordings.of_session("ses_1") == [changed]
        assert await tx.recordings.get("rec_2") is None


async def test_a_visit_has_one_open_recording(clinic: Store) -> None:
    with pytest.raises(Conflict):
        async with clinic.write() as tx:
            await tx.recordings.create(a_recording(id="rec_2", state=RecordingState.ASKING))
    async with clinic.write() as tx:
        await tx.recordings.save(a_recording(state=RecordingState.FINALISING))
        await tx.recordings.create(a_recording(id="rec_2", state=RecordingState.ASKING, asked_at=NOW + timedelta(seconds=1)))
        assert [row.id for row in await tx.recordings.of_session("ses_1")] == ["rec_1", "rec_2"]


@pytest.mark.parametrize("state", list(RecordingState))
async def test_recordings_are_found_in_their_state(clinic: Store, state: RecordingState) -> None:
    async with clinic.write() as tx:
        await tx.recordings.save(a_recording(state=state))
        assert [row.state for row in await tx.recordings.in_states({state})] == [state]
        assert await tx.recordings.in_states(set(RecordingState) - {state}) == []


async def test_what_is_due(clinic: Store) -> None:
    ready = a_recording(state=RecordingState.READY)
    rows = {
        "rec_1": {"expires_at": NOW},
        "rec_2": {"expires_at": NOW, "hold": True},
        "rec_3": {"expires_at": NOW + timedelta(seconds=1)},
        "rec_4": {"decide_by": NOW},
        "rec_5": {"decide_by": NOW, "hold": True},
        "rec_6": {"expires_at": NOW, "state": RecordingState.ERASED, "erased_at": NOW},
        "rec_7": {"expires_at": NOW, "state": RecordingState.FINALISING},
        "rec_8": {"expires_at": NOW - timedelta(days=1), "state": RecordingState.FAILED},
        "rec_9": {},
    }
    async with clinic.write() as tx:
        for recording_id, changes in rows.items():
            row = replace(ready, id=recording_id, **changes)  # type: ignore[arg-type]
            await (tx.recordings.save(row) if recording_id == "rec_1" else tx.recordings.create(row))
        assert [row.id for row in await tx.recordings.due_to_expire(NOW)] == ["rec_8", "rec_1"]
        assert [row.id for row in await tx.recordings.due_to_decide(NOW)] == ["rec_4"]
        sums = await tx.recordings.sums("org_1")
        assert (sums.recordings, sums.held, sums.undecided, sums.failed, sums.finalising) == (8, 2, 2, 1, 1)
        assert (await tx.recordings.sums("org_2")).recordings == 0


async def test_acts_of_consent_are_numbered_and_never_change(clinic: Store) -> None:
    async with clinic.write() as tx:
        await tx.consents.add_bystander(a_bystander())
        first = await tx.consents.append(an_act(ConsentAct.AGREED, number=7, reason="said so"))
        second = await tx.consents.append(an_act(ConsentAct.UNABLE, "bys_1", number=8, recording_id="rec_1"))
    assert (first.sequence, second.sequence) == (1, 2)
    async with clinic.read() as tx:
        assert await tx.consents.of_session("ses_1") == [first, second]
        assert await tx.consents.of_session("ses_2") == []


@pytest.mark.parametrize("table", ["consent_event", "recording_marker", "recording_view"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = 'x'", "DELETE FROM {}"])
async def test_triggers_refuse_changes(clinic: Store, table: str, change: str) -> None:
    async with clinic.write() as tx:
        await tx.consents.append(an_act(ConsentAct.AGREED))
        await tx.markers.write(a_marker())
        await tx.recording_views.append(a_view())
    with pytest.raises(DBAPIError, match="append-only"):
        async with clinic._writer.transaction() as sql:
            await sql.change(text(change.format(table)))


async def test_bystanders_and_reasons(clinic: Store) -> None:
    child = a_bystander(agreed=False, by_name="Mother", reason="asleep")
    noted = UnrecordedReason("unr_1", "ses_1", "usr_1", "The patient refused.", NOW)
    async with clinic.write() as tx:
        await tx.consents.add_bystander(child)
        await tx.consents.save_bystander(replace(child, gone_at=NOW))
        await tx.consents.add_unrecorded(noted)
    async with clinic.read() as tx:
        assert await tx.consents.bystanders("ses_1") == [replace(child, gone_at=NOW)]
        assert await tx.consents.unrecorded("ses_1") == [noted]


async def test_markers_keep_every_revision(clinic: Store) -> None:
    async with clinic.write() as tx:
        first = await tx.markers.write(a_marker(text="cough"))
        second = await tx.markers.write(replace(first, text="dry cough"))
        assert (first.revision, second.revision) == (1, 2)
        await tx.markers.write(a_marker(id="mrk_2", start_ms=10))
        with pytest.raises(Conflict) as caught:
            await tx.markers.write(replace(first, text="wet cough"))
        assert caught.value.code == "marker_changed"
        assert [marker.text for marker in await tx.markers.of_recording("rec_1")] == ["", "dry cough"]
        await tx.markers.write(replace(second, removed=True))
        assert [marker.id for marker in await tx.markers.of_recording("rec_1")] == ["mrk_2"]
        removed = await tx.markers.get("mrk_1")
        assert removed is not None and removed.removed
        for wrong in (removed, a_marker(id="mrk_9", revision=1), replace(second, recording_id="rec_2")):
            with pytest.raises(NotFound):
                await tx.markers.write(wrong)


async def test_views_are_newest_first(clinic: Store) -> None:
    async with clinic.write() as tx:
        await tx.recordings.save(a_recording(state=RecordingState.READY))
        await tx.recordings.create(a_recording(id="rec_2", state=RecordingState.READY))
        for number in range(1, 4):
            await tx.recording_views.append(a_view(number))
        await tx.recording_views.append(a_view(9, recording_id="rec_2", user_id=None, role="patient"))
    async with clinic.read() as tx:
        assert [view.id for view in await tx.recording_views.of_recording("rec_1")] == ["viw_3", "viw_2", "viw_1"]
        found = await tx.recording_views.of_recordings(["rec_1", "rec_2", "rec_3"])
        assert {key: [view.id for view in views] for key, views in found.items()} == {
            "rec_1": ["viw_3", "viw_2", "viw_1"],
            "rec_2": ["viw_9"],
        }


async def test_nobody_pushes_another_viewer_out_of_the_list(clinic: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each export and each verification is a line, and lists end somewhere: who watched first stays in them."""
    for bound in ("MAX_VIEWS", "MAX_VIEWS_OF_EACH"):
        monkeypatch.setattr(recordings_words, bound, 5)
    async with clinic.write() as tx:
        await tx.recordings.save(a_recording(state=RecordingState.READY))
        await tx.recording_views.append(a_view(1))
        for number in range(2, 30):
            await tx.recording_views.append(a_view(number, user_id=None, what=ViewKind.VERIFIED))
    async with clinic.read() as tx:
        expected = ["viw_29", "viw_28", "viw_27", "viw_26", "viw_1"]
        assert [view.id for view in await tx.recording_views.of_recording("rec_1")] == expected
        found = await tx.recording_views.of_recordings(["rec_1"])
        assert [view.id for view in found["rec_1"]] == expected


async def test_a_marker_that_is_changed_over_and_over_hides_no_other(clinic: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings_words, "MAX_MARKERS", 3)
    async with clinic.write() as tx:
        marker = await tx.markers.write(a_marker())
        await tx.markers.write(a_marker(id="mrk_2"))
        for number in range(9):
            marker = await tx.markers.write(replace(marker, text=f"cough {number}"))
        assert [one.text for one in await tx.markers.of_recording("rec_1")] == ["cough 8", ""]


async def test_spans_of_speech_grow(clinic: Store) -> None:
    async with clinic.write() as tx:
        await tx.speaking.add([SpeakingSpan("rec_1", "par_1", 500, 600), SpeakingSpan("rec_1", "par_1", 0, 100)])
        await tx.speaking.add([SpeakingSpan("rec_1", "par_1", 500, 900)])
        spans = await tx.speaking.of_recording("rec_1")
    assert [(span.start_ms, span.end_ms) for span in spans] == [(0, 100), (500, 900)]


async def test_one_wish_to_erase_is_open(clinic: Store) -> None:
    async with clinic.write() as tx:
        await tx.erase_requests.create(a_request())
        with pytest.raises(Conflict) as caught:
            await tx.erase_requests.create(a_request(id="ers_2"))
        assert caught.value.code == "erase_asked"
        await tx.erase_requests.save(a_request(cancelled_by="usr_1", cancelled_at=NOW))
        await tx.erase_requests.create(a_request(id="ers_2"))
        found = await tx.erase_requests.open_of("rec_1")
        assert found is not None and found.id == "ers_2"


async def test_tags(clinic: Store) -> None:
    async with clinic.write() as tx:
        await tx.recordings.set_tags(a_recording(), ["teaching", "audit", "teaching"])
        assert await tx.recordings.tags_of("rec_1") == ["audit", "teaching"]
        await tx.recordings.set_tags(a_recording(), ["claim"])
        assert await tx.recordings.tags_of("rec_1") == ["claim"]


async def test_a_person_finds_what_belongs_to_the_record(clinic: Store) -> None:
    async with clinic.read() as tx:
        assert await tx.recordings.of_person(Person("pat_1", None, "org_1")) == []
