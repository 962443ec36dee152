"""The visit on the recording's clock: what is before, within and after it, and spans that touch, overlap and end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from telemed.care.identity import SYSTEM
from telemed.care.recording.ports import ConsentSpan, Gap, RecordingContents
from telemed.care.recording.records import SpeakingSpan
from telemed.care.records import MessageRecord, ParticipantEventRecord, QualityMinute
from telemed.care.states import ParticipantEvent
from telemed.care.states import ParticipantState as S
from telemed.web.recordings import timeline_view as view
from telemed.web.recordings.timeline_view import Clock

BEGIN = datetime(2026, 3, 1, 9, 30, 20, tzinfo=UTC)
CLOCK = Clock(BEGIN, 600_000)


def step(person: str, second: float, before: S, after: S) -> ParticipantEventRecord:
    at = BEGIN + timedelta(seconds=second)
    return ParticipantEventRecord("evt_1", "ses_1", person, ParticipantEvent.MEDIA_CONNECTED, before, after, SYSTEM, at)


def told(events: list[ParticipantEventRecord]) -> list[tuple[str, int, str]]:
    return [(line["participant_id"], line["at_ms"], line["what"]) for line in view.joins(CLOCK, events)]


def test_who_was_there_before_joins_at_the_beginning() -> None:
    events = [
        step("a", -60, S.ADMITTED, S.CONNECTED),
        step("b", -50, S.ADMITTED, S.CONNECTED),
        step("b", -40, S.CONNECTED, S.LEFT),
        step("c", -30, S.ADMITTED, S.CONNECTED),
        step("c", -20, S.CONNECTED, S.ON_HOLD),
        step("d", 1.5, S.ADMITTED, S.CONNECTED),
    ]
    assert told(events) == [("a", 0, "joined"), ("c", 0, "joined"), ("c", 0, "held"), ("d", 1500, "joined")]
    assert told(events[:1]) == [("a", 0, "joined")], "nothing happened afterwards"
    assert told([]) == []


def test_a_person_waits_returns_drops_and_leaves() -> None:
    events = [
        step("a", 1, S.WAITING, S.ADMITTED),
        step("a", 2, S.ADMITTED, S.CONNECTED),
        step("a", 3, S.CONNECTED, S.ON_HOLD),
        step("a", 4, S.ON_HOLD, S.ADMITTED),
        step("a", 5, S.ADMITTED, S.CONNECTED),
        step("a", 6, S.CONNECTED, S.RECONNECTING),
        step("a", 7, S.RECONNECTING, S.CONNECTED),
        step("a", 8, S.CONNECTED, S.LEFT),
        step("a", 9, S.LEFT, S.ADMITTED),
        step("a", 10, S.ADMITTED, S.CONNECTED),
        step("a", 11, S.CONNECTED, S.REMOVED),
        step("b", 12, S.WAITING, S.DENIED),
        step("b", 700, S.ADMITTED, S.CONNECTED),
    ]
    words = ["joined", "held", "resumed", "reconnecting", "back", "left", "joined", "left"]
    assert [what for _, _, what in told(events)] == words
    lines = view.joins(CLOCK, events)
    assert view.presence(CLOCK, lines) == {"a": [(2000, 8000), (10000, 11000)]}


def test_chat_holds_what_was_written_meanwhile() -> None:
    def line(second: float) -> MessageRecord:
        return MessageRecord("msg_1", "ses_1", 1, "par_1", "A", f"at {second}", BEGIN + timedelta(seconds=second), "c")

    found = view.chat(CLOCK, [line(-1), line(0), line(600), line(600.5)])
    assert [(entry["at_ms"], entry["body"]) for entry in found] == [(0, "at 0"), (600_000, "at 600")]


def minute(number: int, person: str = "par_1", **changes: Any) -> QualityMinute:
    at = BEGIN.replace(second=0) + timedelta(minutes=number)
    values: dict[str, Any] = {"concealed": 0.0, "paused": 0.0, "no_picture": 0.0, "frozen": 0.0}
    return QualityMinute(person, "ses_1", at, **(values | changes))


def test_bad_minutes_that_follow_each_other_are_one_span() -> None:
    rows = [
        minute(0, concealed=0.05),
        minute(1, concealed=0.05, frozen=0.2),
        minute(2),
        minute(3, concealed=0.5),
        minute(20, paused=1.0),
    ]
    assert view.quality(CLOCK, rows) == [
        {"participant_id": "par_1", "start_ms": 0, "end_ms": 100_000, "what": "sound_gaps"},
        {"participant_id": "par_1", "start_ms": 40_000, "end_ms": 100_000, "what": "picture_unsteady"},
        {"participant_id": "par_1", "start_ms": 160_000, "end_ms": 220_000, "what": "sound_poor"},
    ]


def test_consent_is_what_was_captured_and_the_rest_of_ones_presence() -> None:
    contents = RecordingContents(
        (),
        (),
        (
            ConsentSpan("a", 0, 100_000_000),
            ConsentSpan("a", 100_000_000, 200_000_000),
            ConsentSpan("a", 300_000_000, 900_000_000),
        ),
    )
    present = {"a": [(0, 400_000)], "b": [(50_000, 60_000)]}
    lines = [
        (line["participant_id"], line["start_ms"], line["end_ms"], line["what"])
        for line in view.consent(CLOCK, contents, present)
    ]
    assert lines == [
        ("a", 0, 200_000, "captured"),
        ("b", 50_000, 60_000, "not_captured"),
        ("a", 200_000, 300_000, "not_captured"),
        ("a", 300_000, 600_000, "captured"),
    ]


def test_gaps_are_in_milliseconds_and_within() -> None:
    contents = RecordingContents(
        (), (Gap("a", "camera", 1_500_000, 2_500_000, "muted"), Gap("a", "camera", 900_000_000, 901_000_000, "x")), ()
    )
    assert view.gaps(CLOCK, contents) == [
        {"participant_id": "a", "source": "camera", "start_ms": 1500, "end_ms": 2500, "why": "muted"}
    ]


def test_plots_count_speech_by_minute() -> None:
    spans = [SpeakingSpan("rec_1", "par_1", 30_000, 50_000), SpeakingSpan("rec_1", "par_2", 590_000, 700_000)]
    found = view.plots(CLOCK, spans, [minute(0, concealed=0.5), minute(1, concealed=None, paused=None)])
    assert found["speaking"] == [{"participant_id": "par_1", "seconds": 20.0}, {"participant_id": "par_2", "seconds": 10.0}]
    first, second, last = found["minutes"]
    assert first == {"at_ms": 0, "participants": [{"participant_id": "par_1", "speaking": 10.0, "quality": "poor"}]}
    assert second == {"at_ms": 40_000, "participants": [{"participant_id": "par_1", "speaking": 10.0, "quality": "unknown"}]}
    assert last["at_ms"] == 580_000


SPANS = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 50)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=8)


@given(captured=SPANS, present=SPANS)
def test_every_millisecond_is_told_once(captured: list[tuple[int, int]], present: list[tuple[int, int]]) -> None:
    clock = Clock(BEGIN, 100)
    merged = view._merged(present)
    contents = RecordingContents((), (), tuple(ConsentSpan("a", start * 1000, end * 1000) for start, end in captured))
    lines = view.consent(clock, contents, {"a": [(start, min(end, 100)) for start, end in merged if start < 100]})
    told_by: dict[int, list[str]] = {}
    for line in lines:
        for at in range(line["start_ms"], line["end_ms"]):
            told_by.setdefault(at, []).append(line["what"])
    for at in range(100):
        within = any(start <= at < end for start, end in captured)
        there = any(start <= at < end for start, end in present)
        assert told_by.get(at, []) == (["captured"] if within else ["not_captured"] if there else [])


@given(st.lists(st.tuples(st.integers(0, 599_999), st.integers(1, 200_000)), max_size=10))
def test_no_speech_is_lost_between_minutes(pairs: list[tuple[int, int]]) -> None:
    spans = [SpeakingSpan("rec_1", "par_1", start, start + length) for start, length in pairs]
    found = view.plots(CLOCK, spans, [])
    total = sum(min(span.end_ms, 600_000) - span.start_ms for span in spans)
    assert sum(entry["seconds"] for entry in found["speaking"]) == round(total / 1000, 1)
    in_minutes = sum(person["speaking"] for row in found["minutes"] for person in row["participants"])
    assert abs(in_minutes - total / 1000) <= 0.05 * len(found["minutes"]) + 0.01
