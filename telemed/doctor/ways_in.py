"""Which ways lead into the running server, tried from its own machine as a client would: page, sound and pictures by UDP and TCP.

A firewall further out is not seen from here: /check in a browser outside tells.
"""

from __future__ import annotations

import http.client
import json
import re
import secrets
import socket
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass

from aioice import stun

from telemed.config import Config
from telemed.doctor.findings import Finding, fault, ok, warn

SUBJECT = "ways in"
TIMEOUT = 5.0  # seconds for the page
ANSWER_SECONDS = 1.0  # for a check; sent again twice, as datagrams may be lost
TRIES = 3
FRAME = 2  # bytes of length before a packet by TCP (RFC 4571)
FINGERPRINT = ":".join(["00"] * 32)  # of a certificate nobody has: the check ends before the handshake
OFFER = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
    "a=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\na=fingerprint:sha-256 {fingerprint}\r\n"
    "a=setup:actpass\r\na=mid:0\r\na=recvonly\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n"
)
CANDIDATE = re.compile(r"a=candidate:\S+ 1 (udp|tcp) \d+ (\S+) (\d+) ")


@dataclass(frozen=True, slots=True)
class Answered:
    """What the server says of itself."""

    ufrag: str
    password: str
    places: tuple[tuple[str, str, int], ...]  # transport, address, port


def ways_in(config: Config) -> list[Finding]:
    """One line for each way. Blocking for some seconds where nobody answers. For a server that runs."""
    base = config.server.base_url or f"http://localhost:{config.server.port}"
    own = secrets.token_hex(4)
    try:
        answered = _ask(base, own)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (429, 503):
            return [warn(SUBJECT, "the server has no time for a test now", "run this again when fewer calls run")]
        return [fault(SUBJECT, f"page: server.base_url answers with {error.code}", "look at the proxy, and at server.base_url")]
    except (OSError, ValueError, LookupError, TypeError, http.client.HTTPException):  # nobody, or somebody else, answers
        fix = "check server.base_url, its name, certificate and proxy; where a router does not lead back inside, try it outside"
        return [fault(SUBJECT, "page: server.base_url does not answer from this machine", fix)]
    return [ok(SUBJECT, "page: server.base_url answers"), *(_tried(answered, own, *place) for place in answered.places)]


def _ask(base: str, own: str) -> Answered:
    offer = OFFER.format(ufrag=own, pwd=secrets.token_hex(12), fingerprint=FINGERPRINT)
    request = urllib.request.Request(  # noqa: S310 - our own address, http or https by the rule of the setting
        f"{base}/api/v1/check/probe",
        json.dumps({"sdp": offer}).encode(),
        {"Content-Type": "application/json", "X-Telemed-Client": "1"},
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT, context=ssl.create_default_context()) as answer:  # noqa: S310 - see above
        sdp = str(json.loads(answer.read())["sdp"])
    values = {name: match[1] for name in ("ufrag", "pwd") if (match := re.search(rf"a=ice-{name}:(\S+)", sdp)) is not None}
    places = dict.fromkeys((kind, address, int(port)) for kind, address, port in CANDIDATE.findall(sdp))
    return Answered(values["ufrag"], values["pwd"], tuple(places))


def _tried(answered: Answered, own: str, kind: str, address: str, port: int) -> Finding:
    way = f"{kind.upper()} {address} port {port}"
    try:
        if _by_udp(answered, own, (address, port)) if kind == "udp" else _by_tcp(answered, own, (address, port)):
            return ok(SUBJECT, f"media by {way}: answers")
    except OSError:
        pass
    fix = f"open {kind.upper()} port {port} in the firewall of this machine; behind NAT ignore this and try /check from outside"
    return warn(SUBJECT, f"media by {way}: no answer from this machine", fix)


def _check(answered: Answered, own: str) -> stun.Message:
    """A signed connectivity check (RFC 8445 section 7.2.2)."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes.update(
        {"USERNAME": f"{answered.ufrag}:{own}", "PRIORITY": 1, "ICE-CONTROLLING": int.from_bytes(secrets.token_bytes(8), "big")}
    )
    message.add_message_integrity(answered.password.encode())
    return message


def _is_answer(data: bytes, request: stun.Message) -> bool:
    try:
        return stun.parse_message(data).transaction_id == request.transaction_id
    except ValueError:
        return False


def _by_udp(answered: Answered, own: str, place: tuple[str, int]) -> bool:
    request = _check(answered, own)
    with socket.socket(socket.AF_INET6 if ":" in place[0] else socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(ANSWER_SECONDS)
        sender.connect(place)
        return any(_asked(sender, request) for _ in range(TRIES))


def _asked(sender: socket.socket, request: stun.Message) -> bool:
    """Send a check once more; False when nothing comes in time. Raises OSError where the port is closed."""
    try:
        sender.send(bytes(request))
        return _is_answer(sender.recv(2048), request)
    except TimeoutError:
        return False


def _by_tcp(answered: Answered, own: str, place: tuple[str, int]) -> bool:
    request = _check(answered, own)
    with socket.create_connection(place, timeout=ANSWER_SECONDS * TRIES) as connection:
        data = bytes(request)
        connection.sendall(len(data).to_bytes(FRAME, "big") + data)
        with connection.makefile("rb") as stream:
            head = stream.read(FRAME)
            return len(head) == FRAME and _is_answer(stream.read(int.from_bytes(head, "big")), request)
