"""From packets in order to whole pictures that a decoder can follow.

A picture of which a packet is missing is dropped, and everything behind it up to the next key frame with it: a decoder would show
garbage. What is lost between two whole pictures counts the same, unless the codec's own picture numbers say that nothing was.
"""

from __future__ import annotations

from collections.abc import Callable

from telemed.media.frames.av1 import Av1Depacketiser
from telemed.media.frames.h264 import H264Depacketiser
from telemed.media.frames.picture import MAX_PIECES, NO_NUMBER, Depacketiser, Picture
from telemed.media.frames.records import Frame, Packet
from telemed.media.frames.vp8 import Vp8Depacketiser
from telemed.media.frames.vp9 import Vp9Depacketiser
from telemed.rtp.errors import MalformedPacket

DEPACKETISERS: dict[str, Callable[[], Depacketiser]] = {
    "vp8": Vp8Depacketiser,
    "vp9": Vp9Depacketiser,
    "av1": Av1Depacketiser,
    "h264": H264Depacketiser,
}
MAX_PICTURE_BYTES = 16 * 1024 * 1024  # a key frame of 8K at the highest quality is smaller; what is larger is no picture


class PictureAssembler:
    """One lane's pictures. `dropped` counts those that were begun and not given out."""

    __slots__ = (
        "_lost",
        "_waiting",
        "_codec",
        "_ended",
        "_first",
        "_lane",
        "_next",
        "_number",
        "_number_next",
        "_octets",
        "_pieces",
        "_ssrc",
        "_started",
        "_whole",
        "dropped",
    )

    def __init__(self, codec: Depacketiser, lane: int, ssrc: int) -> None:
        self._codec = codec
        self._lane = lane
        self._ssrc = ssrc
        self._next = -1  # extended sequence number
        self._first: Packet | None = None  # of the picture that is being joined
        self._ended = True  # the picture before has all its packets
        self._whole = False
        self._number = (NO_NUMBER, 1)  # of the last picture given out
        self._number_next = self._number  # of the picture that is being joined
        self._octets = self._pieces = 0
        self._started = False
        self._waiting = True  # for a key frame: nothing can be shown before
        self._lost = False  # something, since the picture given out last
        self.dropped = 0

    def push(self, packet: Packet) -> list[Frame]:
        """Take the next packet in order. Returns the pictures that ended with it: none, one, or two."""
        contiguous = packet.number == self._next
        self._next = packet.number + 1
        if packet.start >= packet.end:  # padding: it only had a number
            self._whole = self._whole and (contiguous or self._ended)
            self._ended = self._ended and contiguous
            return []
        given: list[Frame] = []
        first = self._first
        if first is None or packet.timestamp != first.timestamp:
            if first is not None:
                self._whole = self._whole and contiguous  # it ended without a marker: whole when nothing is between
                self._close(given)
            self._begin(packet, contiguous)
        elif not contiguous:
            self._whole = False
        if self._whole:
            self._add(packet)
        if packet.marker:
            self._close(given)
        return given

    def _begin(self, packet: Packet, contiguous: bool) -> None:
        self._first = packet
        self._octets = self._pieces = 0
        begins = self._codec.begins(packet.data, packet.start, packet.end)
        self._whole = begins or (contiguous and self._ended)
        if not (contiguous and self._ended) and not self._follows(packet):
            self._lost = self._lost or self._started
            self._waiting = True
        self._started = True
        self._ended = False

    def _follows(self, packet: Packet) -> bool:
        """Whether the codec says that no picture is missing before this one."""
        before, cycle = self._number
        try:
            number, _ = self._codec.number(packet.data, packet.start, packet.end)
        except MalformedPacket:
            return False
        return before != NO_NUMBER and number == (before + 1) % cycle and not self._waiting

    def _add(self, packet: Packet) -> None:
        self._octets += packet.end - packet.start
        self._pieces += 1
        try:
            if packet is self._first:
                self._number_next = self._codec.number(packet.data, packet.start, packet.end)
            self._codec.add(packet.data, packet.start, packet.end)
        except MalformedPacket:
            self._whole = False
        if self._octets > MAX_PICTURE_BYTES or self._pieces > MAX_PIECES:
            self._whole = False

    def _close(self, given: list[Frame]) -> None:
        """The picture has ended: give it out when it is whole and can be followed."""
        first, self._first = self._first, None
        self._ended = True
        picture = self._finished()
        if first is None:
            return
        if picture is None or (self._waiting and not picture.key):
            self._waiting = self._lost = True
            self.dropped += 1
            return
        after_loss, self._lost, self._waiting = self._lost, False, False
        self._number = self._number_next
        given.append(
            Frame(
                self._lane,
                self._ssrc,
                first.timestamp,
                first.arrival_us,
                picture.key,
                picture.data,
                picture.width,
                picture.height,
                after_loss,
            )
        )

    def _finished(self) -> Picture | None:
        try:
            picture = self._codec.finish()
        except MalformedPacket:
            return None
        return picture if self._whole else None
