"""The typed records that the control process and a media worker exchange over their local stream socket.

Framing: 4-byte big-endian length, then UTF-8 JSON of at most MAX_FRAME_BYTES. On connect the worker speaks first with `Hello`.
Control sends requests `{"id": n, "generation": g, "op": <op>, "args": {...}}`; the worker answers each once with
`{"id": n, "ok": true, "result": {...}}` or `{"id": n, "ok": false, "code": ..., "message": ...}` and sends events
`{"event": <name>, "generation": g, "data": {...}}`. A request with a stale generation is refused with code `stale_generation`.

A `Negotiate` is declarative: it states all a peer publishes and subscribes to; the worker computes the difference. Repeating it
changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from telemed.congestion.demands import Mode
from telemed.media.journal.faults import RecordingFault
from telemed.media.overload import LoadLevel

CONTROL_VERSION = 3
MAX_LAYERS = 3  # of one picture: what browsers send; more would cost every publisher of a call
MAX_FRAME_BYTES = 512 * 1024  # a snapshot of 400 peers fits; anything larger is a fault


class Kind(StrEnum):
    """The medium of a track."""

    AUDIO = "audio"
    VIDEO = "video"


class Source(StrEnum):
    """What a track captures; one track per participant and source."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN = "screen"
    SCREEN_AUDIO = "screen_audio"


class PeerState(StrEnum):
    """Life of one peer's transport as the worker sees it."""

    CONNECTING = "connecting"  # answered; waiting for checks and DTLS
    CONNECTED = "connected"  # DTLS done, consent fresh
    SILENT = "silent"  # nothing authenticated for 5 s; may come back
    FAILED = "failed"  # handshake deadline passed or fingerprint wrong
    CLOSED = "closed"  # closed by control, replaced by a newer attempt, or silent for 30 s


class Way(StrEnum):
    """How a peer's packets reach the worker. Through a relay they come by UDP: only control and the client know of it."""

    UNKNOWN = "unknown"
    UDP = "udp"
    TCP = "tcp"


@dataclass(frozen=True, slots=True)
class Codec:
    """One codec of an m-line as the browser numbered it. `rtx_payload_type` is None without RFC 4588. `resend`: of audio, both
    sides resend lost packets under their own numbers when asked (RFC 4585 NACK). `red_payload_type`: of audio, under which
    packets may repeat earlier frames (RFC 2198); None: never."""

    kind: Kind
    name: str  # lower case: opus, vp8
    payload_type: int
    clock_rate: int  # Hz
    channels: int
    rtx_payload_type: int | None
    resend: bool = False
    red_payload_type: int | None = None


@dataclass(frozen=True, slots=True)
class Extensions:
    """Header extension ids (RFC 8285) agreed for one m-line; 0 = not agreed."""

    mid: int = 0
    transport_cc: int = 0
    audio_level: int = 0


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A certificate hash of a=fingerprint."""

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True)
class RemoteTransport:
    """ICE and DTLS parameters of the client's offer (bundle transport)."""

    ice_ufrag: str
    ice_pwd: str
    fingerprints: tuple[Fingerprint, ...]


@dataclass(frozen=True, slots=True)
class Layers:
    """The sizes of one picture that a client sends at once on one m-line (RFC 8853): their names, smallest first, and the header
    extensions (RFC 8852) that tell them apart; `repaired_rid_extension` 0: resends cannot be told apart."""

    rids: tuple[str, ...]
    rid_extension: int
    repaired_rid_extension: int


@dataclass(frozen=True, slots=True)
class PublishLine:
    """An m-line on which the client sends. `ssrc`/`rtx_ssrc` are 0 when the offer does not announce them, and on a line with
    `layers`, each of which comes under an SSRC of its own."""

    mid: str
    track_id: str  # stable for (participant, source) over attempts
    source: Source
    codec: Codec
    extensions: Extensions
    ssrc: int
    rtx_ssrc: int
    layers: Layers | None = None


