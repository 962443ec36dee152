"""The one error of the packet parsers."""

from __future__ import annotations


class MalformedPacket(ValueError):
    """Bytes that are not the packet they claim to be. The sender is at fault: count it, drop it, carry on.

    The text never contains bytes of the packet, so it may be logged.
    """
