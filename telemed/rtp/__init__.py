"""RTP and RTCP wire formats: pure parsing and building."""

from __future__ import annotations

from telemed.rtp.errors import MalformedPacket

__all__ = ["MalformedPacket"]
