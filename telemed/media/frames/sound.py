"""Opus from RTP payloads (RFC 7587): each packet is a frame of its own."""

from __future__ import annotations

from telemed.media.frames.records import Frame, Packet
from telemed.rtp.errors import MalformedPacket
from telemed.rtp.opus import packet_samples


class SoundAssembler:
    """One lane of Opus. `after_loss` tells what is missing from what was not said: packets left out in pauses have no numbers."""

    __slots__ = ("_after_loss", "_lane", "_next", "_ssrc", "dropped")

    def __init__(self, lane: int, ssrc: int) -> None:
        self._lane = lane
        self._ssrc = ssrc
        self._next = -1
        self._after_loss = False
        self.dropped = 0

    def push(self, packet: Packet) -> list[Frame]:
        """Take the next packet in order. Returns its frame, or none when it is no Opus."""
        if packet.number != self._next and self._next >= 0:
            self._after_loss = True
        self._next = packet.number + 1
        if packet.start >= packet.end:
            return []
        try:
            samples = packet_samples(packet.data, packet.start, packet.end)
        except MalformedPacket:
            self._after_loss = True
            self.dropped += 1
            return []
        after_loss, self._after_loss = self._after_loss, False
        data = packet.data[packet.start : packet.end]
        return [
            Frame(
                self._lane,
                self._ssrc,
                packet.timestamp,
                packet.arrival_us,
                key=True,
                data=data,
                after_loss=after_loss,
                samples=samples,
            )
        ]
