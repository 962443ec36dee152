"""Answers about recordings as the OpenAPI document describes them (protocol section 1.15)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from telemed.care.recording.words import (
    Basis,
    BystanderLabel,
    OwnPart,
    RecordingFault,
    RecordingState,
    ReviewStatus,
    ViewKind,
    Visibility,
)
from telemed.care.roles import Role
from telemed.care.states import SessionKind
from telemed.web.response_models import Answer, Time

Milliseconds = Annotated[int, Field(ge=0, description="On the recording's clock: 0 is when it began")]


class PersonOfRecording(Answer):
    """Somebody who took part."""

    name: str
    role: Role


class Recording(Answer):
    """A recording."""

    id: str
    session_id: str
    patient_id: str | None
    kind: SessionKind
    state: RecordingState
    basis: Basis
    started_at: Time | None
    duration_ms: int
    size_bytes: int
    title: str
    people: list[PersonOfRecording]
    tags: list[str]
    review_status: ReviewStatus
    unread: bool
    hold: bool
    markers: int
    expires_at: Time | None
    decide_by: Time | None


class Recordings(Answer):
    """`POST /recordings/search`."""

    recordings: list[Recording]
    next: str | None


class Clinician(Answer):
    """Somebody who leads visits."""

    id: str
    name: str


class Clinicians(Answer):
    """`GET /recordings/clinicians`."""

    clinicians: list[Clinician]


class Segment(Answer):
    """A file to play: one person's microphone and camera, or screen, for a while."""

    id: str
    participant_id: str
    group: Literal["main", "screen"]
    mime: str
    codecs: str
    start_ms: Milliseconds
    end_ms: Milliseconds
    bytes: int


class Participant(Answer):
    """Somebody who took part, as segments and the timeline name them."""

    id: str
    name: str
    role: Role
    part: Annotated[OwnPart, Field(description="What there is of this person in it")]


class PersonForWhom(Answer):
    """Somebody a privacy officer may note a withdrawal for: a guest of a link, or (`label`) one without a place in the call."""

    person_id: str
    name: str
    label: BystanderLabel | None
    part: OwnPart
    withdrawn: bool


class Withdrawal(Answer):
    """What the reader may withdraw from it afterwards. `text_version`: of the words to be read before."""

    text_version: str
    mine: OwnPart
    others: list[PersonForWhom]


class Erase(Answer):
    """A wish to erase that waits for its confirmation."""

    asked_by: str
    at: Time
    reason: str
    confirm_after: Time | None
    mine: bool


class FullRecording(Recording):
    """A recording with what is in it."""

    segments: list[Segment]
    participants: list[Participant]
    fault: RecordingFault
    reason: str
    hold_reason: str
    reviewed_by: str | None
    reviewed_at: Time | None
    erase: Erase | None
    withdrawal: Withdrawal


class Can(Answer):
    """What the reader may do with this recording now."""

    watch: bool
    mark: bool
    sign_off: bool
    download: bool
    hold: bool
    erase: bool
    decide: bool
    verify: bool


class RecordingDetail(Answer):
    """`GET /recordings/{recording_id}`."""

    recording: FullRecording
    can: Can


class Join(Answer):
    """Somebody came, went, was put on hold or came back."""

    participant_id: str
    at_ms: Milliseconds
    what: Literal["joined", "left", "held", "resumed", "reconnecting", "back"]


class Spoke(Answer):
    """Somebody spoke."""

    participant_id: str
    start_ms: Milliseconds
    end_ms: Milliseconds


class ChatLine(Answer):
    """A line of chat."""

    at_ms: Milliseconds
    participant_id: str
    name: str
    body: str


class Dip(Answer):
    """Somebody heard or saw less well than one should."""

    participant_id: str
    start_ms: Milliseconds
    end_ms: Milliseconds
    what: Literal["sound_gaps", "sound_poor", "picture_unsteady", "picture_paused"]


class ConsentSpan(Answer):
    """Somebody was captured, or was there and was not."""

    participant_id: str
    start_ms: Milliseconds
    end_ms: Milliseconds | None
    what: Literal["captured", "not_captured"]


class Gap(Answer):
    """Nothing of this source was written."""

    participant_id: str
    source: str
    start_ms: Milliseconds
    end_ms: Milliseconds
    why: str


class StillOfAct(Answer):
    """A picture to open below this recording."""

    id: str
    number: int
    at: Time
    size: int
    sha256: str
    width: int
    height: int
    thumbnail: bool


class ShapeOfAct(Answer):
    """Something drawn; points are 0 to 1 of the picture's width and height."""

    id: str
    kind: Literal["pen", "arrow", "circle"]
    points: list[list[float]]


class DrawingOfAct(Answer):
    """A frozen picture to open below this recording, with its lines as they stood when it was put away."""

    id: str
    width: int
    height: int
    at: Time
    shapes: list[ShapeOfAct]


