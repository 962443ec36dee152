"""What control knows of one room and its peers. Records and small rules; no I/O."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field

from telemed.care.ports import MediaPlane
from telemed.congestion.demands import Mode
from telemed.media.control import PeerState, Source
from telemed.signaling.rate import TokenBucket

OFFERS_PER_SECOND = 1.0  # protocol section 3: at most 10 in 10 s
OFFER_BURST = 10.0
TRACK_HASH_BYTES = 12  # 96 bits, as every id of ours


def track_id(participant_id: str, source: Source) -> str:
    """The id of a seat's track: the same after every reconnect and restart, so nothing needs to be remembered."""
    digest = hashlib.sha256(f"{participant_id}|{source.value}".encode()).digest()[:TRACK_HASH_BYTES]
    return "trk_" + base64.urlsafe_b64encode(digest).decode("ascii")


def source_of(participant_id: str, track: str) -> Source | None:
    """Which source of a seat a track id belongs to; None: it is not one of its tracks."""
    return next((source for source in Source if track_id(participant_id, source) == track), None)


@dataclass(slots=True)
class MediaPeer:
    """One seat's peer in its worker."""

    bucket: TokenBucket
    attempt: int = 0
    offer: int = 0
    state: PeerState | None = None  # None: no peer
    flowing: bool = True  # what the worker was told last
    hearing: bool = True  # likewise: whether it receives while it flows
    mode: Mode = Mode.SPEECH  # likewise
    holder: str = ""  # the login or seat cookie whose offer it answers
    negotiating: bool = False
    evicted: bool = False  # its device lost the seat
    evictions: int = 0  # so far: an offer that was being answered meanwhile came from that device

    @property
    def present(self) -> bool:
        """Whether the worker holds a peer for the seat, as far as we know."""
        return self.state is not None and self.state is not PeerState.CLOSED


@dataclass(frozen=True, slots=True)
class RecordedMode:
    """What the patient of a visit needs most, as the record said at `at` (monotonic seconds)."""

    patient_id: str | None
    mode: Mode
    at: float


@dataclass(slots=True)
class MediaRoom:
    """A room and the worker it is pinned to."""

    room_id: str
    plane: MediaPlane
    peers: dict[str, MediaPeer] = field(default_factory=dict)
    recorded: RecordedMode | None = None  # None: nobody looked

    def peer(self, participant_id: str, now: float) -> MediaPeer:
        """The seat's peer record, made when it is asked for first."""
        if participant_id not in self.peers:
            self.peers[participant_id] = MediaPeer(TokenBucket(OFFERS_PER_SECOND, OFFER_BURST, now))
        return self.peers[participant_id]

    @property
    def load(self) -> int:
        """Peers in the worker; an empty room counts as one to come."""
        return max(1, sum(peer.present for peer in self.peers.values()))
