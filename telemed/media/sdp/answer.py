"""The server's answer: ICE-lite, DTLS-passive, one bundle, each line of the offer mirrored in order (RFC 9429 section 5.3)."""

from __future__ import annotations

from collections.abc import Mapping

from telemed.media.control import Candidate, Codec, Grant, Kind, Negotiated
from telemed.media.sdp import h264
from telemed.media.sdp.codecs import AUDIO_LEVEL_URI, MID_URI, TRANSPORT_CC_URI
from telemed.media.sdp.offer import PROBE_TRACK, Offer, OfferLine
from telemed.media.sdp.simulcast import layer_attributes

VIDEO_PARAMETERS = {"vp9": "profile-id=0", "h264": h264.PARAMETERS}  # RFC 9628 section 6; by codec name
# libwebrtc's own parameter, kbit/s: its first probes are three and six times that. From its 300 they do not prove that all fit,
# and the largest comes seconds later; a link that carries less than this shows it within a report or two.
LAYERS_BEGIN_AT = "x-google-start-bitrate=600"
# What we ask publishers to send: in-band FEC against loss, DTX to leave silence out (RFC 7587).
OPUS_PARAMETERS = "minptime=10;useinbandfec=1;usedtx=1"


def write_answer(
    offer: Offer, negotiated: Negotiated, stream_ids: Mapping[str, str], layered: frozenset[str] = frozenset()
) -> str:
    """Return the SDP answer to `offer`.

    `stream_ids` gives each subscribed track id the MediaStream id it appears in (tracks of one stream are lip-synced).
    `layered`: the mids whose offered layers are all taken; on every other line the client sends one stream: its first layer.
    """
    grants = {grant.mid: grant for grant in negotiated.grants}
    accepted = [line for line in offer.lines if line.codec is not None]
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    if accepted:
        lines.append("a=group:BUNDLE " + " ".join(line.mid for line in accepted))
    lines += ["a=ice-lite", "a=msid-semantic: WMS *"]
    for line in offer.lines:
        if line.codec is None:
            lines += _rejected(line)
            continue
        grant = grants.get(line.mid)
        lines += _media_header(line, line.codec, _answer_direction(line, grant))
        lines += _transport(negotiated)
        layers = line.layers if line.mid in layered else None
        lines += _codec(line, line.codec, LAYERS_BEGIN_AT if layers is not None else "")
        lines += _extensions(line)
        lines += layer_attributes(layers) if layers is not None else []
        if grant is not None:
            lines += _sending(grant, stream_ids[grant.track_id])
    return "\r\n".join(lines) + "\r\n"


def _rejected(line: OfferLine) -> list[str]:
    return [
        f"m={line.kind} 0 {line.protocol} {line.first_format}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{line.mid}",
        "a=inactive",
    ]


def _answer_direction(line: OfferLine, grant: Grant | None) -> str:
    receives = line.publish is not None
    sends = grant is not None or line.subscribe == PROBE_TRACK
    return {(True, True): "sendrecv", (True, False): "recvonly", (False, True): "sendonly", (False, False): "inactive"}[
        receives, sends
    ]


def _media_header(line: OfferLine, codec: Codec, direction: str) -> list[str]:
    numbers = codec.payload_type, codec.rtx_payload_type, codec.red_payload_type
    formats = " ".join(str(number) for number in numbers if number is not None)  # the first is sent, unless a sender decides
    lines = [
        f"m={line.kind} 9 {line.protocol} {formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{line.mid}",
        f"a={direction}",
        "a=rtcp-mux",
    ]
    return [*lines, "a=rtcp-rsize"] if line.reduced_size else lines


def _transport(negotiated: Negotiated) -> list[str]:
    """ICE and DTLS of the bundle. The candidates stand on each line: browsers take the first one's, aiortc the last one's."""
    return [
        f"a=ice-ufrag:{negotiated.ice_ufrag}",
        f"a=ice-pwd:{negotiated.ice_pwd}",
        f"a=fingerprint:{negotiated.fingerprint.algorithm} {negotiated.fingerprint.value}",
        "a=setup:passive",
        *map(_candidate, negotiated.candidates),
        "a=end-of-candidates",
    ]


def _candidate(candidate: Candidate) -> str:
    end = " tcptype passive" if candidate.protocol == "tcp" else ""
    where = f"{candidate.address} {candidate.port} typ host{end}"
    return f"a=candidate:{candidate.foundation} 1 {candidate.protocol} {candidate.priority} {where}"


def _codec(line: OfferLine, codec: Codec, begin_at: str) -> list[str]:
    number = codec.payload_type
    if codec.kind is Kind.AUDIO:
        lines = [f"a=rtpmap:{number} opus/{codec.clock_rate}/{codec.channels}", f"a=fmtp:{number} {OPUS_PARAMETERS}"]
    else:
        lines = [f"a=rtpmap:{number} {codec.name.upper()}/{codec.clock_rate}"]
        parameters = [one for one in (VIDEO_PARAMETERS.get(codec.name, ""), begin_at) if one]
        lines += [f"a=fmtp:{number} {';'.join(parameters)}"] if parameters else []
    lines += [f"a=rtcp-fb:{number} {feedback}" for feedback in line.feedback]
    if codec.rtx_payload_type is not None:
        lines += [
            f"a=rtpmap:{codec.rtx_payload_type} rtx/{codec.clock_rate}",
            f"a=fmtp:{codec.rtx_payload_type} apt={number}",
        ]
    if codec.red_payload_type is not None:
        lines += [
            f"a=rtpmap:{codec.red_payload_type} red/{codec.clock_rate}/{codec.channels}",
            f"a=fmtp:{codec.red_payload_type} {number}/{number}",
        ]
    return lines


def _extensions(line: OfferLine) -> list[str]:
    agreed = (
        (line.extensions.mid, MID_URI),
        (line.extensions.transport_cc, TRANSPORT_CC_URI),
        (line.extensions.audio_level, AUDIO_LEVEL_URI),
    )
    return [f"a=extmap:{number} {uri}" for number, uri in agreed if number]


def _sending(grant: Grant, stream_id: str) -> list[str]:
    lines = [f"a=msid:{stream_id} {grant.track_id}"]
    if grant.rtx_ssrc:
        lines.append(f"a=ssrc-group:FID {grant.ssrc} {grant.rtx_ssrc}")
        return [*lines, f"a=ssrc:{grant.ssrc} cname:{grant.cname}", f"a=ssrc:{grant.rtx_ssrc} cname:{grant.cname}"]
    return [*lines, f"a=ssrc:{grant.ssrc} cname:{grant.cname}"]
