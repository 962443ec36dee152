"""What a client's offer means: its transport, what it sends, what it wants to receive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from telemed.errors import InvalidInput
from telemed.media.control import (
    Codec,
    Extensions,
    Fingerprint,
    Kind,
    Layers,
    PublishLine,
    RemoteTransport,
    Source,
    SubscribeLine,
)
from telemed.media.sdp.codecs import DEFAULT_VIDEO, LAYERED_VIDEO, extension_ids, find_codec, find_extensions, find_feedback
from telemed.media.sdp.description import Description, MediaSection, parse_description
from telemed.media.sdp.simulcast import find_layers

AUDIO_SOURCES = frozenset({Source.MICROPHONE, Source.SCREEN_AUDIO})
PROBE_TRACK = "probe"
FINGERPRINT_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}  # RFC 8122; weaker hashes are refused

_MID = re.compile(r"[A-Za-z0-9_-]{1,16}", re.ASCII)
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}", re.ASCII)  # RFC 8839 section 5.4
_PWD = re.compile(r"[A-Za-z0-9+/]{22,256}", re.ASCII)
_SSRC = re.compile(r"(\d{1,10})(?: .*)?", re.ASCII)
_HEX_PAIRS = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2})+", re.ASCII)
_SENDING = frozenset({"sendonly", "sendrecv"})
_RECEIVING = frozenset({"recvonly", "sendrecv"})


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One m-line of an offer. `codec` None: rejected in the answer (port 0). `layers`: what it offers to send at once, if more
    than one stream; no SSRC is taken from such a line."""

    mid: str
    kind: str
    protocol: str
    first_format: str
    codec: Codec | None
    extensions: Extensions
    feedback: tuple[str, ...]
    reduced_size: bool
    publish: Source | None
    subscribe: str | None
    ssrc: int
    rtx_ssrc: int
    layers: Layers | None = None


@dataclass(frozen=True, slots=True)
class _Use:
    """What a line is for, in a room with this video codec."""

    mid: str
    publish: Source | None
    subscribe: str | None
    video: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A checked offer. `unsupported` names lines that were to carry a track but lack the room's codec."""

    transport: RemoteTransport
    lines: tuple[OfferLine, ...]
    unsupported: tuple[str, ...]

    def publish_lines(self, track_ids: Mapping[str, str]) -> tuple[PublishLine, ...]:
        """The sending lines, with the track id that `track_ids` gives each mid. Offered layers are all taken."""
        return tuple(
            PublishLine(mid, track_ids[mid], line.publish, line.codec, line.extensions, line.ssrc, line.rtx_ssrc, line.layers)
            for line in self.lines
            if line.publish is not None and line.codec is not None and (mid := line.mid)
        )

    @property
    def layered(self) -> frozenset[str]:
        """The mids of the lines that offer layers."""
        return frozenset(line.mid for line in self.lines if line.layers is not None)

    def subscribe_lines(self) -> tuple[SubscribeLine, ...]:
        """The lines on which the client wants to receive a track."""
        return tuple(
            SubscribeLine(line.mid, line.subscribe, line.codec, line.extensions)
            for line in self.lines
            if line.subscribe is not None and line.subscribe != PROBE_TRACK and line.codec is not None
        )


def _refuse(message: str, field: str = "sdp") -> InvalidInput:
    return InvalidInput(message, code="bad_sdp", field=field)


def parse_offer(text: str, publish: Mapping[str, Source], subscribe: Mapping[str, str], video: str = DEFAULT_VIDEO) -> Offer:
    """Read an offer in which `publish` (mid -> source) are sent and `subscribe` (mid -> track id) received by the client, in a
    room with this video codec.

    Raises InvalidInput or TooLarge; the error never repeats what was sent.
    """
    description = parse_description(text)
    sections = _by_mid(description)
    _check_uses(sections, publish, subscribe)
    lines = tuple(_line(section, _Use(mid, publish.get(mid), subscribe.get(mid), video)) for mid, section in sections.items())
    _check_ssrcs(lines)
    used = [line for line in lines if line.publish is not None or line.subscribe is not None]
    return Offer(_transport(description, sections), lines, tuple(line.mid for line in used if line.codec is None))


def parse_probe(text: str) -> Offer:
    """Read a connectivity probe: exactly one recvonly audio line. Raises InvalidInput."""
    sections = _by_mid(parse_description(text))
    if len(sections) != 1 or next(iter(sections.values())).kind != "audio":
        raise _refuse("A probe has exactly one audio line.")
    return parse_offer(text, {}, dict.fromkeys(sections, PROBE_TRACK))


def _by_mid(description: Description) -> dict[str, MediaSection]:
    sections: dict[str, MediaSection] = {}
    for section in description.media:
        mid = section.first("mid")
        if mid is None or not _MID.fullmatch(mid) or mid in sections:
            raise _refuse("Every media line needs its own mid.")
        sections[mid] = section
    if not sections:
        raise _refuse("The offer has no media line.")
    group = next((v for k, v in description.attributes if k == "group" and v.startswith("BUNDLE ")), None)
    active = {mid for mid, section in sections.items() if section.port != 0 or section.first("bundle-only") is not None}
    if group is None or not active <= set(group.split()[1:]):
        raise _refuse("All media lines must be bundled.")
    return sections


