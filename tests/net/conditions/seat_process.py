"""A further seat in a call: real signalling, hand-made transport, recorded sound and picture. A process of its own.

`python -m tests.net.conditions.seat_process` reads one line of orders as JSON: `base_url`, `authority` (PEM file), `address`
(own), `link`, `bit_rate` (of the picture it sends; 0: it only receives). It says {"waiting": id}, then {"media": true};
each further line is answered with what was received since the one before: {"seconds", "kinds": {kind: {...}}} with "packets",
"bytes", "lost" and "gap", the longest time without a packet in seconds.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import time
from typing import Any

import aiohttp

from telemed.rtp.rtcp import Pli, RtcpRecord, build_receiver_report, build_sender_report
from telemed.rtp.rtcp_records import ReportBlock
from tests.bench.rtp_client import Arrived, RtpClient, rtp_packet
from tests.client.seat import open_link
from tests.hostile.raw_seat import Line, RawPeer
from tests.net.conditions.devices import FRAME_RATE, encoded_picture, encoded_sound

SOUND_SSRC, PICTURE_SSRC = 7101, 7102
CHUNK = 1100  # bytes of a frame in one packet
STARTS, GOES_ON = b"\x10", b"\x00"  # VP8 payload descriptors (RFC 7741): first packet of a frame, further one
OLD = 0x8000  # a sequence number this far "ahead" is late


class Ear:
    """What was received of one source."""

    def __init__(self, kind: str) -> None:
        self.kind, self.highest, self.at = kind, -1, 0.0
        self.clear()

    def clear(self) -> None:
        self.packets = self.octets = self.lost = 0
        self.gap = 0.0

    def hear(self, packet: Arrived, now: float) -> None:
        step = (packet.sequence - self.highest) & 0xFFFF if self.highest >= 0 else 1
        if 0 < step < OLD:
            self.lost += step - 1
            self.highest = packet.sequence
        elif step >= OLD:
            self.lost -= 1  # it came after all
        self.packets += 1
        self.octets += len(packet.payload)
        if self.at:
            self.gap = max(self.gap, now - self.at)
        self.at = now


class Speaker:
    """Sends the recorded sound and picture in a loop; begins the picture anew when asked for a key frame."""

    def __init__(self, rtp: RtpClient, bit_rate: int) -> None:
        self.rtp = rtp
        self.sound, self.picture = encoded_sound(), encoded_picture(bit_rate)
        self.sequences = {SOUND_SSRC: 100, PICTURE_SSRC: 200}
        self.wide = self.frame = self.spoken = self.shown = 0
        self.sent = {SOUND_SSRC: [0, 0], PICTURE_SSRC: [0, 0]}

    async def run(self) -> None:
        """Until cancelled."""
        started = time.monotonic()
        while True:
            elapsed = time.monotonic() - started
            while self.spoken < elapsed * 50:
                self._send(111, SOUND_SSRC, self.spoken * 960, self.sound[self.spoken % len(self.sound)], True)
                self.spoken += 1
            while self.shown < elapsed * FRAME_RATE:
                self._show()
            await asyncio.sleep(0.005)

    def on_rtcp(self, record: RtcpRecord) -> None:
        """A key frame is the first of the record."""
        if isinstance(record, Pli):
            self.frame = 0

    def report(self) -> None:
        """Sender reports."""
        ntp = int(time.time() * 2**32) & (2**64 - 1)
        for ssrc, timestamp in ((SOUND_SSRC, self.spoken * 960), (PICTURE_SSRC, self.shown * 90_000 // FRAME_RATE)):
            self.rtp.send_rtcp(build_sender_report(ssrc, ntp, timestamp & 0xFFFFFFFF, *self.sent[ssrc], "seat"))

    def _show(self) -> None:
        data = self.picture[self.frame % len(self.picture)]
        parts = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
        for number, part in enumerate(parts):
            head = GOES_ON if number else STARTS
            self._send(96, PICTURE_SSRC, self.shown * 90_000 // FRAME_RATE, head + part, number == len(parts) - 1)
        self.frame += 1
        self.shown += 1

    def _send(self, payload_type: int, ssrc: int, timestamp: int, payload: bytes, marker: bool) -> None:
        self.sequences[ssrc] += 1
        self.wide += 1
        packet = rtp_packet(
            payload_type, self.sequences[ssrc], timestamp, ssrc, payload, marker=marker, transport_sequence=self.wide
        )
        self.rtp.send_rtp(packet)
        self.sent[ssrc][0] += 1
        self.sent[ssrc][1] += len(payload)


class Seat:
    """One person."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self.orders = orders
        self.ears: dict[int, Ear] = {}
        self.since = time.monotonic()
        self.speaker: Speaker | None = None

    async def run(self, http: aiohttp.ClientSession) -> None:
        """Take the seat, take part, answer until the input ends."""
        person = await open_link(self.orders["base_url"], http, self.orders["link"])
        await person.connect()
        await person.command("set_name", name="Robin")
        await person.command("enter_waiting")
        say(waiting=person.participant_id)
        await person.until(lambda: person.state["you"]["state"] == "admitted", timeout=60)
        raw = RawPeer(person)
        await raw.rtp.close()
        raw.rtp = RtpClient(self.orders["address"])
        try:
            await self._connect(raw)
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(self._report(raw.rtp))]
                running += [tasks.create_task(self.speaker.run())] if self.speaker else []
                say(media=True)
                await self._answer()
                for task in running:
                    task.cancel()
        finally:
            await raw.close()

    async def _connect(self, raw: RawPeer) -> None:
        lines: tuple[Line, ...] = ()
        if self.orders["bit_rate"]:
            lines = (Line("0", "microphone", SOUND_SSRC), Line("1", "camera", PICTURE_SSRC))
            self.speaker = Speaker(raw.rtp, self.orders["bit_rate"])
            raw.rtp.on_rtcp = self.speaker.on_rtcp
        heard = raw.seat.tracks()
        takes = (Line(f"r{number}", track_id=track, kind=entry["kind"]) for number, (track, entry) in enumerate(heard.items()))
        raw.rtp.on_rtp = self._on_rtp
        await raw.connect(*lines, *takes)
        assert raw.answer is not None
        self.ears = {grant.ssrc: Ear(heard[grant.track_id]["kind"]) for grant in raw.answer.grants if grant.track_id in heard}
        await raw.seat.command("negotiated", attempt=raw.attempt, offer=raw.offers)

    def _on_rtp(self, packet: Arrived) -> None:
        ear = self.ears.get(packet.ssrc)
        if ear is not None:
            ear.hear(packet, time.monotonic())

    async def _report(self, rtp: RtpClient) -> None:
        while True:
            await asyncio.sleep(1)
            rtp.inbox.rtp.clear()
            rtp.inbox.rtcp.clear()
            blocks = [ReportBlock(ssrc, 0, 0, max(ear.highest, 0), 0, 0, 0) for ssrc, ear in self.ears.items()]
            if blocks:
                rtp.send_rtcp(build_receiver_report(1, blocks))
            if self.speaker:
                self.speaker.report()

    async def _answer(self) -> None:
        while await asyncio.to_thread(sys.stdin.readline):
            now = time.monotonic()
            kinds: dict[str, dict[str, float]] = {}
            for ear in self.ears.values():
                entry = kinds.setdefault(ear.kind, {"packets": 0, "bytes": 0, "lost": 0, "gap": 0.0})
                entry["packets"] += ear.packets
                entry["bytes"] += ear.octets
                entry["lost"] += ear.lost
                entry["gap"] = max(entry["gap"], ear.gap, now - ear.at)
                ear.clear()
            say(seconds=now - self.since, kinds=kinds)
            self.since = now


def say(**details: Any) -> None:
    """One line for whoever started us."""
    print(json.dumps(details), flush=True)


async def main() -> None:
    """Take a seat as the first line says."""
    orders = json.loads(await asyncio.to_thread(sys.stdin.readline))
    trust = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=orders["authority"]))
    async with aiohttp.ClientSession(connector=trust, cookie_jar=aiohttp.DummyCookieJar()) as http:
        await Seat(orders).run(http)


if __name__ == "__main__":
    asyncio.run(main())
