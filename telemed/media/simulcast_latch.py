"""Which layer an SSRC carries: RID and repaired RID stand on its first packets only (RFC 8852), so it is noted at once.

Chromium names no SSRC of a layered camera in its offer; what an offer names is not needed here.
"""

from __future__ import annotations

from dataclasses import dataclass

from telemed.rtp.buffer import Buffer
from telemed.rtp.extensions import iter_extensions

MAX_UNKNOWN = 16  # SSRCs whose packets did not say what they are; drop rule: further ones are not counted, and never latched
MAX_UNKNOWN_PACKETS = 100  # packets of one such SSRC that are looked at: browsers name it on the first dozens


@dataclass(frozen=True, slots=True)
class LayerExtensions:
    """The agreed extension ids (RFC 8285); none of them is 0 on a line with layers."""

    mid: int
    rid: int
    repaired_rid: int


@dataclass(frozen=True, slots=True)
class Latched:
    """What an SSRC carries. `replaces`: the SSRC that carried the same before, 0 for none: the publisher has a new encoder."""

    layer: int
    is_repair: bool
    replaces: int = 0


class LayerLatch:
    """The SSRCs of one m-line with layers. Bounded: one medium and one repair stream for each layer, and 16 unknown ones."""

    __slots__ = ("_extensions", "_mid", "_retired", "_rids", "_slots", "_unknown")

    def __init__(self, mid: str, rids: tuple[str, ...], extensions: LayerExtensions) -> None:
        """`rids` of the layers, smallest first."""
        self._mid = mid.encode()
        self._rids = {rid.encode(): layer for layer, rid in enumerate(rids)}
        self._extensions = extensions
        self._slots: dict[tuple[int, bool], int] = {}  # (layer, is repair) -> SSRC
        self._unknown: dict[int, int] = {}  # SSRC -> packets looked at
        self._retired: set[int] = set()  # replaced ones, whose late packets must not take the line back

    @property
    def ssrcs(self) -> dict[tuple[int, bool], int]:
        """The SSRC of each (layer, is repair) known so far."""
        return dict(self._slots)

    def latch(self, ssrc: int, packet: Buffer, is_repair: bool) -> Latched | None:
        """A packet of an SSRC not known yet. `is_repair`: by its payload type. None: not of this line, or not yet clear."""
        if ssrc in self._retired or not self._may_look(ssrc):
            return None
        layer = self._named_layer(packet, is_repair)
        if layer is None:
            return None
        self._unknown.pop(ssrc, None)
        replaced = self._slots.get((layer, is_repair), 0)
        if replaced == ssrc:
            return Latched(layer, is_repair)
        if replaced:
            self._retire(replaced)
        self._slots[layer, is_repair] = ssrc
        return Latched(layer, is_repair, replaced)

    def forget(self, ssrc: int) -> None:
        """The publisher said BYE for `ssrc`; it may come back."""
        self._slots = {slot: one for slot, one in self._slots.items() if one != ssrc}

    def _may_look(self, ssrc: int) -> bool:
        """Count a look at a packet of an unknown SSRC; False when there were enough."""
        looks = self._unknown.get(ssrc, 0)
        if looks >= MAX_UNKNOWN_PACKETS or (not looks and len(self._unknown) >= MAX_UNKNOWN):
            return False
        self._unknown[ssrc] = looks + 1
        return True

    def _named_layer(self, packet: Buffer, is_repair: bool) -> int | None:
        """Return the layer the packet's own extensions name, None when they name none or another line."""
        ids = self._extensions
        wanted = ids.repaired_rid if is_repair else ids.rid
        layer = None
        for element, offset, length in iter_extensions(packet):
            value = bytes(packet[offset : offset + length])
            if element == ids.mid and value != self._mid:
                return None
            if element == wanted:
                layer = self._rids.get(value)
        return layer

    def _retire(self, ssrc: int) -> None:
        if len(self._retired) >= MAX_UNKNOWN:
            self._retired.pop()
        self._retired.add(ssrc)
