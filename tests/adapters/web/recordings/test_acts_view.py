"""Cards, drawings, stills, handovers, vital signs and calls on the recording's clock: what is before, within, after and in a gap;
whose stills are shown; what was deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from telemed.care.identity import ActorRef
from telemed.care.incidents.records import FrameRecord, InstructionRecord, Shape
from telemed.care.incidents.words import InstructionKind
from telemed.care.oncall.records import Handover, PageRecord, PageRing, PageStep, Vital
from telemed.care.oncall.words import HandoverState, PageState, RingMode, RingState, StepEnd, VitalKind
from telemed.care.recording.records import ConsentEvent, RecordingRecord
from telemed.care.recording.words import Basis, ConsentAct, RecordingState
from telemed.care.states import SessionKind
from telemed.care.stills.records import StillRecord
from telemed.care.stills.words import StillState
from telemed.web.recordings import acts_view as view
from telemed.web.recordings.acts import Acts, Paged
from telemed.web.recordings.timeline_view import Clock
from telemed.web.response_models_recordings import Act

BEGIN = datetime(2026, 11, 1, 9, 30, 20, tzinfo=UTC)
LASTS = timedelta(seconds=600)
CLOCK = Clock(BEGIN, 600_000)
CALLER = "par_caller"
TAKE = RecordingRecord(
    "rec_1",
    "ses_1",
    "org_1",
    SessionKind.URGENT,
    RecordingState.READY,
    BEGIN + LASTS,
    "usr_1",
    BEGIN,
    started_at=BEGIN,
    stopped_at=BEGIN + LASTS,
    ready_at=BEGIN + LASTS,
)


def at(second: float) -> datetime:
    return BEGIN + timedelta(seconds=second)


def maybe(second: float | None) -> datetime | None:
    return None if second is None else at(second)


def card(given: float, shown: float | None = None, cleared: float | None = None, **changes: Any) -> InstructionRecord:
    made = InstructionRecord(
        "ins_1", "inc_1", "ses_1", CALLER, InstructionKind.CARD, "", "cpr", "2026-11", "usr_1", "Dora", at(given)
    )
    return replace(made, shown_at=maybe(shown), cleared_at=maybe(cleared), **changes)


def still(created: float, kept: float, taken: float | None = None, **changes: Any) -> StillRecord:
    made = StillRecord("stl_1", "ses_1", CALLER, 1, StillState.KEPT, at(kept), at(created), has_thumbnail=True)
    return replace(made, kept_at=at(kept), taken_at=maybe(taken), **changes)


def said(second: float, act: ConsentAct, sequence: int = 1) -> ConsentEvent:
    by = ActorRef(CALLER, "seat")
    return ConsentEvent(f"con_{sequence}", "ses_1", act, by, "v", "en", at(second), None, CALLER, sequence=sequence)


AGREED = (said(0, ConsentAct.AGREED),)


def shown(rows: Acts, reads: bool = True, recording: RecordingRecord = TAKE) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = view.acts(CLOCK, recording, rows, reads)["acts"]
    for line in lines:
        Act.model_validate(line)
    return lines


def places(rows: Acts) -> list[tuple[int, int | None]]:
    return [(line["at_ms"], line["end_ms"]) for line in shown(rows)]


def test_a_card_stands_from_when_it_was_seen_until_it_was_cleared() -> None:
    found = shown(Acts(instructions=[card(10, 10.25, 40)]))
    assert [(one["kind"], one["what"], one["at_ms"], one["end_ms"], one["seen"]) for one in found] == [
        ("instruction", "card", 10_250, 40_000, True)
    ]
    assert (found[0]["participant_id"], found[0]["name"], found[0]["pictogram"]) == (CALLER, "Dora", "cpr")
    assert found[0]["words"]["de"].startswith("Fest auf")
    never_seen = shown(Acts(instructions=[card(10)]))[0]
    assert (never_seen["at_ms"], never_seen["end_ms"], never_seen["seen"]) == (10_000, None, False)
    asked = replace(card(5, 6), kind=InstructionKind.ZOOM, value="2", card_id="")
    assert [(one["what"], one["value"], one["words"]) for one in shown(Acts(instructions=[asked]))] == [("zoom", "2", {})]


def test_what_held_at_the_beginning_stands_there_and_the_rest_is_counted() -> None:
    assert places(Acts(instructions=[card(-30, -29, 20)])) == [(0, 20_000)]
    assert places(Acts(instructions=[card(-30, -29)])) == [(0, None)]
    assert places(Acts(instructions=[card(590, 590, 700)])) == [(590_000, 600_000)]
    outside = view.acts(CLOCK, TAKE, Acts(instructions=[card(-30, -29, -10), card(601)]), True)
    assert outside == {"acts": [], "acts_outside": 2}
    assert places(Acts(instructions=[card(0), replace(card(600), id="ins_2")])) == [(0, None), (600_000, None)]


def test_a_drawing_says_whose_picture_by_whom_and_how_much() -> None:
    frame = FrameRecord("frm_1", "inc_1", "ses_1", CALLER, "usr_1", "Dora", at(50), 3, at(80))
    line = shown(Acts(frames=[frame]))[0]
    assert (line["kind"], line["what"], line["value"], line["name"]) == ("drawing", "frozen", 3, "Dora")
    assert (line["participant_id"], line["at_ms"], line["end_ms"]) == (CALLER, 50_000, 80_000)
    assert places(Acts(frames=[replace(frame, ended_at=None)])) == [(50_000, None)]


def test_a_drawing_that_was_kept_can_be_opened_where_its_person_was_recorded() -> None:
    lines = (Shape("a", "arrow", ((0.1, 0.2), (0.3, 0.4))),)
    plain = FrameRecord("frm_1", "inc_1", "ses_1", CALLER, "usr_1", "Dora", at(50), 3, at(80))
    frame = replace(plain, width=640, height=480, lines=lines, size=9)
    drawing = shown(Acts(frames=[frame], said=AGREED))[0]["drawing"]
    assert (drawing["id"], drawing["width"], drawing["height"]) == ("frm_1", 640, 480)
    assert drawing["shapes"] == [{"id": "a", "kind": "arrow", "points": [[0.1, 0.2], [0.3, 0.4]]}]
    no, out = said(0, ConsentAct.REFUSED), said(40, ConsentAct.WITHDRAWN, 2)
    for hidden, acts_said in (
        (plain, AGREED),
        (replace(frame, size=0, lines=()), AGREED),
        (frame, ()),
        (frame, (no,)),
        (frame, (*AGREED, out)),
        (frame, (*AGREED, said(700, ConsentAct.DESTROY_EARLIER, 3))),
        (replace(frame, shown_at=at(-5)), AGREED),
    ):
        lines_told = shown(Acts(frames=[hidden], said=acts_said))
        assert [one["drawing"] for one in lines_told] == [None], "that it was shown is no secret, the picture is"
        assert not view.shows_frame(hidden, TAKE, acts_said)
    assert not view.shows_frame(replace(frame, session_id="ses_2"), TAKE, AGREED) and not view.shows_frame(None, TAKE, AGREED)


def test_a_still_stands_where_it_was_taken_by_a_clock_one_can_believe() -> None:
    assert places(Acts(stills=[still(100, 160, 105)], said=AGREED)) == [(105_000, None)]
    assert places(Acts(stills=[still(100, 160, 98)], said=AGREED)) == [(98_000, None)], "taken, then sent"
    assert places(Acts(stills=[still(100, 160, -86_400)], said=AGREED)) == [(100_000, None)], "from the album, or another clock"
    assert places(Acts(stills=[still(100, 160, 300)], said=AGREED)) == [(100_000, None)]
    assert places(Acts(stills=[still(100, 160)], said=AGREED)) == [(100_000, None)]


def test_a_deleted_still_says_so_and_one_that_never_came_is_not_there() -> None:
    kept, gone = still(100, 110), still(200, 210, state=StillState.ERASED, has_thumbnail=False, id="stl_2")
    found = shown(Acts(stills=[kept, gone], said=AGREED))
    assert [(one["what"], one["still"] is None) for one in found] == [("kept", False), ("deleted", True)]
    unfinished = [still(100, 110, state=state) for state in StillState if state not in (StillState.KEPT, StillState.ERASED)]
    assert view.acts(CLOCK, TAKE, Acts(stills=unfinished, said=AGREED), True) == {"acts": [], "acts_outside": 0}


def test_a_still_of_somebody_who_was_not_in_the_recording_is_not_shown() -> None:
    one = still(100, 110)
    no, out = said(0, ConsentAct.REFUSED), said(60, ConsentAct.WITHDRAWN, 2)
    destroyed = said(700, ConsentAct.DESTROY_EARLIER, 3)
    for acts_said in ((), (no,), (*AGREED, out), (*AGREED, destroyed)):
        assert shown(Acts(stills=[one], said=acts_said)) == []
        assert not view.shows_still(one, TAKE, acts_said)
    late = (*AGREED, said(200, ConsentAct.WITHDRAWN, 2))
    assert shown(Acts(stills=[one], said=late)), "taken before"
    kept_part = (*late, said(201, ConsentAct.KEEP_EARLIER, 3))
    assert shown(Acts(stills=[one], said=kept_part))
    assert not shown(Acts(stills=[one], said=(*late, said(201, ConsentAct.DESTROY_EARLIER, 3))))
    emergency = replace(TAKE, basis=Basis.EMERGENCY)
    assert shown(Acts(stills=[one]), recording=emergency) and not shown(Acts(stills=[one], said=(no,)), recording=emergency)
    assert not view.shows_still(replace(one, session_id="ses_2"), TAKE, AGREED) and not view.shows_still(None, TAKE, AGREED)


def test_each_step_of_a_handover_has_its_own_place() -> None:
    handover = Handover(
        "hdo_1", "ses_1", "usr_1", "Rita", "responder", "usr_2", "Dora", "clinician", "Fell from a roof",
        HandoverState.RELEASED, at(10), at(20), at(700),
    )  # fmt: skip
    told = view.acts(CLOCK, TAKE, Acts(handovers=[handover]), True)
    assert [(one["what"], one["at_ms"], one["name"], one["to"], one["text"]) for one in told["acts"]] == [
        ("offered", 10_000, "Rita", "Dora", "Fell from a roof"),
        ("accepted", 20_000, "Rita", "Dora", ""),
    ]
    assert told["acts_outside"] == 1, "released after the recording"
    assert [one["text"] for one in shown(Acts(handovers=[handover]), reads=False)] == ["", ""]
    declined = replace(handover, state=HandoverState.DECLINED, released_at=None)
    assert [one["what"] for one in shown(Acts(handovers=[declined]))] == ["offered", "declined"]


def test_a_measurement_stands_where_it_was_measured() -> None:
    vital = Vital("vit_1", "ses_1", "par_2", "usr_1", "Rita", VitalKind.BLOOD_PRESSURE, 1200, 800, at(33), at(40))
    line = shown(Acts(vitals=[vital]))[0]
    assert (line["what"], line["at_ms"]) == ("blood_pressure", 33_000)
    assert (line["value"], line["second"], line["unit"]) == (120, 80, "mmHg")


def paged(state: PageState, since: float, **changes: Any) -> PageRecord:
    """A call for a trauma surgeon at 20 s, with two steps of 30 s."""
    who = ("usr_1", "Rita", "responder", state, at(since), at(20))
    made = PageRecord(
        "pag_1", "org_1", "ses_1", "spc_1", "Trauma", "+49 30 1", RingMode.ESCALATE, "30,30", "Fell from a roof", *who
    )
    return replace(made, **changes)


def ring(number: int, state: RingState, began: float, ended: float | None) -> PageRing:
    name = ("Dora", "Emil")[number - 1]
    return PageRing(f"rng_{number}", "pag_1", f"usr_{name}", name, number, number, state, True, at(began), maybe(ended))


def step(number: int, end: StepEnd, began: float, ended: float) -> PageStep:
    return PageStep(f"pst_{number}", "pag_1", number, at(began), at(began + 30), end, at(ended))


def told(row: Paged) -> list[tuple[str, str, int, int | None]]:
    return [
        (one["what"], one["name"], one["at_ms"] // 1000, one["end_ms"] and one["end_ms"] // 1000)
        for one in shown(Acts(pages=[row]))
    ]


def test_a_call_tells_who_was_rung_and_who_accepted() -> None:
    rings = [ring(1, RingState.MISSED, 20, 50), ring(2, RingState.ACCEPTED, 50, 58)]
    row = Paged(paged(PageState.ACCEPTED, 58), rings, [step(1, StepEnd.TIMED_OUT, 20, 50), step(2, StepEnd.ACCEPTED, 50, 58)])
    assert told(row) == [
        ("paged", "Rita", 20, 58),
        ("rang", "Dora", 20, 50),
        ("missed", "Dora", 50, None),
        ("rang", "Emil", 50, 58),
        ("accepted", "Emil", 58, None),
    ]
    first = shown(Acts(pages=[row]))[0]
    assert (first["kind"], first["to"], first["text"]) == ("ring", "Trauma", "Fell from a roof")
    assert {one["text"] for one in shown(Acts(pages=[row]), reads=False)} == {""}


def test_a_call_that_nobody_answered_and_a_late_yes() -> None:
    steps = [step(1, StepEnd.DECLINED, 20, 30), step(2, StepEnd.TIMED_OUT, 30, 60)]
    declined = ring(1, RingState.DECLINED, 20, 30)
    nobody = Paged(paged(PageState.UNANSWERED, 60), [declined, ring(2, RingState.MISSED, 30, 60)], steps)
    assert told(nobody)[-2:] == [("unanswered", "Rita", 60, None), ("missed", "Emil", 60, None)]
    assert ("declined", "Dora", 30, None) in told(nobody)
    late = Paged(paged(PageState.ACCEPTED, 200), [declined, ring(2, RingState.ACCEPTED, 30, 200)], steps)
    assert [one for one in told(late) if one[1] == "Emil"] == [
        ("rang", "Emil", 30, 60),
        ("missed", "Emil", 60, None),
        ("accepted", "Emil", 200, None),
    ]
    assert ("unanswered", "Rita", 60, None) in told(late)


def test_a_call_that_was_called_off_or_still_rings() -> None:
    off = Paged(paged(PageState.CANCELLED, 25), [ring(1, RingState.CANCELLED, 20, 25)], [step(1, StepEnd.CANCELLED, 20, 25)])
    assert told(off) == [("paged", "Rita", 20, 25), ("rang", "Dora", 20, 25), ("cancelled", "Rita", 25, None)]
    rings = Paged(paged(PageState.RINGING, 20), [ring(1, RingState.RINGING, 20, None)])
    assert told(rings) == [("paged", "Rita", 20, None), ("rang", "Dora", 20, None)]


@given(st.lists(st.tuples(st.integers(-900, 900), st.none() | st.integers(0, 900)), max_size=30))
def test_every_act_is_within_the_recording_or_counted(spans: list[tuple[int, int | None]]) -> None:
    cards = [
        replace(card(start, None, None if length is None else start + length), id=f"ins_{index}")
        for index, (start, length) in enumerate(spans)
    ]
    told = view.acts(CLOCK, TAKE, Acts(instructions=cards), True)
    lines = told["acts"]
    assert len(lines) + told["acts_outside"] == len(spans)
    assert [one["at_ms"] for one in lines] == sorted(one["at_ms"] for one in lines)
    assert all(0 <= one["at_ms"] <= CLOCK.duration_ms for one in lines)
    assert all(one["end_ms"] is None or one["at_ms"] <= one["end_ms"] <= CLOCK.duration_ms for one in lines)
