"""The RTP clock of a device that stutters: while nothing is captured it stands still, and no line goes through its reports.

Reports say by how much between two of them. When in between is said by the packets, of which many come: those behind a stall
arrive by as much later after their RTP time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from telemed.media.frames.offsets import MAX_DRIFT, OffsetCurve, Sample, Stretch, straight

UNEVEN_US = 30_000  # off an even clock: more than reports are noisy by, less than lips and words may be apart
STALL_US = 2_000_000  # between two reports; a larger step is another capture, which begins at one moment
STEP_US = 100_000  # of the way from the sender's clock to ours, more than delays of reports differ by: that clock was set
BEFORE_US = 3_000_000  # packets before a report that tell how late they came until then

Report = tuple[int, int, int]  # (arrival in us, NTP minus RTP in us, arrival minus NTP in us)


def report_curve(reports: Sequence[Report], arrivals: Sequence[Sample]) -> OffsetCurve | None:
    """NTP minus RTP time of one source; None without a report. `arrivals`: (arrival, arrival minus RTP) of its least delayed
    packets, in order."""
    stretches: list[Stretch] = []
    before: Report | None = None
    for run in _even_runs(_without_outliers(sorted(reports))):
        stretch = straight([(at, offset) for at, offset, _ in run])
        if before is not None and _is_stall(before, run[0]):
            _append(stretches[-1], stretch, arrivals)
        else:
            stretches.append(stretch)
        before = run[-1]
    return OffsetCurve(stretches) if stretches else None


def _without_outliers(reports: list[Report]) -> list[Report]:
    """Each offset the middle one of three: a single wrong report is no stall."""
    offsets = [offset for _, offset, _ in reports]
    middle = [sorted(offsets[place - 1 : place + 2])[1] for place in range(1, len(offsets) - 1)]
    calm = [*offsets[:1], *middle, *offsets[1:][-1:]]
    return [(at, offset, delay) for (at, _, delay), offset in zip(reports, calm, strict=True)]


def _even_runs(reports: Sequence[Report]) -> list[list[Report]]:
    """Reports between which the clock ran as clocks do."""
    runs: list[list[Report]] = []
    for report in reports:
        if runs:
            first = runs[-1][0]
            if abs(report[1] - first[1]) <= UNEVEN_US + MAX_DRIFT * (report[0] - first[0]):
                runs[-1].append(report)
                continue
        runs.append([report])
    return runs


def _is_stall(before: Report, after: Report) -> bool:
    """Whether the sender's own clock ran on meanwhile, so that it was not set, and the step is none of another capture: no clock
    stands still for longer than it is looked at."""
    step, elapsed = after[1] - before[1], after[0] - before[0]
    return abs(after[2] - before[2]) <= STEP_US and -STALL_US <= step <= max(STALL_US, elapsed)


def _append(stretch: Stretch, further: Stretch, arrivals: Sequence[Sample]) -> None:
    """Go on behind a stall, by way of the packets that tell when it was."""
    begin, end = stretch.times[-1], further.times[0]
    last = stretch.values[-1]
    low, high = sorted((last, further.values[0]))
    times = [at for at, _ in arrivals]
    until, known = bisect_right(times, begin), bisect_left(times, begin - BEFORE_US)
    usual = min((late for _, late in arrivals[known:until]), default=None)
    if usual is not None:
        for at, late in arrivals[until : bisect_left(times, end)]:
            stretch.times.append(at)
            stretch.values.append(min(max(last + late - usual, low), high))
    stretch.times += further.times
    stretch.values += further.values
    stretch.end = further.end