class Act(Answer):
    """Something that was done beside talking. What the fields say depends on `kind`: section 1.15 of the protocol."""

    id: str
    kind: Literal["instruction", "drawing", "still", "handover", "vital", "ring", "silence"]
    what: str
    at_ms: Milliseconds
    end_ms: Milliseconds | None
    participant_id: str | None
    name: str
    to: str
    value: str | float | None
    second: float | None
    unit: str
    words: dict[str, str]
    pictogram: str
    seen: bool
    text: str
    still: StillOfAct | None
    drawing: DrawingOfAct | None


class RecordingTimeline(Answer):
    """`GET /recordings/{recording_id}/timeline`. `reads_chat` false: the chat is not for this reader."""

    duration_ms: int
    joins: list[Join]
    speaking: list[Spoke]
    chat: list[ChatLine]
    reads_chat: bool
    quality: list[Dip]
    consent: list[ConsentSpan]
    gaps: list[Gap]
    acts: list[Act]
    acts_outside: int


class SpokenSeconds(Answer):
    """How long somebody spoke."""

    participant_id: str
    seconds: float


class PlottedPerson(Answer):
    """One person in one minute: seconds of speech, and how they fared."""

    participant_id: str
    speaking: float
    quality: Literal["good", "fair", "poor", "unknown"]


class PlottedMinute(Answer):
    """One minute."""

    at_ms: Milliseconds
    participants: list[PlottedPerson]


class Plots(Answer):
    """`GET /recordings/{recording_id}/plots`."""

    speaking: list[SpokenSeconds]
    minutes: list[PlottedMinute]


class Marker(Answer):
    """A point, or a span when `end_ms` is not null, that somebody noted."""

    id: str
    start_ms: Milliseconds
    end_ms: Milliseconds | None
    category: str
    text: str
    author: str
    visibility: Visibility
    at: Time
    revision: int
    mine: bool


class Markers(Answer):
    """`GET /recordings/{recording_id}/markers`."""

    markers: list[Marker]


class MarkerAnswer(Answer):
    """A marker was made or changed."""

    marker: Marker


class TagsAnswer(Answer):
    """`POST /recordings/{recording_id}/tags`."""

    tags: list[str]


class StatusAnswer(Answer):
    """`POST /recordings/{recording_id}/status`."""

    review_status: ReviewStatus


class Viewer(Answer):
    """Somebody who watched, and when."""

    name: str
    role: str
    at: Time
    what: ViewKind


class Viewers(Answer):
    """`GET /recordings/{recording_id}/viewers`, newest first."""

    viewers: list[Viewer]


class BrokenPart(Answer):
    """Something that is not as it was signed; `segment_id` null: the manifest, or all of it."""

    segment_id: str | None
    what: str
    block: int | None


class DestroyedPart(Answer):
    """Somebody's part that is gone as it should be: on that person's withdrawal."""

    participant_id: str
    at: Time


class Verified(Answer):
    """`POST /recordings/{recording_id}/verify`. `up_to`: the last checkpoint that speaks of it."""

    result: Literal["complete", "broken"]
    checked_at: Time
    up_to: Time | None
    broken: list[BrokenPart]
    destroyed: list[DestroyedPart]


class ExportBegun(Answer):
    """`POST /recordings/{recording_id}/export`: where to fetch it, once, within `expires_in` seconds."""

    export_id: str
    expires_in: int


class Held(Answer):
    """`POST /recordings/{recording_id}/hold`."""

    hold: bool
    hold_reason: str


class EraseAsked(Answer):
    """`POST /recordings/{recording_id}/erase`."""

    erase: Erase


class PartAnswer(Answer):
    """`POST /recordings/{recording_id}/withdraw` and `POST /home/recordings/{recording_id}/withdraw`: what there is of the person
    now. Of somebody without a place in the call `none`: the withdrawal is noted."""

    part: OwnPart


class OwnRecording(Answer):
    """A recording of one's own visits, and who watched it."""

    id: str
    started_at: Time | None
    duration_ms: int
    erased: bool
    part: Annotated[OwnPart, Field(description="Of the person who asks: what there is of it in the recording")]
    viewers: list[Viewer]


class OwnRecordings(Answer):
    """`GET /home/recordings`."""

    recordings: list[OwnRecording]
    text_version: Annotated[str, Field(description="Of the words to be read before withdrawing")]


class RecordingFigures(Answer):
    """Counts and bytes."""

    recordings: int
    size_bytes: int
    open: int
    finalising: int
    failed: int
    held: int
    undecided: int


class RecordingsOperation(Answer):
    """`GET /admin/recordings`. `quota_bytes` null: none."""

    recordings: RecordingFigures
    disk_bytes: int
    quota_bytes: int | None
