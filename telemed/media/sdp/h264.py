"""The H.264 of our rooms (RFC 6184 section 8): constrained baseline of level 3.1 in packets that may be fragments.

Every browser with H.264 has it (RFC 7742 section 6.2), so that every decoder of a room can show what any encoder in it makes.
Higher profiles would leave some out; packets go on as they came, so who takes no fragments (packetisation mode 0) is left out.
"""

from __future__ import annotations

import re

# What we answer. Levels may differ: each side says what it can show (section 8.1), and all show at least this.
PARAMETERS = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
FRAGMENTS = "1"  # packetization-mode: single units, STAP-A and FU-A
LEAST_LEVEL = 0x1F  # 3.1: 1280x720 at 30 frames/s, H.264 table A-1
# Section 8.1, table 5: profile_idc, and of profile-iop the mask and value of the bits that make it constrained baseline.
CONSTRAINED_BASELINE = ((0x42, 0x4F, 0x40), (0x4D, 0x8F, 0x80), (0x58, 0xCF, 0xC0))

_LEVEL_ID = re.compile(r"[0-9a-fA-F]{6}", re.ASCII)


def is_ours(parameters: str) -> bool:
    """Whether a payload type with these format parameters (the value of an a=fmtp behind the number) is what our rooms speak."""
    pairs = (pair.partition("=") for pair in parameters.split(";"))
    named = {name.strip().lower(): value.strip() for name, _, value in pairs}
    level_id = named.get("profile-level-id", "")
    if named.get("packetization-mode") != FRAGMENTS or not _LEVEL_ID.fullmatch(level_id):
        return False
    profile, constraints, level = bytes.fromhex(level_id)
    return level >= LEAST_LEVEL and any(
        profile == idc and constraints & mask == value for idc, mask, value in CONSTRAINED_BASELINE
    )
