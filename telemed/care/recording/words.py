"""The closed lists of words of recordings: what is stored, sent and decided on."""

from __future__ import annotations

from enum import StrEnum


class RecordingState(StrEnum):
    """Life of one recording. The table that joins them is in `states.py`."""

    ASKING = "asking"  # people are asked; nothing is written
    RECORDING = "recording"
    PAUSED = "paused"  # by who records; nothing is written
    FINALISING = "finalising"  # the journal becomes files to play
    READY = "ready"
    FAILED = "failed"  # nothing that can be played came of it; the journal is kept
    CANCELLED = "cancelled"  # ended before anything was written
    ERASED = "erased"  # key and files are gone, the row stays


class RecordingEvent(StrEnum):
    """What moves a recording."""

    BEGAN = "began"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    FINALISED = "finalised"
    FAILED = "failed"
    TRIED_AGAIN = "tried_again"  # a failed one is given to the finaliser once more
    PART_WITHDRAWN = "part_withdrawn"  # somebody wants the own part of a finished one destroyed
    ERASED = "erased"
    TIMED_OUT = "timed_out"


class RecordingCause(StrEnum):
    """Who brought an event about."""

    RECORDER = "recorder"  # care staff who lead the visit
    OFFICER = "officer"  # by the rules of erasing
    SYSTEM = "system"  # a rule of consent, a timer, the end of the visit, the finaliser


class RecordingMode(StrEnum):
    """What a clinic decided for visits of one kind."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"  # everybody is asked before joining; a refusal goes on unrecorded with a noted reason


class Basis(StrEnum):
    """Why it may be recorded."""

    CONSENT = "consent"
    EMERGENCY = "emergency"  # without prior consent; destroyed unless somebody decides to keep it


class Sound(StrEnum):
    """Whose sound is written."""

    ALL = "all"  # of everybody who is captured
    NONE = "none"  # "video only", or the choice is owed


class Bleed(StrEnum):
    """What follows from somebody within earshot who does not want to be recorded: other microphones may carry that voice."""

    NONE = "none"  # nobody
    UNDECIDED = "undecided"  # who records has to choose; until then no sound is written
    VIDEO_ONLY = "video_only"
    WAIT = "wait"  # nothing is written until that person has left or agreed


class ConsentAct(StrEnum):
    """What a person did, or what was decided for one who could not."""

    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    KEEP_EARLIER = "keep_earlier"  # after withdrawing: what was written before stays
    DESTROY_EARLIER = "destroy_earlier"  # after withdrawing: it is left out
    UNABLE = "unable"  # of a bystander: cannot be asked, the reason and who decided are noted; is captured


class Standing(StrEnum):
    """Where a person stands now."""

    NONE = "none"  # has not answered
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class OwnPart(StrEnum):
    """What there is of one person in one recording that is over. The rules are in `withdrawal.py`."""

    NONE = "none"  # nothing was ever to be written
    RECORDED = "recorded"
    OWED = "owed"  # withdrew, and has not said whether the earlier part stays: it stays until then
    KEPT = "kept"  # withdrew, and lets the earlier part stay
    DESTROYING = "destroying"  # is about to be
    HELD = "held"  # is to be destroyed as soon as a legal hold is lifted
    DESTROYED = "destroyed"


class BystanderLabel(StrEnum):
    """Who is in the room of a participant without taking part."""

    CHILD = "child"
    RELATIVE = "relative"
    VICTIM = "victim"
    OTHER = "other"


class DecidedBy(StrEnum):
    """Who decided for a bystander."""

    SELF = "self"
    CARER = "carer"
    UNABLE = "unable"  # nobody could be asked: who decided and why is noted


class ReviewStatus(StrEnum):
    """How far the review is."""

    UNREVIEWED = "unreviewed"
    IN_REVIEW = "in_review"
    SIGNED_OFF = "signed_off"


class Visibility(StrEnum):
    """Who sees a marker."""

    TEAM = "team"  # everybody who may watch the recording
    PRIVATE = "private"  # its author


class ViewKind(StrEnum):
    """What somebody did with a recording."""

    WATCHED = "watched"
    DOWNLOADED = "downloaded"
    EXPORTED = "exported"
    VERIFIED = "verified"


class RecordingFault(StrEnum):
    """What is wrong with a recording in progress, or why one failed."""

    NONE = ""
    DISK_FULL = "disk_full"
    READ_ONLY = "read_only"
    TOO_SLOW = "too_slow"
    KEY_MISSING = "key_missing"
    EMPTY = "empty"  # nobody's picture or sound came in
    FAILED = "failed"


# Something may be written, now or again.
RUNNING = frozenset({RecordingState.RECORDING, RecordingState.PAUSED})
# In the call: people are asked or captured.
OPEN = RUNNING | {RecordingState.ASKING}
# There is something of it on the disk.
KEPT = RUNNING | {RecordingState.FINALISING, RecordingState.READY, RecordingState.FAILED}
# Nothing happens to it any more but erasing.
OVER = frozenset({RecordingState.READY, RecordingState.FAILED, RecordingState.CANCELLED, RecordingState.ERASED})
