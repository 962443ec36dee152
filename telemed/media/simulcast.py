"""One subscriber of a source that comes in layers: it gets one of them at a time, as if it were a single encoder's.

Out of several sequence spaces one is made. Its numbers only grow: every run of one layer begins right after the last number of
the run before, and each extended number belongs to one packet of one layer for ever, so that no (SSRC, ROC, sequence) repeats
under a key. Runs begin at a key frame. Timestamps follow the capture clock that the sender reports of both layers tell.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from telemed.media.clockfit import SourceClock
from telemed.media.simulcast_runs import NO_LAYER, OPEN_END, Run, Segment
from telemed.rtp.ntp import NTP_SECOND
from telemed.rtp.sequence import seq_delta, timestamp_delta
from telemed.rtp.vp8_numbers import KEY_INDEX_MASK, PICTURE_MASK, TL0_MASK, PictureFields, PictureOffsets

__all__ = ["DROPPED", "NO_LAYER", "LayerForwarder"]

DROPPED = -1  # instead of a sequence number: this packet is not for this subscriber
MAX_SEGMENTS = 64  # kept for resends; drop rule: the oldest, whose packets have left the history by then
MAX_LEAP = 500  # packets: a longer gap is not passed on; the history holds no more
MIN_FRAME_STEP = 0.001  # seconds between frames of two layers: receivers tell frames apart by their timestamps
MAX_EXTRA_OFFSET = 0.075  # seconds a new layer may be pushed back to stay behind the old one: more is felt as delay
MAX_CLOCK_DOUBT = 1.0  # seconds between capture clock and arrivals beyond which a sender report is not believed
NEVER = float("-inf")  # monotonic seconds: before anything came
MAX_REFUSALS = 3  # key frames of a switch that are passed over for their timestamp; the next is taken as it arrives


class LayerForwarder:
    """The numbers of one subscriber's copy. Each packet of a layer goes in once; nothing is allocated for it.

    `wish` is the layer the subscriber should get (NO_LAYER: none), `wanted` what fits it now, `current` what it gets.
    After `forward` returned a number `out_timestamp` goes with it, and `pictures.apply` writes the picture numbers.
    """

    __slots__ = (
        "_clocked",
        "_cut",
        "_extra",
        "_first_in",
        "_gone",
        "_last_at",
        "_last_in",
        "_last_key_index",
        "_last_layer_in",
        "_last_media",
        "_last_picture",
        "_last_tl0",
        "_last_timestamp",
        "_next_out",
        "_offset",
        "_refusals",
        "_run",
        "_segments",
        "_timestamp_offset",
        "clocks",
        "current",
        "out_timestamp",
        "pictures",
        "switches",
        "wanted",
        "wish",
    )

    def __init__(
        self, clocks: Sequence[SourceClock], first_sequence: int, first_timestamp: int, last_at: float = NEVER
    ) -> None:
        """`clocks` of the layers, smallest first. `first_sequence` extended: under a fresh SSRC random and below 2**15 (RFC 3711
        section 3.3.1), else what follows the last number sent. The first packet goes out with `first_timestamp`; where something
        was sent under this SSRC before, that is its last timestamp, and `last_at` (monotonic seconds) the moment it came."""
        self.clocks = clocks
        self.wish = self.wanted = len(clocks) - 1
        self.current = NO_LAYER
        self.switches = 0
        self.out_timestamp = first_timestamp
        self.pictures = PictureOffsets()
        self._run = Run(NO_LAYER, 0, self.pictures)
        self._segments: deque[Segment] = deque(maxlen=MAX_SEGMENTS)
        self._next_out = first_sequence  # of the next run
        self._first_in = OPEN_END
        self._last_in = -1  # newest extended number of the current run, padding included
        self._last_media = -1  # the newest one sent: late packets may come between it and the padding
        self._last_layer_in = [-1] * len(clocks)  # where earlier runs of each layer ended
        self._offset = 0
        self._timestamp_offset = 0
        self._last_timestamp = first_timestamp  # of the newest packet, as the publisher sent it
        self._last_at = last_at
        self._last_picture = self._last_tl0 = self._last_key_index = -1  # likewise
        self._cut = False  # the newest packet does not end its frame
        self._gone = False  # the current layer has ended
        self._refusals = 0
        self._extra = 0  # ticks the current run is behind its capture clock
        self._clocked = False  # the clock of the newest packet is still known

    @property
    def next_sequence(self) -> int:
        """The extended number that follows all that were sent: for whoever goes on under the same SSRC after `stop`."""
        return self._last_in + self._offset + 1 + self._cut if self.current >= 0 else self._next_out

    @property
    def last_sent(self) -> tuple[int, int, int]:
        """(layer, timestamp as the publisher sent it, as it went out) of the newest packet: for sender reports."""
        return self._run.layer, self._last_timestamp, (self._last_timestamp + self._timestamp_offset) & 0xFFFFFFFF

    @property
    def last_at(self) -> float:
        """When the newest packet that was sent came, monotonic seconds; -inf: nothing was sent."""
        return self._last_at

    @property
    def waiting_for(self) -> int:
        """The layer whose key frame is waited for, NO_LAYER when none is."""
        return self.wanted if self.wanted != self.current else NO_LAYER

    # --- per packet ------------------------------------------------------------------------------------------------------

    def forward(self, layer: int, ext: int, timestamp: int, marker: int, fields: PictureFields, now: float) -> int:
        """Return the extended sequence number under which this packet goes out, or DROPPED.

        `ext`: extended number in the layer's own space, each only once; `fields`: what was read of its payload.
        """
        if layer != self.current:
            if not fields.keyframe or layer != self.wanted and (self.current >= 0 or self.wanted < 0):
                return DROPPED
            return self._switch(layer, ext, timestamp, marker, fields, now) if ext > self._last_layer_in[layer] else DROPPED
        self.out_timestamp = (timestamp + self._timestamp_offset) & 0xFFFFFFFF
        if ext >= self._first_in:  # the usual case
            if ext - self._last_in > MAX_LEAP:
                self._leap(ext)
            sequence = ext + self._offset
        else:
            sequence = self._late(ext)
            if sequence < 0:
                return DROPPED
        if ext > self._last_media:
            if ext > self._last_in:
                self._last_in = ext
            self._last_media = ext
            self._last_timestamp = timestamp
            self._last_at = now
            self._cut = not marker
            if fields.picture >= 0:
                self._last_picture = fields.picture
                self._last_tl0 = fields.tl0
                self._last_key_index = fields.key_index
        return sequence

    def skip(self, layer: int, ext: int) -> None:
        """A packet of padding alone ended here: close the hole it would leave, when it is the newest."""
        if layer != self.current or ext <= self._last_in:
            return
        if ext - self._last_in > MAX_LEAP:
            self._leap(ext)
        self._last_in = ext
        if self._first_in == ext:  # nothing has gone out since the last hole: it only grows
            self._segments.pop()
            self._open_segment(ext + 1, ext + self._offset)
        else:
            self._segments[-1].end_in = ext - 1
            self._open_segment(ext + 1, ext + self._offset)

    # --- on changes ------------------------------------------------------------------------------------------------------

    def aim(self, wanted: int, current_gone: bool) -> None:
        """Say which layer is to be sent now; NO_LAYER stops at once. `current_gone`: the current one has ended by itself."""
        if wanted != self.wanted:
            self._refusals = 0
        self.wanted = wanted
        self._gone = current_gone
        if wanted < 0 <= self.current:
            self.stop()

    def stop(self) -> None:
        """End the run: the subscriber is on hold, or its video paused. The next begins at a key frame. Idempotent."""
        if self.current >= 0:
            self._end_run()
            self.current = NO_LAYER
            self._first_in = OPEN_END

    def cut(self, last: int) -> None:
        """Packets with extended numbers beyond `last` were dropped before they left: their numbers are taken back, so that no
        hole is left to be asked for. The next run begins at a key frame."""
        self.stop()
        segments = self._segments
        while segments and segments[-1].first_in + segments[-1].offset > last:
            segments.pop()  # nothing of it left
        if segments:
            segments[-1].end_in = min(segments[-1].end_in, last - segments[-1].offset)
        self._next_out = last + 2  # one stays unused: the frame that was cut must never look complete

    def restart(self, layer: int) -> None:
        """The layer's encoder was replaced: its numbers begin anew, and what it sent before is no longer in the history."""
        if layer == self.current:
            self.stop()
        if layer == self._run.layer:
            self._clocked = False
        self._last_layer_in[layer] = -1
        kept = [segment for segment in self._segments if segment.run.layer != layer]
        self._segments.clear()
        self._segments.extend(kept)

    def follow(self, clocks: Sequence[SourceClock]) -> None:
        """Another publisher's layers, or the same one's after a reconnect, come from now on; the numbers go on."""
        self.stop()
        self.clocks = clocks
        self._segments.clear()
        self._last_layer_in = [-1] * len(clocks)
        self._clocked = False
        self._gone = False
        self._refusals = 0
        self.wish = self.wanted = len(clocks) - 1

    def find_sent(self, sequence: int) -> tuple[Run, int] | None:
        """Return (run, extended number in its layer) of what has gone out under `sequence`; None for a hole, or too long ago.

        Whether that packet really went out its layer's history tells: what never came is not there.
        """
        highest = self._last_in + self._offset if self.current >= 0 else self._next_out - 1
        ext_out = highest + seq_delta(sequence, highest & 0xFFFF)
        for segment in reversed(self._segments):
            ext_in = ext_out - segment.offset
            if segment.holds(ext_in) and ext_out <= highest:
                return segment.run, ext_in
        return None

    def carries(self, run: Run) -> bool:
        """Whether this is the run that goes on now; a key frame has made all before it useless."""
        return run is self._run

    # --- the switch ------------------------------------------------------------------------------------------------------

    def _switch(self, layer: int, ext: int, timestamp: int, marker: int, fields: PictureFields, now: float) -> int:
        """Begin a run at this key frame, or wait for one that fits the timestamps of what was sent."""
        step = self._step_to(layer, timestamp, now)
        if step < 0:
            self._refusals += 1
            return DROPPED
        out_timestamp = self._last_timestamp + self._timestamp_offset + step
        if self.current >= 0:
            self._end_run()
        self.pictures = self._pictures_after(fields)
        self._timestamp_offset = (out_timestamp - timestamp) & 0xFFFFFFFF
        self._run = Run(layer, self._timestamp_offset, self.pictures)
        self._open_segment(ext, self._next_out)
        self.current = layer
        self.switches += 1
        self._refusals = 0
        self._gone = False
        self._clocked = True
        self._last_in = self._last_media = ext - 1
        self._last_picture = self._last_tl0 = self._last_key_index = -1
        return self.forward(layer, ext, timestamp, marker, fields, now)

    def _step_to(self, layer: int, timestamp: int, now: float) -> int:
        """Return the ticks from the last frame sent to this one; -1: wait for another key frame."""
        if self._last_at == NEVER:
            return 0  # nothing was sent yet
        rate = self.clocks[layer].clock_rate
        least = int(MIN_FRAME_STEP * rate)
        elapsed = max(int((now - self._last_at) * rate), least)
        step = self._captured_step(layer, timestamp)
        impatient = self._refusals >= MAX_REFUSALS or self._gone or self.current < 0
        if step is None and not impatient:
            return -1  # no sender report yet: it comes within a second
        if step is None or abs(step - elapsed) > MAX_CLOCK_DOUBT * rate:
            step = elapsed
        extra = max(least - step, 0)
        if extra > MAX_EXTRA_OFFSET * rate:
            if not impatient:
                return -1
            self._extra = 0  # the clock begins anew here
            return least
        self._extra = extra
        return step + extra

    def _captured_step(self, layer: int, timestamp: int) -> int | None:
        """Return the ticks between the two frames by the publisher's clock, less what the current run was pushed back by."""
        if not self._clocked:
            return None
        if layer == self._run.layer:
            return timestamp_delta(timestamp, self._last_timestamp)
        last = self.clocks[self._run.layer].capture_ntp(self._last_timestamp)
        this = self.clocks[layer].capture_ntp(timestamp)
        if last is None or this is None:
            return None
        units = ((this - last + (1 << 63)) & 0xFFFFFFFFFFFFFFFF) - (1 << 63)
        return round(units * self.clocks[layer].clock_rate / NTP_SECOND) - self._extra

    def _pictures_after(self, fields: PictureFields) -> PictureOffsets:
        """Return offsets that let this packet's picture numbers follow those of the last one sent."""
        last = self.pictures
        if self._run.layer < 0:
            return PictureOffsets()
        return PictureOffsets(
            _following(self._last_picture, last.picture, fields.picture, PICTURE_MASK),
            _following(self._last_tl0, last.tl0, fields.tl0, TL0_MASK),
            _following(self._last_key_index, last.key_index, fields.key_index, KEY_INDEX_MASK),
        )

    def _late(self, ext: int) -> int:
        """Return the number kept for a packet that comes late within the current run; others are of no use any more."""
        for segment in reversed(self._segments):
            if segment.run is not self._run:
                break
            if segment.holds(ext):
                return ext + segment.offset
        return DROPPED

    def _leap(self, ext: int) -> None:
        """The layer leapt to `ext`: go on there without the hole."""
        following = self._last_in + self._offset + 1 + self._cut
        self._segments[-1].end_in = self._last_in
        self._open_segment(ext, following)

    def _end_run(self) -> None:
        """Close the current run. A frame that was cut short is followed by one unused number, so that it never looks complete."""
        self._segments[-1].end_in = self._last_in
        self._next_out = self.next_sequence
        self._last_layer_in[self.current] = self._last_in

    def _open_segment(self, first_in: int, first_out: int) -> None:
        self._first_in = first_in
        self._offset = first_out - first_in
        self._segments.append(Segment(self._run, first_in, self._offset))


def _following(last: int, last_offset: int, first: int, mask: int) -> int:
    """Return the offset that makes `first` follow `last + last_offset`; the old one where either is absent."""
    return (last + last_offset + 1 - first) & mask if last >= 0 <= first else last_offset
