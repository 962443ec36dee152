"""What people did beside talking in the recorded visit of `recorded`: a card, a drawing, pictures, a measurement,
a handover, a call for who is on duty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from telemed.care.incidents.records import FrameRecord, IncidentRecord, InstructionRecord, Shape
from telemed.care.incidents.words import Allowed, IncidentState, InstructionKind
from telemed.care.oncall.records import Handover, PageRecord, PageRing, PageStep, Speciality, Vital
from telemed.care.oncall.words import HandoverState, PageState, RingMode, RingState, StepEnd, VitalKind
from telemed.care.records import SessionRecord, UserRecord
from telemed.care.repositories import Transaction
from telemed.care.stills.records import KeptPicture, StillRecord
from telemed.care.stills.words import StillState
from telemed.layout import Layout
from telemed.recording.keys import RecordingKeys
from telemed.recording.master_keys import load_master_keys
from telemed.recording.still_files import StillFiles
from tests import pictures

INCIDENT = "inc_BrowserRecorded1"
FRAME = "frm_BrowserFrame0001"
LINES = (Shape("one", "arrow", ((0.1, 0.1), (0.4, 0.5))), Shape("two", "circle", ((0.5, 0.5), (0.7, 0.5))))
KEPT, DELETED, WITHHELD_ONE = "stl_BrowserKept00001", "stl_BrowserDeleted01", "stl_BrowserWithheld1"
SECONDS: Mapping[str, int] = {
    "card": 6,
    "light": 20,
    "frame": 22,
    "kept": 30,
    "withheld": 48,
    "deleted": 60,
    "vital": 70,
    "offered": 80,
    "paged": 88,
}


async def furnish_acts(tx: Transaction, stills: StillFiles, session_id: str, doctor: UserRecord, people: tuple[str, str]) -> None:
    """`people`: the seats of who treats and who is treated."""
    visit = await tx.sessions.get(session_id)
    assert visit is not None

    def at(what: str, more: int = 0) -> datetime:
        return visit.created_at + timedelta(seconds=SECONDS[what] + more)

    await tx.incidents.create(_incident(visit, doctor))
    given = (INCIDENT, visit.id, people[1])
    card = InstructionRecord(
        "ins_BrowserCard00001", *given, InstructionKind.CARD, "", "press_wound", "2026-11", doctor.id, doctor.name, at("card")
    )
    await tx.incidents.add_instruction(replace(card, shown_at=at("card"), cleared_at=at("card", 12)))
    light = replace(card, id="ins_BrowserLight0001", kind=InstructionKind.LIGHT, value="on", card_id="", given_at=at("light"))
    await tx.incidents.add_instruction(light)
    frozen = pictures.encoded("mjpeg", 640, 480)
    stills.keep(FRAME, frozen)
    frame = FrameRecord(FRAME, *given, doctor.id, doctor.name, at("frame"), 2, at("frame", 4), width=640, height=480)
    await tx.incidents.add_frame(replace(frame, lines=LINES, size=len(frozen)))
    for still_id, what in ((KEPT, "kept"), (WITHHELD_ONE, "withheld"), (DELETED, "deleted")):
        picture = _kept(stills, still_id)
        made = StillRecord(still_id, visit.id, people[1], 0, StillState.KEPT, at(what), at(what), has_thumbnail=True)
        made = replace(made, kept_at=at(what), mime=picture.mime, size=picture.size, sha256=picture.sha256)
        made = replace(made, width=picture.width, height=picture.height)
        gone = replace(made, state=StillState.ERASED, size=0, has_thumbnail=False, erased_at=at(what, 900))
        await tx.stills.create(gone if what == "deleted" else made)
    measured = ("vit_BrowserVital0001", visit.id, people[0], doctor.id, doctor.name, VitalKind.BLOOD_PRESSURE)
    await tx.vitals.create(Vital(*measured, 1200, 800, at("vital"), at("vital")))
    side = (doctor.id, doctor.name, doctor.role.value)
    offered = ("Wound is closed", HandoverState.ACCEPTED, at("offered"), at("offered", 5))
    await tx.handovers.create(Handover("hdo_BrowserGiven0001", visit.id, *side, *side, *offered))
    await _page(tx, visit, doctor, at("paged"))


async def _page(tx: Transaction, visit: SessionRecord, doctor: UserRecord, at: datetime) -> None:
    """A call that was accepted after four seconds."""
    house, answered = visit.organisation_id, at + timedelta(seconds=4)
    call = ("Trauma", "+49 30 112233", RingMode.ALL, "30")
    await tx.rosters.create(Speciality("spc_BrowserTrauma01", house, call[0], call[2], call[1], "UTC", call[3], at))
    asked = ("", doctor.id, doctor.name, doctor.role.value, PageState.ACCEPTED, answered, at, 1, at)
    made = PageRecord("pag_BrowserCalled01", house, visit.id, "spc_BrowserTrauma01", *call, *asked)
    await tx.pages.create(replace(made, taken_by=doctor.id, taken_name=doctor.name))
    await tx.pages.add_step(
        PageStep("pst_BrowserCalled01", made.id, 1, at, at + timedelta(seconds=30), StepEnd.ACCEPTED, answered)
    )
    rang = (made.id, doctor.id, doctor.name, 1, 1, RingState.ACCEPTED, True, at, answered)
    await tx.pages.add_ring(PageRing("rng_BrowserCalled01", *rang))


def _incident(visit: SessionRecord, doctor: UserRecord) -> IncidentRecord:
    return IncidentRecord(
        INCIDENT,
        visit.organisation_id,
        visit.site_id,
        visit.id,
        IncidentState.CLOSED,
        visit.created_at,
        doctor.id,
        doctor.name,
        visit.created_at,
        "1234",
        (Allowed.LOCATION, Allowed.VIDEO),
        "en",
        "2026-11",
        True,
        doctor.id,
        "command-link",
        ended_at=visit.ended_at,
    )


def stills_of(layout: Layout, installation_key: bytes) -> StillFiles:
    """Where a server keeps its pictures."""
    masters = load_master_keys(None, {}, installation_key)
    return StillFiles(layout.stills, lambda: RecordingKeys(layout.still_keys, masters))


def _kept(files: StillFiles, still_id: str) -> KeptPicture:
    """Its file, as an upload leaves it."""
    picture = pictures.encoded("mjpeg", 640, 480)
    files.begin(still_id)
    files.append(still_id, 0, picture)
    kept = files.finish(still_id)
    files.put_thumbnail(still_id, pictures.encoded("mjpeg", 160, 120, quantiser=8))
    return kept
