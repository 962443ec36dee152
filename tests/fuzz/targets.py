"""Every parser that reads what came from outside: how to call it, what it may raise, and good inputs to begin with."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aioice import stun

from telemed.admin import wire
from telemed.config import ConfigFaults
from telemed.config.read import parse as parse_config
from telemed.congestion.twcc import TwccRecorder, parse_transport_feedback
from telemed.errors import TelemedError
from telemed.launch import decode as decode_launch
from telemed.media import sdp
from telemed.media.control import Negotiate, Source
from telemed.media.control_codec import decode_event, decode_frame, encode_frame, from_json, to_json
from telemed.media.frames import h264 as h264_frames
from telemed.rtp import MalformedPacket, av1, h264, vp9
from telemed.rtp.extensions import find_extension, iter_extensions, scan_extensions
from telemed.rtp.header import parse_header
from telemed.rtp.opus import packet_samples
from telemed.rtp.red import frames_before, parse_red
from telemed.rtp.rtcp import build_bye, build_fir, build_nack, build_pli, build_sender_report, parse_compound
from telemed.rtp.rtx import restore_original
from telemed.rtp.vp8 import frame_size, is_keyframe, parse_descriptor
from telemed.rtp.vp8_numbers import PictureFields, PictureOffsets
from telemed.sfu import stun_messages
from telemed.signaling import schemas, wire_json
from telemed.signaling.packets import GuardedPacket, ProtocolViolation
from telemed.web.bodies import parse_model
from telemed.web.request_models import CreateSessionBody, LinkBody, LoginBody, OfferBody
from telemed.web.source import source_key
from tests.adapters.signaling.offers import offer
from tests.bench.rtp_client import RtpClient, audio_line, receive_audio, rtp_packet, video_line

HERE = Path(__file__).parent
OFFERS = HERE.parent / "unit" / "sdp" / "offers"
CRASHES = HERE / "crashes"
PASSWORD = b"p" * 24


@dataclass(frozen=True)
class Target:
    """One parser. `run` raises nothing but `allowed`, whatever the bytes."""

    run: Callable[[bytes], object]
    allowed: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]


def run_rtp(data: bytes) -> None:
    """Everything the packet path asks of an RTP packet."""
    with contextlib.suppress(MalformedPacket):
        for _ in iter_extensions(data):
            pass
        find_extension(data, 3)
        scan_extensions(data, 3, 1)
    _, _, _, _, _, start, padding = parse_header(data)
    end = len(data) - padding
    is_keyframe(data, start, end)
    vp9.is_keyframe(data, start, end)
    av1.is_keyframe(data, start, end)
    h264.is_keyframe(data, start, end)
    frame_size(data, start, end)
    h264_frames.frame_size(data, start, end)
    fields = PictureFields()
    fields.read(data, start, end)
    PictureOffsets(1, 1, 1).apply(bytearray(data), start, fields)
    for step in (
        lambda: parse_descriptor(data, start, end),
        lambda: packet_samples(data, start, end),
        lambda: list(frames_before(parse_red(data, start, end))),
        lambda: restore_original(data, start, padding, 5, 96),
    ):
        with contextlib.suppress(MalformedPacket):
            step()


def run_rtcp(data: bytes) -> None:
    """A compound packet and the congestion feedback in it."""
    parse_compound(data)
    parse_transport_feedback(data)


def run_stun(data: bytes) -> None:
    """From the first look to the answer."""
    if stun_messages.peek_user(data) is None:
        return
    request = stun_messages.read_request(data, PASSWORD)
    if request is not None:
        stun_messages.is_nominating(request)
        stun_messages.success_response(request, ("127.0.0.1", 5), PASSWORD)


def run_sdp(data: bytes) -> None:
    """An offer with a line of each use, and a probe; what is accepted must be answerable."""
    text = data.decode("utf-8", "surrogateescape")
    with contextlib.suppress(TelemedError):
        sdp.parse_probe(text)
    with contextlib.suppress(TelemedError):  # offers of layers only send
        sdp.parse_offer(text, {"1": Source.CAMERA}, {})
    accepted = sdp.parse_offer(text, {"0": Source.MICROPHONE, "1": Source.CAMERA}, {"2": "trk_a"})
    accepted.subscribe_lines()


def run_socket(data: bytes) -> None:
    """One Socket.IO packet, then its payload as CONNECT and as every command."""
    packet = GuardedPacket(encoded_packet=data.decode("utf-8", "surrogateescape"))
    payload = packet.data[1] if isinstance(packet.data, list) and len(packet.data) > 1 else packet.data
    for model in (schemas.Connect, *schemas.CALL_COMMANDS.values(), *schemas.STAFF_COMMANDS.values()):
        with contextlib.suppress(TelemedError):
            schemas.parse(model, payload)


def run_body(data: bytes) -> None:
    """A request body as each of the larger models."""
    for model in (LoginBody, CreateSessionBody, LinkBody):
        with contextlib.suppress(TelemedError):
            parse_model(data, model)
    parse_model(data, OfferBody)


def run_control(data: bytes) -> None:
    """A frame of the control socket, as a declaration and as an event."""
    frame = decode_frame(data)
    with contextlib.suppress(TelemedError):
        decode_event(frame.get("event"), frame.get("data"))
    from_json(Negotiate, frame)


def run_inner(data: bytes) -> None:
    """The admin socket's lines and a child's orders."""
    with contextlib.suppress(TelemedError):
        wire.decode(data)
    decode_launch(data)


def run_config(data: bytes) -> None:
    """A configuration file."""
    parse_config(data.decode("utf-8", "replace"))


def run_source(data: bytes) -> None:
    """A forwarded-for header of a trusted proxy."""
    source_key("10.0.0.1", data.decode("latin-1"), frozenset({"10.0.0.1", ""}))


def checks() -> tuple[bytes, ...]:
    """Binding requests as browsers send them."""
    found = []
    for name in ("USE-CANDIDATE", "ICE-CONTROLLED"):
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = "abcd:efgh"
        message.attributes["PRIORITY"] = 5
        message.attributes[name] = None if name == "USE-CANDIDATE" else 7
        message.add_message_integrity(PASSWORD)
        found.append(bytes(message))
    return tuple(found)


def feedback() -> tuple[bytes, ...]:
    """RTCP of every kind we know."""
    recorder = TwccRecorder()
    for number in range(60):
        recorder.record(65500 + number & 0xFFFF, 1_000_000 + number * 900)
    reports = build_sender_report(1, 2, 3, 4, 5, "cname") + build_nack(1, 2, [65535, 0, 7]) + build_pli(1, 2)
    return (reports + build_fir(1, [(2, 3)]) + build_bye([1]), *recorder.build(1, 2))


def declaration() -> bytes:
    """A frame of the control socket without its header."""
    client = object.__new__(RtpClient)  # its credentials only: no socket is opened
    client.ufrag, client.password = "abcd", "p" * 24
    client.certificate = type("C", (), {"fingerprint": sdp_fingerprint()})()
    request = client.request(
        "ses_a", "par_a", (audio_line("0", "trk_a", 1), video_line("1", "trk_b", 2, 3)), (receive_audio("2", "trk_c"),)
    )
    return encode_frame(to_json(request))[4:]


def sdp_fingerprint() -> object:
    from telemed.media.control import Fingerprint

    return Fingerprint("sha-256", ":".join(["AB"] * 32))


def targets() -> dict[str, Target]:
    """All of them by name."""
    packet = rtp_packet(111, 1, 960, 1001, b"\x10\x00\x9d\x01\x2a" + bytes(20), mid="0", transport_sequence=7, level=30)
    written = (*sorted(OFFERS.glob("*_1.sdp")), *sorted((OFFERS.parent / "layered").glob("*.sdp")))
    offers = tuple(path.read_bytes() for path in written) + (offer().sdp.encode(),)
    body = json.dumps({"attempt": 1, "offer": 1, "sdp": "v=0", "publish": [{"mid": "0", "source": "camera"}], "as": "seat"})
    event = '42/call,17["chat",{"command_id":"aaaaaaaa","body":"hello"}]'
    connect = '0/call,{"protocol":1,"ticket":"a.b.c","resume":{"epoch":"e_abc","sequence":3}}'
    example = (HERE.parents[1] / "config.example.toml").read_bytes()
    ours, packets = (TelemedError,), (MalformedPacket,)
    return {
        "rtp": Target(run_rtp, packets, (packet, rtp_packet(96, 2, 3, 4, bytes(40), padding=4))),
        "rtcp": Target(run_rtcp, packets, feedback()),
        "stun": Target(run_stun, (ValueError,), checks()),
        "sdp": Target(run_sdp, ours, offers),
        "socket": Target(run_socket, (ProtocolViolation,), (event[1:].encode(), connect.encode())),
        "json": Target(lambda data: wire_json.loads(data.decode("utf-8", "surrogateescape")), (ValueError,), (body.encode(),)),
        "body": Target(run_body, ours, (body.encode(),)),
        "control": Target(run_control, ours, (declaration(),)),
        "inner": Target(run_inner, ours, (b'{"op": "status", "args": {}}', b'{"config": {}, "base_url": "http://x"}')),
        "config": Target(run_config, (ConfigFaults,), (example,)),
        "source": Target(run_source, (), (b"1.2.3.4, ::1, fe80::1%eth0, 10.0.0.1",)),
    }