def _direction(section: MediaSection) -> str:
    return next((k for k, _ in section.attributes if k in ("sendrecv", "sendonly", "recvonly", "inactive")), "sendrecv")


def _check_uses(sections: Mapping[str, MediaSection], publish: Mapping[str, Source], subscribe: Mapping[str, str]) -> None:
    for mid, source in publish.items():
        section = sections.get(mid)
        if section is None or _direction(section) not in _SENDING:
            raise _refuse("A published line is not a sending line of the offer.", "publish")
        if section.kind != ("audio" if source in AUDIO_SOURCES else "video"):
            raise _refuse("A published line has the wrong kind for its source.", "publish")
    if len(set(publish.values())) != len(publish):
        raise _refuse("Each source may be published once.", "publish")
    for mid in subscribe:
        section = sections.get(mid)
        if section is None or _direction(section) not in _RECEIVING:
            raise _refuse("A subscribed line is not a receiving line of the offer.", "subscribe")


def _line(section: MediaSection, use: _Use) -> OfferLine:
    source = use.publish
    rejected = section.port == 0 and section.first("bundle-only") is None
    usable = section.kind in ("audio", "video") and not rejected and section.protocol == "UDP/TLS/RTP/SAVPF"
    codec = find_codec(section, Kind(section.kind), use.video) if usable and section.first("rtcp-mux") is not None else None
    sending = source is not None
    layered = source is Source.CAMERA and codec is not None and codec.name in LAYERED_VIDEO
    layers = find_layers(section, extension_ids(section)) if layered else None
    # Firefox announces one of each layer, Chromium none: their packets say by themselves which they are.
    ssrc, rtx_ssrc = _announced_ssrcs(section) if sending and layers is None else (0, 0)
    return OfferLine(
        mid=use.mid,
        kind=section.kind,
        protocol=section.protocol,
        first_format=section.formats[0] if section.formats else "0",
        codec=codec,
        extensions=find_extensions(section, sending=sending),
        feedback=find_feedback(section, codec) if codec else (),
        reduced_size=section.first("rtcp-rsize") is not None,
        publish=source,
        subscribe=use.subscribe,
        ssrc=ssrc,
        rtx_ssrc=rtx_ssrc,
        layers=layers,
    )


def _ssrc_number(text: str) -> int:
    match = _SSRC.fullmatch(text)
    number = int(match[1]) if match else 0
    if not 0 < number < 2**32:
        raise _refuse("The offer has a malformed ssrc.")
    return number


def _announced_ssrcs(section: MediaSection) -> tuple[int, int]:
    """Primary and RTX SSRC of a=ssrc and a=ssrc-group:FID (RFC 5576, RFC 4588); 0 where not announced."""
    for value in section.all("ssrc-group"):
        parts = value.split()
        if len(parts) == 3 and parts[0] == "FID":
            return _ssrc_number(parts[1]), _ssrc_number(parts[2])
    numbers = [_ssrc_number(value) for value in section.all("ssrc")]
    return (numbers[0], 0) if numbers else (0, 0)


def _check_ssrcs(lines: tuple[OfferLine, ...]) -> None:
    numbers = [n for line in lines for n in (line.ssrc, line.rtx_ssrc) if n]
    if len(numbers) != len(set(numbers)):
        raise _refuse("An ssrc is announced twice.")


def _transport(description: Description, sections: Mapping[str, MediaSection]) -> RemoteTransport:
    """ICE and DTLS parameters of the bundle: those of its first line that has them, else of the session."""
    first = next((s for s in sections.values() if s.first("ice-ufrag") is not None), None)
    ufrag = (first.first("ice-ufrag") if first else description.first("ice-ufrag")) or ""
    pwd = (first.first("ice-pwd") if first else description.first("ice-pwd")) or ""
    if not _UFRAG.fullmatch(ufrag) or not _PWD.fullmatch(pwd):
        raise _refuse("The offer has no valid ICE credentials.")
    setup = (first.first("setup") if first else None) or description.first("setup")
    if setup not in ("actpass", "active"):
        raise _refuse("The client must be able to be the DTLS client.")
    values = (first.all("fingerprint") if first else []) or [v for k, v in description.attributes if k == "fingerprint"]
    fingerprints = tuple(f for f in map(_fingerprint, values[:8]) if f is not None)
    if not fingerprints:
        raise _refuse("The offer has no usable certificate fingerprint.")
    return RemoteTransport(ufrag, pwd, fingerprints)


def _fingerprint(value: str) -> Fingerprint | None:
    algorithm, _, digest = value.partition(" ")
    size = FINGERPRINT_BYTES.get(algorithm.lower())
    if size is None:
        return None
    if len(digest) != 3 * size - 1 or not _HEX_PAIRS.fullmatch(digest.upper()):
        raise _refuse("The offer has a malformed certificate fingerprint.")
    return Fingerprint(algorithm.lower(), digest.upper())
