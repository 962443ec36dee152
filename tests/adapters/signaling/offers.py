"""A small, valid offer as a browser would write it."""

from __future__ import annotations

from telemed.care.ports import OfferRequest, Publish, Subscribe

_HEAD = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {mids}\r\na=msid-semantic: WMS *\r\n"
_LINE = (
    "m={kind} 9 UDP/TLS/RTP/SAVPF {payload_types}\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 {fingerprint}\r\n"
    "a=setup:actpass\r\na=mid:{mid}\r\na={direction}\r\na=rtcp-mux\r\na=rtcp-rsize\r\n{codecs}"
)
_OPUS = "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
_VP8 = (
    "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 transport-cc\r\na=rtcp-fb:96 ccm fir\r\na=rtcp-fb:96 nack\r\n"
    "a=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
)


def line(mid: str, kind: str, direction: str) -> str:
    return _LINE.format(
        kind=kind,
        payload_types="111" if kind == "audio" else "96 97",
        fingerprint=":".join(["CD"] * 32),
        mid=mid,
        direction=direction,
        codecs=_OPUS if kind == "audio" else _VP8,
    )


def offer(
    attempt: int = 1,
    number: int = 1,
    sources: tuple[str, ...] = ("microphone", "camera"),
    tracks: tuple[tuple[str, str], ...] = (),
) -> OfferRequest:
    """`tracks` are (track id, kind) to receive."""
    publish, subscribe, lines = [], [], []
    for source in sources:
        mid = str(len(lines))
        lines.append(line(mid, "audio" if source in ("microphone", "screen_audio") else "video", "sendonly"))
        publish.append(Publish(mid, source))
    for track, kind in tracks:
        mid = str(len(lines))
        lines.append(line(mid, kind, "recvonly"))
        subscribe.append(Subscribe(mid, track))
    if not lines:
        lines.append(line("0", "audio", "inactive"))
    text = _HEAD.format(mids=" ".join(str(i) for i in range(len(lines)))) + "".join(lines)
    return OfferRequest(attempt, number, text, tuple(publish), tuple(subscribe))


def probe_offer() -> str:
    return _HEAD.format(mids="0") + line("0", "audio", "recvonly")
