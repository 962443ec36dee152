"""What is remembered of a voice whose packets repeat earlier frames (RFC 2198): as it comes, and as it goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemed.media.control import Codec
from telemed.media.redundancy import RedundancyChoice
from telemed.sfu.source_rate import SourceRate
from telemed.sfu.subscriber_demands import sound_of

if TYPE_CHECKING:
    from telemed.sfu.peer import Peer

MAX_RECOVERED = 64  # packets that may still come by themselves; drop rule: oldest first


class ReceivedRedundancy:
    """Of one source: under which payload type it may come redundant, and which packets only came inside others."""

    __slots__ = ("_recovered", "first", "payload_type")

    def __init__(self, payload_type: int) -> None:
        self.payload_type = payload_type
        self.first = -1  # extended number from which on packets are recovered; -1: none came redundant yet
        self._recovered: dict[int, bool] = {}

    @classmethod
    def of(cls, codec: Codec) -> ReceivedRedundancy | None:
        """Return a record where the line agreed on it."""
        return cls(codec.red_payload_type) if codec.red_payload_type is not None else None

    def begin_after(self, highest: int) -> None:
        """Nothing is remembered of the packets up to `highest`: none of them is recovered any more."""
        if self.first >= 0:
            self.first = max(self.first, highest + 1)

    def recovered(self, ext: int, was_asked: bool) -> None:
        """Packet `ext` came inside another one. `was_asked`: it had been asked for again before."""
        if len(self._recovered) >= MAX_RECOVERED:
            del self._recovered[next(iter(self._recovered))]
        self._recovered[ext] = was_asked

    def came_late(self, ext: int) -> bool:
        """A packet came a second time. Tell whether that is its own first arrival: it was overtaken, not lost, and counts."""
        return not self._recovered.pop(ext, True)


class SentRedundancy:
    """Of one flow: the payload type of redundant packets, the choice how much is repeated, and what that costs."""

    __slots__ = ("choice", "octets", "payload_type", "rate")

    def __init__(self, payload_type: int) -> None:
        self.payload_type = payload_type
        self.choice = RedundancyChoice()
        self.octets = 0  # sent besides the frames themselves
        self.rate = SourceRate()

    @classmethod
    def of(cls, codec: Codec) -> SentRedundancy | None:
        """Return a record where the line agreed on it."""
        return cls(codec.red_payload_type) if codec.red_payload_type is not None else None


def choose_repeats(peer: Peer, now: float) -> None:
    """Every second: how many earlier frames each packet of a voice carries on its way to this listener. Decided by what the
    listener reports as lost, of the voice or of everything, and by the room of its path beside all voices."""
    control = peer.control
    voices = [(flow, flow.redundancy) for flow in peer.flows.values() if flow.redundancy is not None]
    if control is None or not control.in_charge or not voices:
        return
    for _flow, redundancy in voices:
        redundancy.rate.update(redundancy.octets, now)
    estimate = control.estimate
    room = estimate.bitrate - sound_of(peer)
    queued = estimate.wary or estimate.queue_is_long
    for flow, redundancy in voices:
        flow.repeats = redundancy.choice.look(max(flow.loss / 256, estimate.loss), room, now, queued)