@dataclass(frozen=True, slots=True)
class SubscribeLine:
    """An m-line on which the client receives `track_id`, with the payload types of the subscriber's offer."""

    mid: str
    track_id: str
    codec: Codec
    extensions: Extensions


@dataclass(frozen=True, slots=True)
class Negotiate:
    """All that one peer publishes and subscribes to now. A larger `attempt` replaces the peer's transport; a changed ufrag within
    the same attempt is an ICE restart and keeps DTLS and SRTP."""

    room_id: str
    peer_id: str  # = participant id
    attempt: int
    transport: RemoteTransport
    publish: tuple[PublishLine, ...]
    subscribe: tuple[SubscribeLine, ...]
    holder: str = ""  # the login or seat cookie it comes from; the worker keeps it for control, which may die meanwhile
    mode: Mode = Mode.SPEECH  # what this person needs most from the call


@dataclass(frozen=True, slots=True)
class Candidate:
    """A host candidate of the worker for the answer."""

    address: str
    port: int
    protocol: str  # udp | tcp
    priority: int
    foundation: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What the worker will send on a subscribe line. A recycled line gets fresh SSRCs, never reused under one key."""

    mid: str
    track_id: str
    ssrc: int
    rtx_ssrc: int  # 0 for audio
    cname: str


@dataclass(frozen=True, slots=True)
class Negotiated:
    """The worker's side for the answer."""

    ice_ufrag: str
    ice_pwd: str
    fingerprint: Fingerprint
    candidates: tuple[Candidate, ...]
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Hello:
    """First words of a worker on each control connection. `generation` is new at every worker start."""

    version: int
    generation: str
    worker: int
    udp_port: int
    tcp_port: int  # 0: no ICE-TCP


@dataclass(frozen=True, slots=True)
class PeerSnapshot:
    """One peer as the worker has it."""

    room_id: str
    peer_id: str
    attempt: int
    state: PeerState
    sending: bool
    receiving: bool
    tracks: tuple[str, ...]  # published track ids
    holder: str = ""  # of the latest `Negotiate`
    mode: Mode = Mode.SPEECH  # as said last


@dataclass(frozen=True, slots=True)
class RecordingSnapshot:
    """One recording as the worker has it, open or being written out. Never its key."""

    room_id: str
    recording_id: str
    tracks: tuple[str, ...]  # track ids that may be captured now; whether they are sent is another matter


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All rooms, peers and recordings of a worker, for reconciliation."""

    generation: str
    rooms: tuple[str, ...]
    peers: tuple[PeerSnapshot, ...]
    load: LoadLevel = LoadLevel.NORMAL
    recordings: tuple[RecordingSnapshot, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadChanged:
    """Event `load`: how far the worker has gone against more load than it is configured for."""

    level: LoadLevel


@dataclass(frozen=True, slots=True)
class PeerStateChanged:
    """Event `peer_state`."""

    room_id: str
    peer_id: str
    attempt: int
    state: PeerState


@dataclass(frozen=True, slots=True)
class SpeakerChanged:
    """Event `speaker`: the dominant speaker of a room, None when all are silent."""

    room_id: str
    peer_id: str | None


@dataclass(frozen=True, slots=True)
class VideoPaused:
    """Event `video_paused`: a subscriber's video was stopped (or resumed) to keep the sound."""

    room_id: str
    peer_id: str
    paused: bool


@dataclass(frozen=True, slots=True)
class LayersWanted:
    """Event `layers_wanted`: which layers of a published camera somebody takes, by name (none: the line has no layers), and the
    most its encoder should send in bit/s when every subscriber's link takes less (0: no limit). Of sound: the same limit, while
    somebody hears it over a very slow link; frames are to be long then. `redundant`: of sound, much of it is lost on its way
    here, so packets are to repeat earlier frames (RFC 2198). `paused`: no pictures at all, as the publisher's own link is full
    and its voice waits. On changes, and every 4 s."""

    room_id: str
    peer_id: str
    track_id: str
    layers: tuple[str, ...]
    max_bitrate: int
    redundant: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True)
