"""Which codecs, feedback messages and header extensions we speak on an m-line, in the numbering of the offer."""

from __future__ import annotations

import re

from telemed.media.control import Codec, Extensions, Kind
from telemed.media.sdp import h264
from telemed.media.sdp.description import MediaSection

MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"  # RFC 9143
TRANSPORT_CC_URI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
AUDIO_LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"  # RFC 6464

AUDIO_CODEC = ("opus", 48000, 2)  # name, clock in Hz, channels
VIDEO_CODECS = {name: (name, 90000, 1) for name in ("vp8", "vp9", "av1", "h264")}  # one is the room's, from its beginning on
DEFAULT_VIDEO = "vp8"  # every browser has it
LAYERED_VIDEO = frozenset({"vp8", "h264"})  # whose picture numbers, if any, can be rewritten when a subscriber's layer changes
TRANSPORT_FEEDBACK = "transport-cc"  # draft-holmer-rmcat-transport-wide-cc-extensions-01
RED = ("red", 48000, 2)  # RFC 2198: packets that repeat earlier frames
AUDIO_FEEDBACK = ("nack",)  # RFC 4585; browsers have no resend stream for audio
VIDEO_FEEDBACK = ("nack", "nack pli", "ccm fir")  # RFC 4585, RFC 5104
ONE_BYTE_ID_MAX = 14  # RFC 8285 section 4.2: 15 is reserved

_RTPMAP = re.compile(r"(\d{1,3}) ([\w.-]{1,32})/(\d{1,6})(?:/(\d))?", re.ASCII)
_FMTP = re.compile(r"(\d{1,3}) (.*)", re.ASCII)
_FMTP_PROFILE = re.compile(r"(\d{1,3}) (?:.*;)?\s*profile(?:-id)?=(\d{1,2})(?:;.*)?", re.ASCII)
_FMTP_APT = re.compile(r"(\d{1,3}) (?:.*;)?\s*apt=(\d{1,3})(?:;.*)?", re.ASCII)
_FMTP_RED = re.compile(r"(\d{1,3}) (\d{1,3}(?:/\d{1,3}){1,31})", re.ASCII)  # RFC 2198 section 5: one payload type a block
_EXTMAP = re.compile(r"(\d{1,3})(?:/\w{1,16})? (\S{1,256})", re.ASCII)


def _payload_types(section: MediaSection) -> dict[int, tuple[str, int, int]]:
    """Payload type -> (name, clock rate in Hz, channels) of all a=rtpmap lines that the m-line lists."""
    found: dict[int, tuple[str, int, int]] = {}
    for value in section.all("rtpmap"):
        match = _RTPMAP.fullmatch(value)
        if match and match[1] in section.formats and int(match[1]) <= 127:
            found[int(match[1])] = (match[2].lower(), int(match[3]), int(match[4] or 1))
    return found


def find_codec(section: MediaSection, kind: Kind, video: str = DEFAULT_VIDEO) -> Codec | None:
    """The room's codec of this kind as the offer numbers it, with its RTX (RFC 4588) if any; None if not offered.

    `video`: the room's video codec. Of VP9 and AV1 only profile 0, of H.264 constrained baseline: what every decoder has.
    """
    wanted = AUDIO_CODEC if kind is Kind.AUDIO else VIDEO_CODECS[video]
    name, clock_rate, channels = wanted
    types = _payload_types(section)
    others = _other_profiles(section, types) if kind is Kind.VIDEO else frozenset()
    fitting = (int(f) for f in section.formats if f.isdigit() and types.get(int(f)) == wanted and int(f) not in others)
    payload_type = next(fitting, None)
    if payload_type is None:
        return None
    rtx = _rtx_of(section, types, payload_type)
    if kind is Kind.VIDEO:
        return Codec(kind, name, payload_type, clock_rate, channels, rtx)
    resend = "nack" in _offered_feedback(section, payload_type)
    return Codec(kind, name, payload_type, clock_rate, channels, rtx, resend, _red_of(section, types, payload_type))


def _red_of(section: MediaSection, types: dict[int, tuple[str, int, int]], payload_type: int) -> int | None:
    """The payload type of redundant packets that carry nothing but this codec."""
    for value in section.all("fmtp"):
        match = _FMTP_RED.fullmatch(value)
        if match and types.get(int(match[1])) == RED and {int(number) for number in match[2].split("/")} == {payload_type}:
            return int(match[1])
    return None


def _other_profiles(section: MediaSection, types: dict[int, tuple[str, int, int]]) -> frozenset[int]:
    """Payload types that not every decoder of their codec can show: of a profile above 0, with more bits a sample or more colour
    (RFC 9628 section 6.1), and every H.264 but that of our rooms."""
    matches = (_FMTP_PROFILE.fullmatch(value) for value in section.all("fmtp"))
    higher = {int(match[1]) for match in matches if match and int(match[2])}
    parameters = (_FMTP.fullmatch(value) for value in section.all("fmtp"))
    ours = {int(match[1]) for match in parameters if match and h264.is_ours(match[2])}
    return frozenset(higher | {number for number, codec in types.items() if codec[0] == "h264" and number not in ours})


def _rtx_of(section: MediaSection, types: dict[int, tuple[str, int, int]], payload_type: int) -> int | None:
    for value in section.all("fmtp"):
        match = _FMTP_APT.fullmatch(value)
        if match and int(match[2]) == payload_type and types.get(int(match[1]), ("",))[0] == "rtx":
            return int(match[1])
    return None


def extension_ids(section: MediaSection) -> dict[str, int]:
    """The header extensions offered in the one-byte form: URI -> id."""
    ids: dict[str, int] = {}
    for value in section.all("extmap"):
        match = _EXTMAP.fullmatch(value)
        if match and 1 <= int(match[1]) <= ONE_BYTE_ID_MAX:
            ids.setdefault(match[2], int(match[1]))
    return ids


def find_extensions(section: MediaSection, *, sending: bool) -> Extensions:
    """The header extensions we agree to. `sending`: the client sends here, so that levels make sense. Transport-wide numbers go
    both ways: whoever receives reports on them."""
    ids = extension_ids(section)
    return Extensions(
        mid=ids.get(MID_URI, 0),
        transport_cc=ids.get(TRANSPORT_CC_URI, 0),
        audio_level=ids.get(AUDIO_LEVEL_URI, 0) if sending and section.kind == "audio" else 0,
    )


def _offered_feedback(section: MediaSection, payload_type: int) -> set[str]:
    """The feedback types that the offer lists for this payload type."""
    offered = set()
    for value in section.all("rtcp-fb"):
        number, _, feedback = value.partition(" ")
        if number in ("*", str(payload_type)):
            offered.add(feedback.strip())
    return offered


def find_feedback(section: MediaSection, codec: Codec) -> tuple[str, ...]:
    """The RTCP feedback types we agree to for `codec`, all of them offered."""
    offered = _offered_feedback(section, codec.payload_type)
    wanted = (*(VIDEO_FEEDBACK if codec.kind is Kind.VIDEO else AUDIO_FEEDBACK), TRANSPORT_FEEDBACK)
    return tuple(feedback for feedback in wanted if feedback in offered)
