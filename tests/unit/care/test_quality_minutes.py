"""A minute of a call from samples and a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.quality_minutes import MAX_SAMPLES, MinuteTally, Reception, minute_of, minute_of_report, way_of
from telemed.media.control import PeerQuality, Way

MINUTE = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SAMPLE = PeerQuality("ses_1", "par_1", 0.0, 0.1, 0.05, 500_000, 1_000_000, 0.002, 0.01, Way.UDP, 2, 900_000)
REPORT = Reception(3, 70, 0.04, 0.25, 360, "udp")


def tally(*samples: PeerQuality, report: Reception | None = None) -> MinuteTally:
    made = MinuteTally("par_1", "ses_1", MINUTE, report=report)
    for sample in samples:
        made.add(sample)
    return made


def test_means_worst_jitter_usual_layer_and_shares() -> None:
    poor = replace(SAMPLE, down_loss=0.3, rtt=0.15, down_jitter=0.04, layer=0, down_rate=64_000, video_rate=0, video_paused=True)
    away = replace(SAMPLE, rtt=0.0, video_rate=0, layer=None)
    row = tally(SAMPLE, SAMPLE, poor, away, report=REPORT).row("")
    assert (row.participant_id, row.session_id, row.minute) == ("par_1", "ses_1", MINUTE)
    assert (row.up_loss, row.down_loss, row.rtt_ms) == (0.0, 0.15, 83), "a round trip nobody knows does not count"
    assert (row.up_jitter_ms, row.down_jitter_ms) == (2, 40)
    assert (row.up_rate, row.down_rate, row.layer) == (500_000, 766_000, 2)
    assert (row.paused, row.no_picture) == (0.25, 0.25)
    assert (row.freezes, row.concealed, row.frozen, row.height, row.way) == (3, 0.04, 0.25, 360, "udp")


def test_what_was_not_measured_is_not_invented() -> None:
    row = tally(report=REPORT).row("tcp")
    assert (row.up_loss, row.down_rate, row.paused, row.layer) == (None, None, None, None)
    assert (row.rtt_ms, row.way) == (70, "tcp"), "the client's word where there is no other"
    assert tally(report=replace(REPORT, rtt_ms=0)).row("").rtt_ms is None
    row = tally(SAMPLE).row("")
    assert (row.freezes, row.concealed, row.frozen, row.height) == (None, None, None, None)


@pytest.mark.parametrize(
    ("seen", "said", "way"),
    [
        (Way.UDP, "", "udp"),
        (Way.UDP, "relay", "relay"),
        (Way.TCP, "udp", "tcp"),
        (Way.TCP, "relay", "relay"),
        (Way.UNKNOWN, "", ""),
        (Way.UNKNOWN, "tcp", "tcp"),
    ],
)
def test_the_way(seen: Way, said: str, way: str) -> None:
    assert way_of(seen, said) == way


def test_a_report_belongs_to_the_minute_it_mostly_tells_of() -> None:
    assert minute_of(MINUTE + timedelta(seconds=59.9)) == MINUTE
    for late, minute in (
        (30, MINUTE),
        (60, MINUTE),
        (89, MINUTE),
        (90, MINUTE + timedelta(minutes=1)),
        (29, MINUTE - timedelta(minutes=1)),
    ):
        assert minute_of_report(MINUTE + timedelta(seconds=late)) == minute


def test_samples_are_bounded() -> None:
    assert len(tally(*[SAMPLE] * (MAX_SAMPLES + 9)).samples) == MAX_SAMPLES


@given(
    st.lists(st.builds(lambda loss, paused: replace(SAMPLE, up_loss=loss, video_paused=paused), st.floats(0, 1), st.booleans()))
)
def test_shares_stay_shares(samples: list[PeerQuality]) -> None:
    row = tally(*samples).row("")
    for share in (row.up_loss, row.down_loss, row.paused, row.no_picture):
        assert share is None or 0 <= share <= 1
