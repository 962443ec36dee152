"""What rows of statistics say about a call: concealment, gaps, freezes, key-frame requests, round trip, rates. Pure.

Rows are those of `probe.js`, in order of time. Counters may begin anew under a new SSRC; each SSRC is followed by itself.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
Line = dict[str, Any]

ALL_CONCEALED = 0.95  # of the samples between two rows: nothing of what was said was heard
FREEZE = 0.25  # seconds between two pictures at 20 a second: 150 ms longer than usual (W3C), and rows are 50 ms apart


@dataclass(frozen=True)
class Reading:
    """What one page received, and what it sent. Times in seconds, rates in bit/s, shares 0..1."""

    seconds: float
    concealed: float  # non-silent concealed samples of all samples
    longest_gap: float  # without any sound that was not made up
    frozen: float  # share of the time
    fps: float
    height: int  # of the last picture
    asked: float  # key-frame requests this page made, a minute
    was_asked: float  # key-frame requests this page got, a minute
    nacks: float  # a minute
    loss: float  # of sound packets
    rtt: float  # median; of receiver reports about sound, else of ICE checks
    rtt_high: float  # 95th percentile
    delay: float  # mean time sound waited in the jitter buffer
    sound: float  # received
    picture: float
    sent: float  # sound and pictures, without headers
    paused: float  # share of the time with the notice that pictures are stopped
    late: float  # the longest the page was kept from its work
    way: str

    def line(self) -> str:
        """In a few words."""
        parts = (
            f"concealed {self.concealed:.1%}, gap {self.longest_gap:.2f} s, sound lost {self.loss:.1%}",
            f"frozen {self.frozen:.1%}, {self.fps:.0f} fps at {self.height} lines, paused {self.paused:.0%}",
            f"key frames asked {self.asked:.1f}/min, rtt {self.rtt * 1000:.0f} ms (p95 {self.rtt_high * 1000:.0f})",
            f"sound {self.sound / 1000:.0f}, pictures {self.picture / 1000:.0f} kbit/s, late {self.late:.2f} s",
        )
        return ", ".join(parts)


def read(rows: list[Row]) -> Reading:
    """Raises ValueError when there are fewer than two rows."""
    if len(rows) < 2:
        raise ValueError("nothing was measured")
    seconds = rows[-1]["at"] - rows[0]["at"]
    sound, picture = of_kind("audio"), of_kind("video")
    samples = grown(rows, sound, "samples")
    made_up = grown(rows, sound, "concealed") - grown(rows, sound, "silent")
    packets, lost = grown(rows, sound, "packets"), grown(rows, sound, "lost")
    trips = sorted(row["reported"] or row["rtt"] or 0.0 for row in rows)
    heights = [line["height"] for line in rows[-1]["inbound"] if line["kind"] == "video"]
    return Reading(
        seconds=seconds,
        concealed=made_up / samples if samples else 1.0,
        longest_gap=longest_gap(rows),
        frozen=min(1.0, frozen_seconds(rows) / seconds),
        fps=grown(rows, picture, "frames") / seconds,
        height=max(heights, default=0),
        asked=grown(rows, picture, "asked") * 60 / seconds,
        was_asked=grown(rows, picture, "asked", "outbound") * 60 / seconds,
        nacks=grown(rows, picture, "nacks") * 60 / seconds,
        loss=max(0.0, lost / (packets + lost)) if packets + lost else 0.0,
        rtt=statistics.median(trips),
        rtt_high=trips[int(0.95 * (len(trips) - 1))],
        delay=grown(rows, sound, "buffered") / max(1.0, grown(rows, sound, "emitted")),
        sound=grown(rows, sound, "bytes") * 8 / seconds,
        picture=grown(rows, picture, "bytes") * 8 / seconds,
        sent=grown(rows, lambda _line: True, "bytes", "outbound") * 8 / seconds,
        paused=sum(row["paused"] for row in rows) / len(rows),
        late=max(row["late"] for row in rows),
        way=rows[-1]["way"],
    )


def of_kind(kind: str) -> Callable[[Line], bool]:
    """Lines of "audio" or "video"."""
    return lambda line: bool(line["kind"] == kind)


def grown(rows: list[Row], of: Callable[[Line], bool], field: str, way: str = "inbound") -> float:
    """By how much a counter grew, over all lines together."""
    return sum(step for _, step in steps(rows, of, field, way))


def steps(rows: list[Row], of: Callable[[Line], bool], field: str, way: str = "inbound") -> Iterator[tuple[float, float]]:
    """(Time, growth since the row before) of a counter, over all lines that both rows have. A line that is new begins at 0."""
    before: dict[int, float] = {line["ssrc"]: line[field] or 0 for line in rows[0][way] if of(line)}
    for row in rows[1:]:
        now = {line["ssrc"]: line[field] or 0 for line in row[way] if of(line)}
        yield row["at"], sum(max(0, value - before.get(ssrc, 0)) for ssrc, value in now.items())
        before.update(now)


def longest_gap(rows: list[Row]) -> float:
    """The longest time in which all sound was made up, or none was played. Of several speakers the sum: anybody heard ends it."""
    sound = of_kind("audio")
    longest, heard = 0.0, rows[0]["at"]
    played, made_up = steps(rows, sound, "samples"), steps(rows, sound, "concealed")
    for (at, samples), (_, concealed) in zip(played, made_up, strict=True):
        if samples and concealed < ALL_CONCEALED * samples:
            heard = at
        longest = max(longest, at - heard)
    return longest


def frozen_seconds(rows: list[Row]) -> float:
    """Time without a new picture: by the browser's own account, and where it has none, or what lasts at the end, by ours."""
    own, ongoing, last = 0.0, 0.0, rows[0]["at"]
    for at, frames in steps(rows, of_kind("video"), "frames"):
        ongoing = at - last if at - last > FREEZE else 0.0
        if frames:
            own, last, ongoing = own + ongoing, at, 0.0
    accounts = any(line["frozen"] is not None for row in rows for line in row["inbound"] if line["kind"] == "video")
    return (grown(rows, of_kind("video"), "frozen") if accounts else own) + ongoing


def sources(rows: list[Row], kind: str) -> set[int]:
    """SSRCs of one kind in either direction."""
    lines = (line for row in rows for way in ("inbound", "outbound") for line in row[way])
    return {line["ssrc"] for line in lines if line["kind"] == kind}


def rates(rows: list[Row], kind: str = "video", every: float = 1.0) -> list[tuple[float, float]]:
    """(Seconds since the beginning, bit/s received) for each interval."""
    found: list[tuple[float, float]] = []
    begun = since = rows[0]["at"]
    octets = 0.0
    for at, step in steps(rows, of_kind(kind), "bytes"):
        octets += step
        if at - since >= every:
            found.append((at - begun, octets * 8 / (at - since)))
            since, octets = at, 0.0
    return found
