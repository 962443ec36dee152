"""How large a picture is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """In pixels, as they are stored (before the Orientation turns them)."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        """Together."""
        return self.width * self.height
