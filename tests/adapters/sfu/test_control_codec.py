"""Control records and frames: what goes out comes back, everything else is a ProtocolError."""

from __future__ import annotations

import copy
import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.congestion.demands import Mode
from telemed.errors import ProtocolError
from telemed.media.control import (
    MAX_FRAME_BYTES,
    Candidate,
    Fingerprint,
    Grant,
    Hello,
    Negotiate,
    Negotiated,
    PeerQuality,
    PeerSnapshot,
    PeerState,
    PeerStateChanged,
    RecordedTrack,
    RecordingCondition,
    RecordingFault,
    RecordingReport,
    RecordingSnapshot,
    RemoteTransport,
    SetMode,
    SetRecording,
    Snapshot,
    Source,
    SpeakerChanged,
    StopRecording,
    VideoPaused,
)
from telemed.media.control_codec import (
    HEADER_BYTES,
    decode_event,
    decode_frame,
    encode_event,
    encode_frame,
    frame_length,
    from_json,
    to_json,
)
from tests.bench.rtp_client import audio_line, receive_audio, receive_video, video_line

REQUEST = Negotiate(
    "room",
    "peer",
    1,
    RemoteTransport("abcd", "p" * 22, (Fingerprint("sha-256", "AA:BB"),)),
    (audio_line("0", "mic", 1), video_line("1", "cam", 2, 3)),
    (receive_audio("2", "other"), receive_video("3", "other-cam")),
)
KEY = b64encode(bytes(range(32))).decode()
RECORDING = SetRecording("room", "rec", "/srv/rec", KEY, (RecordedTrack("mic", "peer", Source.MICROPHONE),))
RECORDS = [
    REQUEST,
    RECORDING,
    StopRecording("room", "rec"),
    Negotiated(
        "u",
        "p",
        Fingerprint("sha-256", "AA"),
        (Candidate("192.0.2.1", 7000, "udp", 2130706431, "1"),),
        (Grant("2", "other", 5, 0, "c"),),
    ),
    Hello(1, "g", 0, 7000, 0),
    SetMode("room", "peer", Mode.SIGN),
    Snapshot(
        "g",
        ("room",),
        (PeerSnapshot("room", "peer", 1, PeerState.SILENT, True, False, ("mic",), "lgn_1"),),
        recordings=(RecordingSnapshot("room", "rec", ("mic",)),),
    ),
]
EVENTS = [
    PeerStateChanged("room", "peer", 1, PeerState.CONNECTED),
    SpeakerChanged("room", None),
    SpeakerChanged("room", "peer"),
    VideoPaused("room", "peer", True),
    PeerQuality("room", "peer", 0.1, 0, 0.05, 1000, 2000),
    RecordingReport("room", "rec", RecordingCondition.WRITING, RecordingFault.TOO_SLOW, ("mic",), 5, 600, 1),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_records_come_back(record: Any) -> None:
    assert from_json(type(record), json.loads(json.dumps(to_json(record)))) == record


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_events_come_back(event: Any) -> None:
    frame = encode_event(event, "g")
    message = decode_frame(frame[HEADER_BYTES:])
    assert message["generation"] == "g"
    assert decode_event(message["event"], message["data"]) == event


def test_a_mode_is_one_of_ours_and_of_somebody() -> None:
    for wrong in ({"mode": "louder"}, {"peer_id": ""}, {"room_id": "r" * 500}):
        with pytest.raises(ProtocolError):
            from_json(SetMode, to_json(SetMode("room", "peer", Mode.SIGN)) | wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"recording_id": ""},
        {"room_id": "r" * 65},
        {"directory": "var/rec"},
        {"directory": "/srv\0/rec"},
        {"key": b64encode(bytes(31)).decode()},
        {"key": KEY + "="},
        {"key": "é" * 44},
        {"key": None},
        {"tracks": [to_json(RECORDING.tracks[0])] * 2},
        {"tracks": [to_json(RECORDING.tracks[0]) | {"source": "oracle"}]},
        {"tracks": [to_json(RECORDING.tracks[0]) | {"track_id": ""}]},
        {"tracks": [to_json(RECORDING.tracks[0]) | {"participant_id": ""}]},
        {"tracks": [to_json(RECORDING.tracks[0]) | {"track_id": str(n)} for n in range(513)]},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_is_recorded_is_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError) as caught:
        from_json(SetRecording, to_json(RECORDING) | wrong)
    assert KEY not in str(caught.value)


