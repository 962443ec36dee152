"""The records of `media.control` as JSON, and the frames they travel in. Both ends use it; both check everything.

Shape first (exact keys, exact types, bounded sizes), then meaning (`check_negotiate`). A fault is a ProtocolError that names the
field and never quotes its value.
"""

from __future__ import annotations

import binascii
import dataclasses
import json
import math
import types
import typing
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from telemed.errors import ProtocolError
from telemed.media.control import (
    MAX_FRAME_BYTES,
    MAX_LAYERS,
    Codec,
    Layers,
    LayersWanted,
    LoadChanged,
    Negotiate,
    PeerQuality,
    PeerStateChanged,
    PublishLine,
    RecordingReport,
    SetMode,
    SetRecording,
    SetWishes,
    SpeakerChanged,
    StopRecording,
    SubscribeLine,
    VideoPaused,
    WorkerEvent,
)

HEADER_BYTES = 4  # big-endian length before each frame
MAX_TEXT = 512  # characters of any string
MAX_ITEMS = 4096  # elements of any list: a snapshot of every peer a worker can hold
MAX_INTEGER = 2**63 - 1
MAX_LINES = 48  # m-lines of one offer, docs/protocol.md section 3
MAX_ID = 64  # characters of room, peer and track ids
MAX_MID = 16  # characters: what a one-byte header extension carries (RFC 8285)
MAX_FINGERPRINTS = 8
MAX_CLOCK_RATE = 384_000  # Hz
MAX_TILE_HEIGHT = 16_384  # device pixels; no screen is larger
MAX_RECORDED = 512  # tracks of one recording: more than the sources of any room
RECORDING_KEY_BYTES = 32  # AES-256

EVENTS: dict[str, type[WorkerEvent]] = {
    "peer_state": PeerStateChanged,
    "speaker": SpeakerChanged,
    "video_paused": VideoPaused,
    "layers_wanted": LayersWanted,
    "quality": PeerQuality,
    "load": LoadChanged,
    "recording": RecordingReport,
}
EVENT_NAMES = {record_type: name for name, record_type in EVENTS.items()}

T = TypeVar("T")


def to_json(record: Any) -> dict[str, Any]:
    """Return a control record as a dict that `json.dumps` takes."""
    return dataclasses.asdict(record)


def from_json(record_type: type[T], value: object) -> T:
    """Build a record from parsed JSON. Raises ProtocolError when anything is missing, unknown, of another type or too large."""
    record: T = _decode(record_type, value, record_type.__name__)
    if isinstance(record, Negotiate):
        check_negotiate(record)
    elif isinstance(record, SetWishes):
        _check_wishes(record)
    elif isinstance(record, SetMode):
        _check_ids(record)
    elif isinstance(record, SetRecording):
        _check_recording(record)
    elif isinstance(record, StopRecording):
        _check_recording_ids(record)
    return record


def check_negotiate(request: Negotiate) -> None:
    """Check what types cannot say: ranges, lengths, and that no m-line or track is named twice. Raises ProtocolError."""
    for name, text, limit in (("room_id", request.room_id, MAX_ID), ("peer_id", request.peer_id, MAX_ID)):
        _require(0 < len(text) <= limit, name)
    _require(len(request.holder) <= MAX_ID, "holder")
    remote = request.transport
    _require(4 <= len(remote.ice_ufrag) <= 256, "ice_ufrag")  # RFC 8839 section 5.4
    _require(22 <= len(remote.ice_pwd) <= 256, "ice_pwd")
    _require(1 <= len(remote.fingerprints) <= MAX_FINGERPRINTS, "fingerprints")
    _require(all(entry.algorithm and entry.value for entry in remote.fingerprints), "fingerprints")
    lines: list[PublishLine | SubscribeLine] = [*request.publish, *request.subscribe]
    _require(len(lines) <= MAX_LINES, "lines")
    _require(len({line.mid for line in lines}) == len(lines), "mid")
    _require(len({line.track_id for line in request.publish}) == len(request.publish), "track_id")
    for line in lines:
        _require(0 < len(line.mid) <= MAX_MID and line.mid.isascii(), "mid")
        _require(0 < len(line.track_id) <= MAX_ID, "track_id")
        extensions = line.extensions
        _require(all(n <= 14 for n in (extensions.mid, extensions.transport_cc, extensions.audio_level)), "extensions")
        _check_codec(line.codec)
    for published in request.publish:
        _require(published.ssrc < 2**32 and published.rtx_ssrc < 2**32, "ssrc")
        if published.layers is not None:
            _check_layers(published.layers)


def _check_layers(layers: Layers) -> None:
    _require(2 <= len(layers.rids) <= MAX_LAYERS and len(set(layers.rids)) == len(layers.rids), "layers")
    _require(all(0 < len(rid) <= MAX_MID and rid.isascii() for rid in layers.rids), "layers")
    _require(0 < layers.rid_extension <= 14 and layers.repaired_rid_extension <= 14, "layers")


def _check_ids(request: SetWishes | SetMode) -> None:
    _require(0 < len(request.room_id) <= MAX_ID, "room_id")
    _require(0 < len(request.peer_id) <= MAX_ID, "peer_id")


