"""One track of a recording: opens a journal when there is something to capture, and taps the streams that may go into it.

What may be captured is decided outside; here a track either has a recorder, or nothing of it reaches a journal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from telemed.media.journal.ports import JournalCodec, JournalHead
from telemed.rtp.errors import MalformedPacket
from telemed.rtp.header import parse_header
from telemed.sfu.recording.guarded_journal import LATE_SECONDS
from telemed.sfu.recording.layer_tap import UNENDING, LayerTap
from telemed.sfu.recording.open_limit import OpenLimit
from telemed.sfu.streams import KEYFRAME_TESTS, InboundStream

SEEK_SECONDS = 10.0  # between key frames of what is recorded: browsers make none by themselves, and decode from the last one on
FLOWS_SECONDS = 1.0  # since the latest packet

if TYPE_CHECKING:
    from telemed.clock import Clock
    from telemed.media.control import Codec, PublishLine, RecordedTrack
    from telemed.sfu.layers import LayeredSource
    from telemed.sfu.recording.guarded_journal import GuardedJournal
    from telemed.sfu.tracks import Track

    OpenJournal = Callable[[JournalHead, Callable[[bytes], bool] | None], GuardedJournal | None]


class TrackRecorder:
    """Captures one track while its publisher sends it. `follow` after every change of the track, `tick` every 100 ms.

    A journal is of one source: a new attempt, encoder or codec gets a new one. On hold it stays open, with `muted` events around
    the hole.
    """

    __slots__ = (
        "_clock",
        "_held",
        "_journal",
        "_layer_tap",
        "_limit",
        "_open",
        "_source",
        "_tapped_at",
        "_track",
        "is_broken",
        "recorded",
    )

    def __init__(self, recorded: RecordedTrack, open_journal: OpenJournal, clock: Clock) -> None:
        """`open_journal` returns None when that is not possible, whatever the reason."""
        self.recorded = recorded
        self.is_broken = False  # something of ours raised: nothing more is captured
        self._open = open_journal
        self._clock = clock
        self._limit = OpenLimit()
        self._track: Track | None = None
        self._source: InboundStream | LayeredSource | None = None  # what is, or would be, captured
        self._journal: GuardedJournal | None = None
        self._layer_tap: LayerTap | None = None  # while a source with layers is captured
        self._held = False
        self._tapped_at = UNENDING

    @property
    def captures(self) -> bool:
        """Whether packets of the track go into a journal as they come."""
        return self._journal is not None and not self._held and not self.is_broken

    def follow(self, track: Track, now: float) -> None:
        """The track's source, publisher or hold may have changed."""
        source = self._source_of(track)
        if source is not self._source:
            self._end("source", now)
            self._source = source
        self._track = track
        held = track.publisher is None or not track.publisher.sending
        if held and not self._held:
            self._suspend(now)
        elif self._held and not held:
            self._note_hold(False, now)
        self._held = held
        self._capture(now)

    def stop(self, why: str, now: float) -> None:
        """Capture nothing from the next packet on, and close the journal. Idempotent."""
        self._end(why, now)
        self._source = self._track = None

    def on_report(self, stream: InboundStream) -> None:
        """A sender report of this track's publisher came."""
        journal, latest = self._journal, stream.clock.latest
        if journal is None or self._held or latest is None or self._source not in (stream, stream.layers):
            return
        journal.report(max(stream.layer, 0), stream.ssrc, latest)

    def tick(self, now: float) -> None:
        """Take up what had to wait, and ask for the key frame that the journal waits for."""
        if self._journal is not None and (self._journal.broken or self._has_lost_tap):
            self._break(now)
        self._capture(now)
        self._trust(now)
        track = self._track
        if track is None or self._journal is None or self._held or not (self._journal.waiting or self._is_hard_to_seek(now)):
            return
        if self._layer_tap is not None and track.layers is not None:
            track.layers.want_keyframe_of(self._layer_tap.current, now)
        else:
            track.want_keyframe(now)

    def _is_hard_to_seek(self, now: float) -> bool:
        """Whether the latest key frame is so long ago that whoever looks for a moment would wait. A full link is not asked for
        one, nor a picture that stands still."""
        stream = self._recorded_stream()
        if stream is None or not stream.is_video or now - stream.last_us * 1e-6 > FLOWS_SECONDS:
            return False
        uplink = stream.published.peer.uplink
        return now - stream.keyframes.came_at >= SEEK_SECONDS and not (uplink.sends_little or uplink.held)

    def _recorded_stream(self) -> InboundStream | None:
        source, tap = self._source, self._layer_tap
        if isinstance(source, InboundStream) or source is None:
            return source
        return source.lanes[tap.current].stream if tap is not None and tap.current >= 0 else None

    # --- begin and end ---------------------------------------------------------------------------------------------------

    def _source_of(self, track: Track) -> InboundStream | LayeredSource | None:
        """What the track carries, if it is what may be captured: of that person, and of that kind."""
        publisher, recorded = track.publisher, self.recorded
        source = track.stream if track.layers is None else track.layers
        if source is None or publisher is None or publisher.peer_id != recorded.participant_id:
            return None
        return source if _line_of(source).source is recorded.source else None

    def _capture(self, now: float) -> None:
        """Tap the source unless it is tapped, or must not be."""
        source, track = self._source, self._track
        if source is None or track is None or self._held or self.is_broken:
            return
        if not isinstance(source, InboundStream):
            if self._layer_tap is None:
                self._layer_tap = source.recorder = LayerTap(source, self._begin, self._restart)
                source.aim(now)
        elif source.tap is None:
            journal = self._begin(now)
            if journal is not None:
                source.tap = journal.tap(0, source.highest + 1 if source.highest >= 0 else -1)
                self._tapped_at = now
                track.want_keyframe(now, urgent=True)

    def _trust(self, now: float) -> None:
        """Some time after capture began nothing comes late any more that was sent before."""
        if self._layer_tap is not None:
            self._layer_tap.tick(now)
        elif now - self._tapped_at >= LATE_SECONDS and self._journal is not None and isinstance(self._source, InboundStream):
            if self._source.tap is not None:
                self._source.tap = self._journal.tap(0)
            self._tapped_at = UNENDING

    def _begin(self, now: float) -> GuardedJournal | None:
        """Return the journal of the source, opened if there is none; None: not now."""
        source = self._source
        if self._journal is not None or source is None or not self._limit.allows(now):
            return self._journal
        self._journal = journal = self._open(self._head(source), _starts(_line_of(source).codec))
        if journal is None:
            self.is_broken = True
            return None
        journal.event("begin", int(now * 1e6))
        lanes = source.lanes if not isinstance(source, InboundStream) else (source.published,)
        for lane in lanes:
            if lane.stream is not None:
                self.on_report(lane.stream)
        return journal

    def _head(self, source: InboundStream | LayeredSource) -> JournalHead:
        recorded, codec = self.recorded, _line_of(source).codec
        return JournalHead(
            recorded.track_id,
            recorded.participant_id,
            recorded.source,
            JournalCodec(codec.name, codec.payload_type, codec.clock_rate, codec.channels),
            () if isinstance(source, InboundStream) else source.rids,
            int(self._clock.utcnow().timestamp() * 1e6),
            int(self._clock.monotonic() * 1e6),
        )

    def _suspend(self, now: float) -> None:
        """The publisher is on hold, or gone: nothing is captured from the next packet on."""
        self._untap()
        self._note_hold(True, now)

    def _note_hold(self, held: bool, now: float) -> None:
        if self._journal is not None:
            self._journal.event("muted", int(now * 1e6), {"on": held, "why": "hold"})

    def _end(self, why: str, now: float) -> None:
        self._untap()
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.event("end", int(now * 1e6), {"why": why})
            journal.close()

    def _restart(self, now: float) -> None:
        """The encoder of a layer was replaced: its numbers begin anew, in a journal of their own."""
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.event("end", int(now * 1e6), {"why": "source"})
            journal.close()

    def _untap(self) -> None:
        source = self._source
        if isinstance(source, InboundStream):
            source.tap = None
        elif source is not None:
            source.recorder = None
        if self._layer_tap is not None:
            self._layer_tap.stop()
            self._layer_tap = None

    @property
    def _has_lost_tap(self) -> bool:
        """Whether the packet path let go of a tap that raised."""
        if self._layer_tap is not None:
            return self._layer_tap.is_lost
        return isinstance(self._source, InboundStream) and not self._held and self._source.tap is None

    def _break(self, now: float) -> None:
        self.is_broken = True
        self._end("fault", now)


def _line_of(source: InboundStream | LayeredSource) -> PublishLine:
    return source.published.line if isinstance(source, InboundStream) else source.lanes[0].line


def _starts(codec: Codec) -> Callable[[bytes], bool] | None:
    """Return what tells whether a decoder may start at a packet; None: at any."""
    test = KEYFRAME_TESTS.get(codec.name)
    if test is None:
        return None

    def starts(packet: bytes) -> bool:
        try:
            offset, padding = parse_header(packet)[5:]
        except MalformedPacket:
            return False
        return test(packet, offset, len(packet) - padding)

    return starts
