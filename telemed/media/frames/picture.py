"""What a codec's depacketiser does for the assembler, and what both agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

NO_NUMBER = -1
# Pieces of one picture that are kept apart until it is whole. A key frame of 8K has some thousand; each costs sixty bytes beside
# its own, so a picture of many tiny ones would take thirty times its size.
MAX_PIECES = 16_384


@dataclass(slots=True)
class Picture:
    """A whole coded picture as a container stores it."""

    data: bytes
    key: bool
    width: int = 0  # pixels; 0: not said
    height: int = 0


class Depacketiser(Protocol):
    """Joins the payloads of one picture. Methods raise MalformedPacket for payloads that are not of this codec."""

    def begins(self, data: bytes, start: int, end: int) -> bool:
        """Whether this payload is surely the first of its picture, whatever came before."""
        ...

    def number(self, data: bytes, start: int, end: int) -> tuple[int, int]:
        """(picture number, how many there are before it goes round); NO_NUMBER where the codec does not count."""
        ...

    def add(self, data: bytes, start: int, end: int) -> None:
        """Take the next payload of the picture."""
        ...

    def finish(self) -> Picture | None:
        """The picture of the payloads since the last call, or None when they make none."""
        ...