def _check_wishes(request: SetWishes) -> None:
    _check_ids(request)
    _require(len(request.wishes) <= MAX_LINES, "wishes")
    _require(all(0 < len(wish.track_id) <= MAX_ID for wish in request.wishes), "track_id")
    _require(all(wish.height <= MAX_TILE_HEIGHT for wish in request.wishes), "height")


def _check_recording(request: SetRecording) -> None:
    _check_recording_ids(request)
    _require(request.directory.startswith("/") and "\0" not in request.directory, "directory")
    _require(len(recording_key(request)) == RECORDING_KEY_BYTES, "key")
    _require(len(request.tracks) <= MAX_RECORDED, "tracks")
    _require(len({track.track_id for track in request.tracks}) == len(request.tracks), "track_id")
    _require(all(0 < len(track.track_id) <= MAX_ID for track in request.tracks), "track_id")
    _require(all(0 < len(track.participant_id) <= MAX_ID for track in request.tracks), "participant_id")


def recording_key(request: SetRecording) -> bytes:
    """The data key of a recording. Raises ProtocolError when it is not base64."""
    try:
        return binascii.a2b_base64(request.key.encode(), strict_mode=True)
    except ValueError:
        raise ProtocolError("A field has the wrong type, size or value.", field="key") from None  # quotes no part of it


def _check_recording_ids(request: SetRecording | StopRecording) -> None:
    _require(0 < len(request.room_id) <= MAX_ID, "room_id")
    _require(0 < len(request.recording_id) <= MAX_ID, "recording_id")


def _check_codec(codec: Codec) -> None:
    _require(bool(codec.name), "name")
    others = codec.rtx_payload_type, codec.red_payload_type
    _require(codec.payload_type <= 127 and all((number or 0) <= 127 for number in others), "payload_type")
    _require(0 < codec.clock_rate <= MAX_CLOCK_RATE, "clock_rate")
    _require(codec.payload_type not in others, "payload_type")


def encode_event(event: WorkerEvent, generation: str) -> bytes:
    """Return the frame of one worker event."""
    return encode_frame({"event": EVENT_NAMES[type(event)], "generation": generation, "data": to_json(event)})


def decode_event(name: object, data: object) -> WorkerEvent:
    """Build the event called `name`. Raises ProtocolError for unknown names and bad data."""
    record_type = EVENTS.get(name) if isinstance(name, str) else None
    if record_type is None:
        raise ProtocolError("Unknown event.", field="event")
    return from_json(record_type, data)


def encode_frame(message: dict[str, Any]) -> bytes:
    """Return length and JSON of one message. Raises ProtocolError above MAX_FRAME_BYTES."""
    body = json.dumps(message, separators=(",", ":")).encode()
    if len(body) > MAX_FRAME_BYTES:
        raise ProtocolError("The message is too large for a frame.")
    return len(body).to_bytes(HEADER_BYTES, "big") + body


def frame_length(header: bytes) -> int:
    """Return the body length a 4-byte header announces. Raises ProtocolError when it is over the limit or empty."""
    length = int.from_bytes(header, "big")
    if not 0 < length <= MAX_FRAME_BYTES:
        raise ProtocolError("The frame length is out of range.")
    return length


def decode_frame(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a frame's body. Raises ProtocolError."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise ProtocolError("The frame is not JSON.") from fault
    if not isinstance(message, dict):
        raise ProtocolError("The frame is not a JSON object.")
    return message


@cache
def _fields(record_type: type) -> dict[str, Any]:
    """Return field name -> resolved annotation of a record."""
    hints = typing.get_type_hints(record_type)
    return {field.name: hints[field.name] for field in dataclasses.fields(record_type)}


def _decode(hint: Any, value: object, where: str) -> Any:
    """Decode one value by its annotation; `where` is the name of the field it is in."""
    origin = typing.get_origin(hint)
    if origin is types.UnionType:
        (inner,) = [part for part in typing.get_args(hint) if part is not types.NoneType]
        return None if value is None else _decode(inner, value, where)
    if origin is tuple:
        _require(isinstance(value, list) and len(value) <= MAX_ITEMS, where)
        inner = typing.get_args(hint)[0]
        return tuple(_decode(inner, item, where) for item in typing.cast("list[object]", value))
    if dataclasses.is_dataclass(hint):
        return _decode_record(typing.cast("type", hint), value, where)
    return _decode_scalar(hint, value, where)


def _decode_record(record_type: type, value: object, where: str) -> Any:
    fields = _fields(record_type)
    if not isinstance(value, dict) or value.keys() != fields.keys():
        raise ProtocolError("A record has missing or unknown fields.", field=where)
    return record_type(**{name: _decode(hint, value[name], name) for name, hint in fields.items()})


def _decode_scalar(hint: type, value: object, where: str) -> Any:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        _require(isinstance(value, str) and value in hint.__members__.values(), where)
        return hint(typing.cast("str", value))
    if hint is float:
        _require(type(value) in (int, float) and math.isfinite(typing.cast("float", value)), where)
        return float(typing.cast("float", value))
    _require(type(value) is hint, where)
    if isinstance(value, str):
        _require(len(value) <= MAX_TEXT, where)
    elif isinstance(value, int):
        _require(0 <= value <= MAX_INTEGER, where)
    return value


def _require(condition: bool, field: str) -> None:
    if not condition:
        raise ProtocolError("A field has the wrong type, size or value.", field=field)
