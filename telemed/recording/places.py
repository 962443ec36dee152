"""Names inside the directory of one recording."""

from __future__ import annotations

from pathlib import Path

from telemed.recording.journal_file import DIRECTORY as JOURNAL
from telemed.recording.sealed_file import SUFFIX

SEGMENTS = "segments"
SEGMENTS_PART = "segments.part"  # while a finaliser writes; never read
MANIFEST = "manifest.json"  # written last: where it is, the recording is finished
SIGNATURE = "manifest.sig"
FORMER = "former"  # manifests that were followed by another one, with their signatures, each under its hash
PROPOSAL_PART = "proposal.part"  # these three: somebody's part is being taken out (`taking_out.py`)
PROPOSAL = "proposal"
EXCHANGE = "exchange"
LOCK = "finalise.lock"  # held by a finaliser, so that a second one waits


def segment_path(recording: Path, segment_id: str) -> Path:
    """The file of a segment."""
    return recording / SEGMENTS / (segment_id + SUFFIX)


def journal_path(recording: Path) -> Path:
    """The directory of its journals."""
    return recording / JOURNAL
