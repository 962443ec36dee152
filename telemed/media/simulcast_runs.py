"""What a subscriber was sent of a layered source, kept for its retransmissions: made at a switch or a hole, not per packet."""

from __future__ import annotations

from telemed.rtp.vp8_numbers import PictureOffsets

NO_LAYER = -1
OPEN_END = 1 << 62  # greater than any extended sequence number


class Run:
    """A stretch of one layer that began at a key frame: what was added to its timestamps and picture numbers."""

    __slots__ = ("layer", "pictures", "timestamp_offset")

    def __init__(self, layer: int, timestamp_offset: int, pictures: PictureOffsets) -> None:
        self.layer = layer
        self.timestamp_offset = timestamp_offset
        self.pictures = pictures


class Segment:
    """Packets of a run without a closed hole between them: out = in + offset. `end_in` is OPEN_END for the current one."""

    __slots__ = ("end_in", "first_in", "offset", "run")

    def __init__(self, run: Run, first_in: int, offset: int) -> None:
        self.run = run
        self.first_in = first_in
        self.end_in = OPEN_END
        self.offset = offset

    def holds(self, ext_in: int) -> bool:
        """Tell whether this extended number of the layer belongs to the segment."""
        return self.first_in <= ext_in <= self.end_in
