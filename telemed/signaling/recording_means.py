"""What the call logic needs for recordings: what the clinic decided, and somebody who keeps what is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from telemed.care.policies import ClinicPolicies, policies_from
from telemed.care.recording.ports import RecordingWork, Take
from telemed.care.recording.words import Basis, RecordingFault
from telemed.errors import Unavailable


class NoRecordings:
    """Stand-in for a server that keeps no recordings: none may begin."""

    def refusal(self) -> RecordingFault:
        """Nothing may begin."""
        return RecordingFault.FAILED

    async def prepare(self, recording_id: str, basis: Basis) -> Take:
        """There is no place for it."""
        raise Unavailable("Recordings are not kept here.", code="recording_failed")

    async def trouble(self, recording_id: str) -> RecordingFault:
        """Nothing is written."""
        return RecordingFault.NONE

    def finalise(self, recording_id: str) -> None:
        """Nothing was written."""

    async def discard(self, recording_id: str) -> None:
        """Nothing was written."""


def usual_policies() -> ClinicPolicies:
    """Stand-in for an installation without policies."""
    return policies_from({}, is_demo=False)


@dataclass(frozen=True, slots=True)
class RecordingMeans:
    """`policies`: as they are now."""

    work: RecordingWork = NoRecordings()
    policies: Callable[[], ClinicPolicies] = usual_policies
