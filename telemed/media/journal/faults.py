"""What keeps a recording from being written. Apart from everything else, so that the control records may name it too."""

from __future__ import annotations

from enum import StrEnum


class RecordingFault(StrEnum):
    """Why a recording does not grow as it should; the file so far stays readable."""

    NONE = "none"
    DISK_FULL = "disk_full"  # no space, or over quota
    READ_ONLY = "read_only"  # the directory may not be written: mounted read-only, or not ours
    TOO_SLOW = "too_slow"  # the disk takes less than comes in: packets were dropped, see JournalBook
    FAILED = "failed"  # anything else: an error of the device, the directory is gone
