"""Junk datagrams at a steady pace, from a process of their own: `python -m tests.hostile.flood FD HOST PORT RATE SECONDS SSRC`.

FD is an inherited UDP socket: the source address of the flood is that of its owner, as if it were forged. Prints what was sent.
"""

from __future__ import annotations

import random
import socket
import struct
import sys
import time

BURST_SECONDS = 0.001
KINDS = 64  # different datagrams


def junk(chance: random.Random, ssrc: int) -> list[bytes]:
    """What looks like media, reports, checks and handshakes of somebody, and is none."""
    made = []
    for number in range(KINDS):
        head = struct.pack("!BBHII", 0x80, 111, chance.randrange(65536), chance.randrange(2**32), ssrc)
        body = chance.randbytes(chance.randrange(20, 1000))
        other = (
            head,
            struct.pack("!BBHI", 0x81, 201, 7, ssrc),  # a report
            b"\x00\x01\x00\x00\x21\x12\xa4\x42" + chance.randbytes(12),  # a check
            b"\x17\xfe\xfd",  # a record of DTLS
        )
        made.append((other[number % 4] if number % 2 else head) + body)
    return made


def main(descriptor: int, place: tuple[str, int], rate: int, seconds: float, ssrc: int) -> int:
    """Send `rate` a second; the number sent."""
    datagrams = junk(random.Random(ssrc), ssrc)
    sent, began = 0, time.monotonic()
    with socket.socket(fileno=descriptor) as source:
        while (passed := time.monotonic() - began) < seconds:
            for _ in range(int(passed * rate) - sent):
                try:
                    source.sendto(datagrams[sent % KINDS], place)
                except BlockingIOError:
                    pass  # the kernel's own bound: it counts as sent
                sent += 1
            time.sleep(BURST_SECONDS)
    return sent


if __name__ == "__main__":
    fd, host, port, rate_, seconds_, ssrc_ = sys.argv[1:7]
    print(main(int(fd), (host, int(port)), int(rate_), float(seconds_), int(ssrc_)))
