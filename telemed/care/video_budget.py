"""How much video each camera may send, until simulcast lets every subscriber choose.

Everyone receives n - 1 pictures, so each camera gets its share of what a household line carries down.
"""

from __future__ import annotations

DOWNLINK_BIT_PER_S = 6_000_000  # a modest DSL or LTE line, with room for sound
CAMERA_BIT_PER_S = 1_500_000  # 720p VP8 gains little above this


def max_video_bitrate(people: int) -> int:
    """Return the cap of one camera in bit/s for a call of `people`: min(1.5, 6 / (people - 1)) Mbit/s."""
    if people <= 2:
        return CAMERA_BIT_PER_S
    return min(CAMERA_BIT_PER_S, DOWNLINK_BIT_PER_S // (people - 1))
