"""Where one source's header extensions lie, remembered from its last packet: most of them look alike.

A packet fits a layout when everything but the two values is the same, byte for byte; then two shifts replace the walk.
"""

from __future__ import annotations

from telemed.rtp.extensions import iter_extensions, scan_extensions

FIXED = 12  # bytes of the fixed header; a layout is only made for packets without contributing sources
MAX_BLOCK = 32  # bytes: a longer block is walked each time
EXTENDED = 0x90  # first byte: version 2, an extension block, neither padding nor contributing sources

_from_bytes = int.from_bytes


class ExtensionLayout:
    """The transport-wide sequence number and audio level of one source's packets."""

    __slots__ = ("_audio_level_id", "_end", "_level_shift", "_mask", "_shape", "_transport_cc_id", "_wide_shift")

    def __init__(self, transport_cc_id: int, audio_level_id: int) -> None:
        """Ids as negotiated; 0 for what was not."""
        self._transport_cc_id = transport_cc_id
        self._audio_level_id = audio_level_id
        self._end = -1
        self._mask = self._shape = 0
        self._wide_shift = self._level_shift = -1

    def read(self, packet: bytes, header_length: int) -> tuple[int, int]:
        """Return (transport-wide sequence, audio level) as `scan_extensions` does; -1 for what is absent."""
        if header_length == self._end and packet[0] == EXTENDED:
            block = _from_bytes(packet[FIXED:header_length], "big")
            if block & self._mask == self._shape:
                return (
                    block >> self._wide_shift & 0xFFFF if self._wide_shift >= 0 else -1,
                    block >> self._level_shift & 0x7F if self._level_shift >= 0 else -1,
                )
        if packet[0] == EXTENDED and header_length <= FIXED + MAX_BLOCK:
            self._learn(packet, header_length)
        return scan_extensions(packet, self._transport_cc_id, self._audio_level_id)

    def _learn(self, packet: bytes, header_length: int) -> None:
        """Remember where the values lie in this packet; of several the last, as in the walk."""
        mask = (1 << (header_length - FIXED) * 8) - 1
        wide_shift = level_shift = -1
        for element, offset, length in iter_extensions(packet):
            if element == self._transport_cc_id and length == 2:
                wide_shift = (header_length - offset - 2) * 8
            elif element == self._audio_level_id and length:
                level_shift = (header_length - offset - 1) * 8
        if wide_shift >= 0:
            mask &= ~(0xFFFF << wide_shift)
        if level_shift >= 0:
            mask &= ~(0xFF << level_shift)
        self._mask, self._shape = mask, _from_bytes(packet[FIXED:header_length], "big") & mask
        self._wide_shift, self._level_shift = wide_shift, level_shift
        self._end = header_length
