"""One minute of one participant's call, from what the media worker tells every two seconds and what the client reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telemed.care.records import QualityMinute
from telemed.media.control import PeerQuality, Way

RELAY = "relay"  # a way only the client knows of: the worker sees UDP from the relay
REPORT_SPAN = timedelta(seconds=60)  # what a client's report is about
MAX_SAMPLES = 64  # of a minute; the worker tells 30


def minute_of(at: datetime) -> datetime:
    """The full minute a moment lies in."""
    return at.replace(second=0, microsecond=0)


def minute_of_report(at: datetime) -> datetime:
    """The minute most of what a report tells lies in, if it comes at `at`."""
    return minute_of(at - REPORT_SPAN / 2)


@dataclass(frozen=True, slots=True)
class Reception:
    """What a client measured of the last 60 s. Shares 0..1; None: its browser does not tell."""

    freezes: int
    rtt_ms: int
    concealed: float
    frozen: float | None = None
    height: int | None = None
    way: str = ""


def way_of(way: Way, reported: str) -> str:
    """The way to keep: the client's word counts where packets come by UDP, because a relay looks like any other sender."""
    if way is Way.UNKNOWN:
        return reported
    return RELAY if reported == RELAY else way.value


@dataclass(slots=True)
class MinuteTally:
    """Collects until the minute is over. Drop rule: samples beyond MAX_SAMPLES, reports but the last."""

    participant_id: str
    session_id: str
    minute: datetime
    samples: list[PeerQuality] = field(default_factory=list)
    report: Reception | None = None

    def add(self, sample: PeerQuality) -> None:
        """What the worker told."""
        if len(self.samples) < MAX_SAMPLES:
            self.samples.append(sample)

    def row(self, reported_way: str) -> QualityMinute:
        """The minute as it is kept. `reported_way`: the client's latest word on its way."""
        report, samples = self.report, self.samples
        round_trips = [sample.rtt * 1000 for sample in samples if sample.rtt > 0]
        layers = Counter(sample.layer for sample in samples if sample.layer is not None)
        return QualityMinute(
            self.participant_id,
            self.session_id,
            self.minute,
            freezes=report.freezes if report else None,
            rtt_ms=_whole(round_trips) if round_trips else (report.rtt_ms or None if report else None),
            concealed=round(report.concealed, 4) if report else None,
            frozen=round(report.frozen, 4) if report and report.frozen is not None else None,
            height=report.height if report else None,
            up_loss=_share([sample.up_loss for sample in samples]),
            down_loss=_share([sample.down_loss for sample in samples]),
            up_jitter_ms=_worst([sample.up_jitter for sample in samples]),
            down_jitter_ms=_worst([sample.down_jitter for sample in samples]),
            up_rate=_whole([sample.up_rate for sample in samples]),
            down_rate=_whole([sample.down_rate for sample in samples]),
            layer=layers.most_common(1)[0][0] if layers else None,
            paused=_share([float(sample.video_paused) for sample in samples]),
            no_picture=_share([float(not sample.video_paused and sample.video_rate == 0) for sample in samples]),
            way=way_of(samples[-1].way if samples else Way.UNKNOWN, reported_way),
        )


def _share(values: Sequence[float]) -> float | None:
    return round(min(sum(values) / len(values), 1.0), 4) if values else None


def _whole(values: Sequence[float]) -> int | None:
    return round(sum(values) / len(values)) if values else None


def _worst(seconds: Sequence[float]) -> int | None:
    return round(max(seconds) * 1000) if seconds else None
