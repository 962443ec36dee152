"""What is wrong with a recording in progress, by who found it: who finds nothing does not take back what another says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from telemed.care.recording.words import RecordingFault

if TYPE_CHECKING:
    from telemed.signaling.visit import LiveVisit


class FoundBy(IntEnum):
    """Who found it; the lowest is told when several did, for it says most of what becomes of the recording."""

    WORKER = 0  # writes: the disk
    COMMAND = 1  # tells the worker: it takes none
    PLACE = 2  # makes directory and key
    KEY = 3  # looks whether what is written could be opened


OnFault = Callable[["LiveVisit", FoundBy, RecordingFault], None]


@dataclass(slots=True)
class Faults:
    """The fault of each finder; only real ones are kept."""

    _found: dict[FoundBy, RecordingFault] = field(default_factory=dict)

    def note(self, by: FoundBy, fault: RecordingFault) -> None:
        """What `by` sees now; NONE: nothing, or nothing any more."""
        if fault is RecordingFault.NONE:
            self._found.pop(by, None)
        else:
            self._found[by] = fault

    @property
    def worst(self) -> RecordingFault:
        """What to tell people."""
        return self._found[min(self._found)] if self._found else RecordingFault.NONE
