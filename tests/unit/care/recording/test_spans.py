"""When each person could be captured: what the finaliser keeps of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from telemed.care.recording.records import ConsentEvent
from telemed.care.recording.spans import AgreedSpan, agreed_spans, default_span
from telemed.care.recording.words import Basis, RecordingState
from telemed.care.recording.words import ConsentAct as A
from tests.unit.care.recording.builders import NOW, a_recording, an_act

TAKE = a_recording(state=RecordingState.FINALISING, stopped_at=NOW + timedelta(seconds=100))


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def seconds(moment: datetime) -> float:
    return (moment - NOW).total_seconds()


def said(*acts: tuple[float, A], recording_id: str | None = "rec_1") -> list[ConsentEvent]:
    return [an_act(act, number=number, at=at(when), recording_id=recording_id) for number, (when, act) in enumerate(acts, 1)]


def spans(*acts: tuple[float, A], **changes: object) -> list[tuple[float, float | None]]:
    found = agreed_spans(said(*acts), a_recording(**{"state": RecordingState.FINALISING, "stopped_at": at(100), **changes}))
    return [(seconds(one.since), one.until and seconds(one.until)) for one in found.get("par_1", ())]


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([(-5, A.AGREED)], [(0, 100)]),
        ([(10, A.AGREED)], [(10, 100)]),
        ([(10, A.AGREED), (20, A.AGREED)], [(10, 100)]),
        ([(10, A.REFUSED)], []),
        ([(-5, A.AGREED), (10, A.WITHDRAWN)], [(0, 10)]),
        ([(-5, A.AGREED), (-3, A.WITHDRAWN), (-1, A.AGREED)], [(0, 100)]),
        ([(-5, A.AGREED), (10, A.WITHDRAWN), (20, A.KEEP_EARLIER), (30, A.AGREED)], [(0, 10), (30, 100)]),
        ([(-5, A.AGREED), (10, A.WITHDRAWN), (20, A.DESTROY_EARLIER)], []),
        ([(-5, A.AGREED), (10, A.WITHDRAWN), (20, A.DESTROY_EARLIER), (30, A.AGREED)], [(30, 100)]),
        ([(-5, A.AGREED), (10, A.WITHDRAWN), (30, A.AGREED), (40, A.DESTROY_EARLIER)], [(30, 100)]),
        ([(-5, A.AGREED), (10, A.WITHDRAWN), (30, A.AGREED), (50, A.WITHDRAWN), (60, A.KEEP_EARLIER)], [(0, 10), (30, 50)]),
        ([(-5, A.AGREED), (10, A.WITHDRAWN), (30, A.AGREED), (50, A.WITHDRAWN), (60, A.DESTROY_EARLIER)], []),
        ([(-5, A.AGREED), (120, A.WITHDRAWN)], [(0, 100)]),
        ([(-5, A.AGREED), (90, A.WITHDRAWN), (150, A.DESTROY_EARLIER)], []),
        ([(120, A.AGREED)], []),
        ([(-5, A.AGREED), (120, A.WITHDRAWN), (121, A.KEEP_EARLIER)], [(0, 100)]),
        ([(-5, A.AGREED), (120, A.WITHDRAWN), (121, A.DESTROY_EARLIER)], []),
        ([(-5, A.AGREED), (10, A.WITHDRAWN), (30, A.AGREED), (120, A.WITHDRAWN), (121, A.DESTROY_EARLIER)], []),
        ([(-5, A.AGREED), (120, A.WITHDRAWN), (121, A.DESTROY_EARLIER), (130, A.AGREED)], []),
    ],
)
def test_spans_of_one_person(acts: list[tuple[float, A]], expected: list[tuple[float, float]]) -> None:
    assert spans(*acts) == expected


def test_an_emergency_begins_with_everybody() -> None:
    assert spans((10, A.REFUSED), basis=Basis.EMERGENCY) == [(0, 10)]
    assert spans((120, A.WITHDRAWN), (121, A.DESTROY_EARLIER), basis=Basis.EMERGENCY) == []
    assert spans((10, A.AGREED), basis=Basis.EMERGENCY) == [(0, 100)]
    assert spans((10, A.REFUSED), (20, A.DESTROY_EARLIER), basis=Basis.EMERGENCY) == []
    assert default_span(a_recording(basis=Basis.EMERGENCY, stopped_at=at(100))) == (AgreedSpan(NOW, at(100)),)
    assert default_span(TAKE) == default_span(a_recording(basis=Basis.EMERGENCY, started_at=None)) == ()


def test_while_it_runs_the_last_span_is_open() -> None:
    assert spans((-1, A.AGREED), stopped_at=None) == [(0, None)]
    assert spans((-1, A.AGREED), started_at=None, stopped_at=None) == []


def test_a_choice_about_another_take_says_nothing_of_this_one() -> None:
    earlier = said((-5, A.AGREED), (10, A.WITHDRAWN))
    for recording_id, expected in (("rec_1", 0), (None, 0), ("rec_2", 1)):
        choice = an_act(A.DESTROY_EARLIER, number=3, at=at(20), recording_id=recording_id)
        assert len(agreed_spans([*earlier, choice], TAKE)["par_1"]) == expected


def test_bystanders_have_no_tracks() -> None:
    assert agreed_spans([an_act(A.AGREED, "bys_1")], TAKE) == {}