class TileWish:
    """How large a subscriber shows a track: the height of its tile in device pixels, 0 when nobody can see it. `first`: the
    person chose this picture, and gives it up last."""

    track_id: str
    height: int
    first: bool = False


@dataclass(frozen=True, slots=True)
class SetMode:
    """Operation `set_mode`: what a person needs most has changed since their last `Negotiate`, without an offer of theirs."""

    room_id: str
    peer_id: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class SetWishes:
    """Operation `set_wishes`: all a peer has said of its tiles; a track that is not named is wanted in full size."""

    room_id: str
    peer_id: str
    wishes: tuple[TileWish, ...]


@dataclass(frozen=True, slots=True)
class RecordedTrack:
    """A track that may be captured now, and under which name it is kept."""

    track_id: str
    participant_id: str
    source: Source


@dataclass(frozen=True, slots=True)
class SetRecording:
    """Operation `set_recording`: all that may be captured of a room now. Declarative: repeating it changes nothing, a track that
    is not named is not written from its next packet on, and `tracks` empty is a pause. Opens the recording by itself, and the
    room, which may be empty yet. Directory and key of an open recording do not change. Code `recording_closed` for one that was
    stopped, `recording_exists` while another one of the room is open, `recording_refused` where no journal can be made."""

    room_id: str
    recording_id: str
    directory: str  # absolute, made by control, mode 0700
    key: str = field(repr=False)  # the data key, 32 bytes in base64; neither logged nor told to anybody
    tracks: tuple[RecordedTrack, ...]


@dataclass(frozen=True, slots=True)
class StopRecording:
    """Operation `stop_recording`: write out, close, and answer when all of it is on disk. Unknown ones are fine."""

    room_id: str
    recording_id: str


class RecordingCondition(StrEnum):
    """What a recording does now."""

    WRITING = "writing"  # it may capture something, whether it is sent now or not
    PAUSED = "paused"  # it may capture nothing
    FAILED = "failed"  # nothing can be written; the call goes on
    CLOSED = "closed"  # stopped, or its room or worker ended; all that came is on disk unless `fault` says otherwise


@dataclass(frozen=True, slots=True)
class RecordingReport:
    """Event `recording`: on each change, and every 5 s while the recording is open. `packets` and `octets` are on the disk,
    `dropped` packets found no room. In a worker that took a recording over they count from there."""

    room_id: str
    recording_id: str
    state: RecordingCondition
    fault: RecordingFault
    tracks: tuple[str, ...]  # ids of the tracks that are being captured
    packets: int
    octets: int
    dropped: int


@dataclass(frozen=True, slots=True)
class PeerQuality:
    """Event `quality`, every 2 s per connected peer. Losses are fractions 0..1, rates bit/s, `rtt` seconds (0: unknown).

    Up is from the peer to us, down from us to the peer. Jitter (RFC 3550 section 6.4.1) in seconds, of the worst line; down as
    the peer reported it.
    """

    room_id: str
    peer_id: str
    up_loss: float
    down_loss: float
    rtt: float
    up_rate: int
    down_rate: int
    up_jitter: float = 0.0
    down_jitter: float = 0.0
    way: Way = Way.UNKNOWN
    layer: int | None = None  # largest layer of a picture sent to the peer now, 0 the smallest; None: none
    video_rate: int = 0  # of `down_rate`, what is pictures; 0: none is sent
    video_paused: bool = False  # all pictures it asked for are kept back to keep the sound
    held: bool = False  # its own pictures are stopped, as its link is full and its voice waits
    up_wait: float = 0.0  # seconds its voice waits for its link
    up_video_rate: int = 0  # of `up_rate`, what is pictures


WorkerEvent = PeerStateChanged | SpeakerChanged | VideoPaused | LayersWanted | PeerQuality | LoadChanged | RecordingReport