def test_a_recording_shows_its_key_to_nobody() -> None:
    assert KEY not in repr(RECORDING)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every position in a JSON value."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with one position changed."""
    result = copy.deepcopy(value)
    target = result
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = new
    return result


PLAIN = json.loads(json.dumps(to_json(REQUEST)))


@pytest.mark.parametrize("path", places(PLAIN), ids=str)
def test_each_field_of_a_negotiate_is_checked(path: tuple[Any, ...]) -> None:
    for wrong in (object(), [[]], -1, "x" * 10_000, True, 1.5, {"a": 1}, ""):
        if path[-1] in ("ssrc", "rtx_ssrc", "attempt") and wrong is True:
            continue
        if path[-1] == "resend" and wrong is True:
            continue
        if path == ("holder",) and wrong == "":
            continue  # nobody's: a probe
        with pytest.raises(ProtocolError):
            from_json(Negotiate, replaced(PLAIN, path, wrong))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("publish", 0, "codec", "payload_type"), 128),
        (("publish", 1, "codec", "rtx_payload_type"), 96),
        (("publish", 0, "codec", "clock_rate"), 0),
        (("publish", 0, "extensions", "mid"), 15),
        (("publish", 0, "ssrc"), 2**32),
        (("publish", 0, "mid"), "1"),
        (("publish", 0, "track_id"), "cam"),
        (("publish", 0, "source"), "oracle"),
        (("publish", 0, "codec", "kind"), "smell"),
        (("transport", "ice_ufrag"), "abc"),
        (("transport", "ice_pwd"), "short"),
        (("transport", "fingerprints"), []),
        (("subscribe", 0, "mid"), "é"),
        (("attempt",), 2**64),
    ],
)
def test_meaning_is_checked(path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(ProtocolError):
        from_json(Negotiate, replaced(PLAIN, path, value))


def test_line_count_is_limited() -> None:
    lines = [dict(PLAIN["subscribe"][0], mid=str(number)) for number in range(60)]
    with pytest.raises(ProtocolError):
        from_json(Negotiate, dict(PLAIN, publish=[], subscribe=lines))
    assert len(from_json(Negotiate, dict(PLAIN, publish=[], subscribe=lines[:48])).subscribe) == 48


@given(JSON)
def test_any_json_is_a_record_or_a_protocol_error(value: Any) -> None:
    for record_type in (Negotiate, Negotiated, Hello, Snapshot):
        with pytest.raises(ProtocolError):
            from_json(record_type, value)
    for name in ("peer_state", "speaker", "quality", "nonsense", 5, None):
        with pytest.raises(ProtocolError):
            decode_event(name, value)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_a_protocol_error(body: bytes) -> None:
    try:
        assert isinstance(decode_frame(body), dict)
    except ProtocolError:
        pass
    header = body[:4].ljust(4, b"\0")
    try:
        assert 0 < frame_length(header) <= MAX_FRAME_BYTES
    except ProtocolError:
        pass


def test_frame_limits() -> None:
    assert decode_frame(encode_frame({"a": 1})[HEADER_BYTES:]) == {"a": 1}
    with pytest.raises(ProtocolError):
        encode_frame({"a": "x" * MAX_FRAME_BYTES})
    with pytest.raises(ProtocolError):
        decode_frame(b"[" * 100_000)
    with pytest.raises(ProtocolError):
        frame_length((MAX_FRAME_BYTES + 1).to_bytes(4, "big"))


def test_messages_never_quote_the_value() -> None:
    with pytest.raises(ProtocolError) as caught:
        from_json(Negotiate, replaced(PLAIN, ("transport", "ice_pwd"), "secret"))
    assert "secret" not in str(caught.value)
    assert caught.value.field == "ice_pwd"
