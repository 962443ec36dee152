"""NTP timestamps of RTCP: 64 bits, 32 of them fraction (RFC 3550 section 4)."""

from __future__ import annotations

NTP_SECOND = 1 << 32  # units of 2**-32 s


def to_ntp64(seconds: float) -> int:
    """Return `seconds` as an unsigned 64-bit NTP value. Any epoch will do, even boot (RFC 3550 section 6.4.1)."""
    return int(seconds * NTP_SECOND) & 0xFFFFFFFFFFFFFFFF


def from_ntp64(ntp64: int) -> float:
    """Return the seconds since the sender's epoch; exact to about 0.5 us for present-day wall clocks."""
    return ntp64 / NTP_SECOND


def middle32(ntp64: int) -> int:
    """Return the middle 32 bits, units of 1/65536 s: what report blocks echo as LSR."""
    return (ntp64 >> 16) & 0xFFFFFFFF
