"""A seat with a hand-made transport: the signalling of the second client, SDP by hand, and packets no library would send."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from telemed.media.control import Candidate, Fingerprint, Grant, Negotiated
from tests.bench.rtp_client import EXTENSIONS, RtpClient
from tests.client.seat import SeatClient

_HEAD = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {mids}\r\n"
_LINE = (
    "m={kind} 9 UDP/TLS/RTP/SAVPF {formats}\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\n"
    "a=fingerprint:sha-256 {fingerprint}\r\na=setup:active\r\na=mid:{mid}\r\na={direction}\r\na=rtcp-mux\r\n"
    "a=extmap:{mid_id} urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
    "a=extmap:{wide_id} http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n{codecs}{ssrcs}"
)
_CODECS = {
    "audio": "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n",
    "video": "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\n"
    "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n",
}
_FORMATS = {"audio": "111", "video": "96 97"}
_KINDS = {"microphone": "audio", "camera": "video", "screen": "video", "screen_audio": "audio"}


@dataclass(frozen=True)
class Line:
    """One m-line: either a source to send, or a track to receive."""

    mid: str
    source: str = ""
    ssrc: int = 0
    track_id: str = ""
    kind: str = ""

    @property
    def media(self) -> str:
        return self.kind or _KINDS[self.source]

    def text(self, rtp: RtpClient) -> str:
        ssrcs = f"a=ssrc:{self.ssrc} cname:x\r\n" if self.ssrc else ""
        return _LINE.format(
            kind=self.media,
            formats=_FORMATS[self.media],
            ufrag=rtp.ufrag,
            password=rtp.password,
            fingerprint=rtp.certificate.fingerprint.value,
            mid=self.mid,
            direction="sendonly" if self.source else "recvonly",
            mid_id=EXTENSIONS.mid,
            wide_id=EXTENSIONS.transport_cc,
            codecs=_CODECS[self.media],
            ssrcs=ssrcs,
        )


def offer_text(rtp: RtpClient, lines: tuple[Line, ...]) -> str:
    """The offer of `rtp` with these lines."""
    return _HEAD.format(mids=" ".join(line.mid for line in lines)) + "".join(line.text(rtp) for line in lines)


def read_answer(text: str) -> Negotiated:
    """What the answer says about transport and received tracks; loopback candidates first."""
    values: dict[str, str] = {}
    candidates: list[Candidate] = []
    grants: list[Grant] = []
    mid, track = "", ""
    for line in text.split("\r\n"):
        name, _, value = line.removeprefix("a=").partition(":")
        if name == "candidate":
            parts = value.split()
            candidates.append(Candidate(parts[4], int(parts[5]), parts[2], int(parts[3]), parts[0]))
        elif name == "mid":
            mid, track = value, ""
        elif name == "msid":
            track = value.split()[1]
        elif name == "ssrc" and track:
            if all(grant.mid != mid for grant in grants):
                grants.append(Grant(mid, track, int(value.split()[0]), 0, ""))
        else:
            values.setdefault(name, value)
    algorithm, _, digest = values["fingerprint"].partition(" ")
    unique = {(c.address, c.port, c.protocol): c for c in candidates}  # they stand on each line
    ordered = tuple(sorted(unique.values(), key=lambda c: (c.address != "127.0.0.1", -c.priority)))
    return Negotiated(values["ice-ufrag"], values["ice-pwd"], Fingerprint(algorithm, digest), ordered, tuple(grants))


class RawPeer:
    """The transport of one seat. `rtp` sends what it is told to; `answer` is the last one."""

    def __init__(self, seat: SeatClient, rtp: RtpClient | None = None) -> None:
        self.seat = seat
        self.rtp = rtp or RtpClient()
        self.answer: Negotiated | None = None
        self.attempt = int(time.time() * 1000)
        self.offers = 0
        self.lines: tuple[Line, ...] = ()

    async def offer(self, *lines: Line) -> dict[str, Any]:
        """Post an offer with these lines added to those before; raises RefusedError."""
        self.lines += lines
        self.offers += 1
        body = {
            "attempt": self.attempt,
            "offer": self.offers,
            "sdp": offer_text(self.rtp, self.lines),
            "publish": [{"mid": line.mid, "source": line.source} for line in self.lines if line.source],
            "subscribe": [{"mid": line.mid, "track_id": line.track_id} for line in self.lines if line.track_id],
            "as": self.seat.seat,
        }
        answer = await self.seat.api.post(f"/sessions/{self.seat.session_id}/offer", **body)
        self.answer = read_answer(answer["sdp"])
        return answer

    async def connect(self, *lines: Line) -> RawPeer:
        """Offer, check, shake hands."""
        await self.offer(*lines)
        assert self.answer is not None
        await self.rtp.connect(self.answer)
        return self

    def received(self, track_id: str) -> list[bytes]:
        """Payloads that came of a track."""
        assert self.answer is not None
        ssrc = next(grant.ssrc for grant in self.answer.grants if grant.track_id == track_id)
        return self.rtp.inbox.payloads(ssrc)

    async def close(self) -> None:
        """End the transport and the seat's socket."""
        await self.rtp.close()
        await self.seat.close()
