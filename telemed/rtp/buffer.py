"""The type of bytes from the wire, whoever owns them."""

from __future__ import annotations

Buffer = bytes | bytearray | memoryview
