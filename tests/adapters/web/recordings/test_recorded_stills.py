"""Stills and drawings through the recording they belong to: who opens them, what is written down, and what is never given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from telemed.care.audit_actions import AuditAction, AuditOutcome
from telemed.care.identity import SYSTEM, ActorRef
from telemed.care.incidents.records import FrameRecord, Shape
from telemed.care.incidents.words import Part
from telemed.care.recording.records import ConsentEvent
from telemed.care.recording.words import ConsentAct, RecordingState, ViewKind
from telemed.care.repositories import Transaction
from telemed.care.roles import Role
from telemed.care.stills.ports import NoStillVault
from telemed.care.stills.records import StillRecord
from telemed.care.stills.words import StillPart, StillState
from telemed.store import Store
from tests.adapters.web.fake_vault import FakeVault
from tests.adapters.web.people import People
from tests.adapters.web.recordings.conftest import Reviewed
from tests.adapters.web.recordings_samples import BEGAN, LASTED, RECORDED_ID, RECORDING_ID, seat_of
from tests.adapters.web.site import running_site, settings_for

STILL_ID = "stl_AbCdEfGhIjKlMnOp"
TAKER = seat_of(Role.CLINICIAN)  # agreed to be recorded
SILENT = seat_of(Role.DISPATCHER)  # never answered
FRAME_ID = "frm_AbCdEfGhIjKlMnOp"
FRAME = f"/frames/{FRAME_ID}"
PICTURE = f"/stills/{STILL_ID}/picture"
THUMBNAIL = f"/stills/{STILL_ID}/thumbnail"


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self.size = data, len(data)

    async def read(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length]

    async def close(self) -> None:
        pass


@dataclass
class OneStill(NoStillVault):
    """Keeps one picture."""

    opened: list[str] = field(default_factory=list)

    async def open(self, still_id: str, part: StillPart) -> _Reader:
        self.opened.append(part.value)
        return _Reader(f"{still_id} {part.value}".encode())


@pytest.fixture
def stills() -> OneStill:
    return OneStill()


@pytest.fixture
async def reviewed(
    store: Store, people: People, static_root: Path, vault: FakeVault, stills: OneStill
) -> AsyncIterator[Reviewed]:
    ports = {"vault": vault, "still_vault": stills}
    async with running_site(store, settings_for(static_root), ports=ports) as site:
        made = Reviewed(site, people, vault, store)
        async with store.write() as tx:
            at = BEGAN + timedelta(seconds=60)
            still = StillRecord(STILL_ID, RECORDED_ID, TAKER, 0, StillState.KEPT, at, at, has_thumbnail=True)
            frame = FrameRecord(FRAME_ID, None, RECORDED_ID, TAKER, "usr_none", "Dora", at + timedelta(seconds=5))
            user = await made_by(tx)
            lines = (Shape("a", "circle", ((0.5, 0.5), (0.6, 0.5))),)
            await tx.incidents.add_frame(replace(frame, shown_by=user, width=640, height=480, lines=lines, shapes=1, size=9))
            await tx.stills.create(replace(still, kept_at=at, mime="image/jpeg", size=10, sha256="a" * 64, width=640, height=480))
        await made.sign_in(Role.REVIEWER)
        yield made


async def made_by(tx: Transaction) -> str:
    """Somebody there is."""
    recording = await tx.recordings.get(RECORDING_ID)
    assert recording is not None
    return recording.started_by


async def change(reviewed: Reviewed, **changes: object) -> None:
    async with reviewed.store.write() as tx:
        still = await tx.stills.get(STILL_ID)
        assert still is not None
        await tx.stills.save(replace(still, **changes))  # type: ignore[arg-type]


async def opened(reviewed: Reviewed) -> list[int]:
    """The status of thumbnail and picture."""
    return [(await reviewed.ask("GET", path)).status for path in (THUMBNAIL, PICTURE)]


async def test_a_reviewer_opens_it_and_is_listed(reviewed: Reviewed) -> None:
    told = (await reviewed.ask("GET", "/timeline")).json
    line = next(one for one in told["acts"] if one["kind"] == "still")
    assert (line["at_ms"], line["participant_id"], line["still"]["id"]) == (60_000, TAKER, STILL_ID)
    assert told["acts_outside"] == 0
    small = await reviewed.ask("GET", THUMBNAIL)
    assert (small.status, small.text, small.headers["Content-Type"]) == (200, f"{STILL_ID} thumbnail", "image/jpeg")
    large = await reviewed.ask("GET", PICTURE)
    assert (large.status, large.text) == (200, f"{STILL_ID} picture")
    assert large.headers["Cache-Control"] == "no-store, private"
    async with reviewed.store.read() as tx:
        rows = [row for row in await tx.audit.page() if row.action == "still.opened"]
        views = await tx.recording_views.of_recording(RECORDING_ID)
    assert [(row.object_id, row.role) for row in rows] == [(STILL_ID, "reviewer")], "the large one alone"
    assert [(view.role, view.what) for view in views] == [("reviewer", ViewKind.WATCHED)]


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.ADMIN])
async def test_who_may_not_watch_opens_nothing(reviewed: Reviewed, role: Role, stills: OneStill) -> None:
    await reviewed.sign_in(role)
    assert set(await opened(reviewed)) <= {403, 404} and stills.opened == []


async def test_what_is_gone_or_of_somebody_not_recorded_is_not_there(reviewed: Reviewed, stills: OneStill) -> None:
    for changes in (
        {"participant_id": SILENT},
        {"created_at": BEGAN - timedelta(seconds=5)},
        {"created_at": BEGAN + LASTED + timedelta(seconds=5)},
        {"state": StillState.SENDING},
        {"state": StillState.ERASED, "has_thumbnail": False},
    ):
        async with reviewed.store.read() as tx:
            before = await tx.stills.get(STILL_ID)
        assert before is not None
        await change(reviewed, **changes)
        assert await opened(reviewed) == [404, 404], changes
        await change(reviewed, **{name: getattr(before, name) for name in changes})
    assert await opened(reviewed) == [200, 200]
    stills.opened.clear()
    await change(reviewed, has_thumbnail=False)
    assert await opened(reviewed) == [404, 200]
    await reviewed.save(replace(await reviewed.row(), state=RecordingState.FINALISING))
    assert await opened(reviewed) == [404, 404]
    assert stills.opened == ["picture"]


async def test_a_drawing_is_opened_and_written_down(reviewed: Reviewed, stills: OneStill) -> None:
    told = (await reviewed.ask("GET", "/timeline")).json
    drawing = next(one for one in told["acts"] if one["kind"] == "drawing")["drawing"]
    assert (drawing["id"], [one["kind"] for one in drawing["shapes"]]) == (FRAME_ID, ["circle"])
    answer = await reviewed.ask("GET", FRAME)
    assert (answer.status, answer.text, answer.headers["Content-Type"]) == (200, f"{FRAME_ID} picture", "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert (await reviewed.ask("GET", "/frames/frm_another")).status == 404
    async with reviewed.store.read() as tx:
        rows = [row for row in await tx.audit.page() if row.action == "incident.frame_opened"]
        views = await tx.recording_views.of_recording(RECORDING_ID)
        frame = await tx.incidents.frame(FRAME_ID)
    assert [(row.object_id, row.role) for row in rows] == [(FRAME_ID, "reviewer")] and len(views) == 1
    assert frame is not None
    stills.opened.clear()
    for changes in ({"participant_id": SILENT}, {"shown_at": BEGAN - timedelta(seconds=5)}, {"size": 0, "erased_at": BEGAN}):
        async with reviewed.store.write() as tx:
            await tx.incidents.save_frame(replace(frame, **changes))  # type: ignore[arg-type]
        assert (await reviewed.ask("GET", FRAME)).status == 404, changes
    async with reviewed.store.write() as tx:
        await tx.incidents.save_frame(frame)
    for role in (Role.FRONT_DESK, Role.ADMIN):
        await reviewed.sign_in(role)
        assert (await reviewed.ask("GET", FRAME)).status in (403, 404)
    assert stills.opened == []


async def test_a_part_that_is_withdrawn_takes_its_stills_along(reviewed: Reviewed, stills: OneStill) -> None:
    said = (RECORDED_ID, ConsentAct.DESTROY_EARLIER, ActorRef(TAKER, "seat"), "v", "en", BEGAN + 2 * LASTED)
    async with reviewed.store.write() as tx:
        await tx.consents.append(ConsentEvent("con_Withdrawn", *said, RECORDING_ID, TAKER))
    assert await opened(reviewed) == [404, 404] and stills.opened == []
    assert (await reviewed.ask("GET", FRAME)).status == 404
    told = (await reviewed.ask("GET", "/timeline")).json["acts"]
    assert [(one["kind"], one["drawing"]) for one in told] == [("drawing", None)]


async def test_a_deleted_one_says_so(reviewed: Reviewed) -> None:
    await change(reviewed, state=StillState.ERASED, has_thumbnail=False, erased_at=BEGAN + 2 * LASTED)
    line = (await reviewed.ask("GET", "/timeline")).json["acts"][0]
    assert (line["what"], line["still"]) == ("deleted", None)


async def test_who_made_a_caller_silent_and_who_ended_it_stands_there(reviewed: Reviewed) -> None:
    def at(seconds: int) -> timedelta:
        return timedelta(seconds=seconds)

    async with reviewed.store.write() as tx:
        for seat_id in (TAKER, SILENT):
            seat = await tx.participants.get(seat_id)
            assert seat is not None
            await tx.participants.save(replace(seat, part=Part.CALLER, silent=seat_id == SILENT, created_at=BEGAN - at(9)))
        staff = ActorRef(await made_by(tx), "dispatcher")
        said, ended = AuditAction.INCIDENT_SILENCED, AuditAction.INCIDENT_UNSILENCED
        caller = ActorRef(TAKER, "seat")
        changes = ((staff, said, 70), (caller, ended, 75), (caller, said, 80), (staff, ended, 90))
        for who, action, second in changes:
            await tx.audit.append(who, action, TAKER, AuditOutcome.DONE, BEGAN + at(second))
        await tx.audit.append(SYSTEM, said, "par_OfAnotherVisit01", AuditOutcome.DONE, BEGAN + at(71))
        name = (await tx.users.names({staff.id}))[staff.id]
    told = (await reviewed.ask("GET", "/timeline")).json["acts"]
    marks = [(one["participant_id"], one["what"], one["name"]) for one in told if one["kind"] == "silence"]
    spans = [(one["at_ms"], one["end_ms"]) for one in told if one["kind"] == "silence"]
    assert marks == [
        (SILENT, "begun", ""),  # called in silence, and nobody ended it
        (TAKER, "begun", name),
        (TAKER, "ended", ""),
        (TAKER, "begun", ""),
        (TAKER, "ended", name),
    ]
    first = spans[1][0]
    later = [(first, first + 5000), (first + 5000, None), (first + 10000, first + 20000), (first + 20000, None)]
    assert spans == [(0, None), *later]
