"""Long journals from short scenes: what was encoded once is sent over and over, with numbers and times that go on."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from telemed.media.control import Source
from telemed.media.journal.records import RecordKind, report_body
from tests.adapters.recording.encoded import Encoded, pictures, sound
from tests.adapters.recording.journalled import DELAY_US, Written
from tests.adapters.recording.packetised import Sender, SenderClock

SECOND = 1_000_000
LOOP = 10  # seconds that are encoded; they begin with a key frame
FLASH = (10_000_000, 200_000)
_NUMBERS = struct.Struct("!HI")

Record = tuple[RecordKind, int, bytes, int]


def camera_scene(size: tuple[int, int], octets: int) -> tuple[Encoded, ...]:
    """One loop of pictures, each of so many bytes: VP8 decoders stop at the end of the last partition and ignore what follows."""
    scene = pictures("vp8", LOOP, size=size, key_every=250, flash=FLASH)
    return tuple(Encoded(one.at_us, one.data + bytes(max(0, octets - len(one.data))), one.key) for one in scene)


def repeated(sender: Sender, clock: SenderClock, scene: tuple[Encoded, ...], seconds: float) -> Iterator[Record]:
    """The records of a track that sends one scene over and over, with a report each second."""
    packets = list(sender.packets(scene))
    fields = [(packet.at_us, *_NUMBERS.unpack_from(packet.data, 2), packet.data) for packet in packets]
    for loop in range(round(seconds / LOOP)):
        shift, reported = loop * LOOP * SECOND, 0
        for at, sequence, timestamp, data in fields:
            now = at + shift + DELAY_US
            if at // SECOND >= reported:
                reported = at // SECOND + 1
                yield RecordKind.REPORT, now, report_body(sender.ssrc, clock.ntp(now), sender.timestamp(now)), 0
            numbers = (sequence + loop * len(fields)) & 0xFFFF, (timestamp + loop * LOOP * sender.rate) & 0xFFFFFFFF
            yield RecordKind.PACKET, now, data[:2] + _NUMBERS.pack(*numbers) + data[8:], 0


def write_person(directory: Path, person_id: str, number: int, scene: tuple[Encoded, ...], seconds: float) -> None:
    """Microphone and camera of one person for so long. `number`: which person, for SSRCs and clocks that differ."""
    clock = SenderClock(10**15 * (1 + number))
    eye, ear = Sender("vp8", 1 + number, SECOND), Sender("opus", 11 + number, SECOND)
    Written(person_id, Source.CAMERA, "vp8", SECOND).write_all(directory, repeated(eye, clock, scene, seconds))
    heard = Written(person_id, Source.MICROPHONE, "opus", SECOND)
    heard.write_all(directory, repeated(ear, clock, sound(LOOP, FLASH), seconds))
