"""The finaliser's first look at the journals: whose they are, where they belong on the recording's clock, and how clocks ran.

Packets are only counted and timed here. What a sender report says at the end of a call holds for its beginning too, so every
report is known before the first frame is placed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from telemed.media.control import Source
from telemed.media.frames.timeline import SenderTimeline
from telemed.media.frames.track import OPUS, ssrc_and_timestamp
from telemed.media.journal.records import EventRecord, PacketRecord, ReportRecord
from telemed.recording.journal_reader import JournalStretch, RecordedJournals

BOOT_US = 60_000_000  # between two journals' clocks: more means that the machine was started anew between them
SAMPLED = 4  # one packet in as many is timed: the least delayed of a second is among them or nearly so
GROUPS = {Source.MICROPHONE: "main", Source.CAMERA: "main", Source.SCREEN: "screen", Source.SCREEN_AUDIO: "screen"}


@dataclass(slots=True)
class SurveyedStretch:
    """A journal and where it lies. `shift_us` added to its times gives the recording's clock."""

    stretch: JournalStretch
    shift_us: int
    packets: int = 0
    last_us: int = 0  # of its last packet, on the recording's clock
    events: list[tuple[int, str]] = field(default_factory=list)

    @property
    def codec(self) -> str:
        """Lower-case name."""
        return self.stretch.head.codec.name

    @property
    def is_sound(self) -> bool:
        """Whether it holds sound."""
        return self.codec == OPUS


@dataclass(slots=True)
class SurveyedPerson:
    """All journals of one participant: source -> stretches, the oldest first."""

    timeline: SenderTimeline
    sources: dict[Source, list[SurveyedStretch]] = field(default_factory=dict)  # those with packets
    stretches: list[SurveyedStretch] = field(default_factory=list)  # all

    def of_group(self, group: str) -> dict[Source, list[SurveyedStretch]]:
        """Those of `main` or `screen` that hold anything."""
        return {source: kept for source, kept in self.sources.items() if GROUPS[source] == group}


def survey(journals: RecordedJournals, people: Sequence[str], zero_utc_us: int) -> dict[str, SurveyedPerson]:
    """Look through the journals of those `people`; nobody else's are opened. Raises OSError."""
    allowed = [track for track in journals.tracks if track.participant_id in people]
    stretches = [(track, stretch) for track in allowed for stretch in track.stretches]
    stretches.sort(key=lambda pair: (pair[1].head.utc_us, pair[1].journal_id))
    found: dict[str, SurveyedPerson] = {}
    reference: int | None = None
    for track, stretch in stretches:
        offset = stretch.head.utc_us - stretch.head.monotonic_us
        if reference is None or abs(offset - reference) > BOOT_US:
            reference = offset  # journals of one boot share the monotonic clock, whatever the calendar did meanwhile
        person = found.setdefault(track.participant_id, SurveyedPerson(SenderTimeline()))
        surveyed = SurveyedStretch(stretch, reference - zero_utc_us)
        _look_through(surveyed, person.timeline)
        person.stretches.append(surveyed)
        if surveyed.packets:
            person.sources.setdefault(track.source, []).append(surveyed)
    for person in found.values():
        person.timeline.fit()
    return found


def _look_through(surveyed: SurveyedStretch, timeline: SenderTimeline) -> None:
    rate, shift = surveyed.stretch.head.codec.clock_rate, surveyed.shift_us
    last = packets = 0
    for record in surveyed.stretch.records():
        if type(record) is PacketRecord:
            last = record.at_us
            named = None if packets % SAMPLED else ssrc_and_timestamp(record.data)
            packets += 1
            if named is not None:
                timeline.source(named[0], rate).on_packet(named[1], last + shift)
        elif type(record) is ReportRecord:
            timeline.on_report(timeline.source(record.ssrc, rate), record.ntp, record.rtp, record.at_us + shift)
        elif type(record) is EventRecord:
            surveyed.events.append((record.at_us + shift, record.what))
    surveyed.packets, surveyed.last_us = packets, last + shift
