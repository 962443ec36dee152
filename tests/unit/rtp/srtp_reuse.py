"""A monitor that fails when an SRTP keystream would be used twice: same key, SSRC, rollover counter and sequence number."""

from __future__ import annotations

from collections.abc import Hashable


class KeystreamReused(AssertionError):
    """Two packets were protected under one (key, SSRC, ROC, sequence)."""


class SrtpReuseMonitor:
    """Feed it every packet at the moment it is protected; a stored ciphertext sent again is not protected again."""

    def __init__(self) -> None:
        self._used: dict[tuple[Hashable, int], set[int]] = {}
        self._highest: dict[tuple[Hashable, int], int] = {}
        self.packets = 0

    def feed(self, key_id: Hashable, ssrc: int, roc: int, sequence: int) -> None:
        """Note one protected packet; raises KeystreamReused on repetition."""
        index = (roc << 16) | sequence
        used = self._used.setdefault((key_id, ssrc), set())
        if index in used:
            raise KeystreamReused(f"key {key_id!r} ssrc {ssrc:#x} roc {roc} sequence {sequence}")
        used.add(index)
        self.packets += 1

    def feed_packet(self, key_id: Hashable, packet: bytes | bytearray | memoryview) -> None:
        """Note one plaintext RTP packet about to be protected; the ROC is derived as SRTP senders do (RFC 3711 section 3.3.1)."""
        sequence = packet[2] << 8 | packet[3]
        ssrc = int.from_bytes(packet[8:12], "big")
        flow = (key_id, ssrc)
        highest = self._highest.get(flow)
        if highest is None:
            index = sequence
        else:
            index = highest + ((sequence - highest + 0x8000) & 0xFFFF) - 0x8000
        self.feed(key_id, ssrc, index >> 16, sequence)
        self._highest[flow] = index if highest is None else max(highest, index)
