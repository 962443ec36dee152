"""Bodies of requests about recordings (protocol section 1.15). Unknown fields are refused; every text has a length."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, StringConstraints
from pydantic import Field as Limits

from telemed.care.recording.words import ReviewStatus, Visibility
from telemed.care.states import SessionKind
from telemed.web.paging import MOST
from telemed.web.request_models import ONE_LINE, Body, CommandId
from telemed.web.request_models_people import PatientId, Revision, UserId

MAX_TAG = 40  # characters
MAX_TAGS = 20  # of one recording
MAX_MARKER_TEXT = 2000  # characters
MAX_PLACE_MS = 7 * 24 * 3600 * 1000  # no take lasts a week
TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]*$"  # several lines; nothing that turns the direction

RecordingId = Annotated[str, StringConstraints(pattern=r"^rec_[A-Za-z0-9_-]{1,36}$")]
Place = Annotated[int, Limits(ge=0, le=MAX_PLACE_MS)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=MAX_TAG, pattern=ONE_LINE)]
Category = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
MarkerText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_MARKER_TEXT, pattern=TEXT)]
NeededReason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500, pattern=ONE_LINE)]


class SearchRecordingsBody(Body):
    """`POST /recordings/search`: what is absent does not matter."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120, pattern=ONE_LINE)] = ""
    patient_id: PatientId | None = None
    clinician_id: UserId | None = None
    kind: SessionKind | None = None
    from_: Annotated[AwareDatetime | None, Limits(alias="from", strict=False)] = None
    to: Annotated[AwareDatetime | None, Limits(strict=False)] = None
    tag: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=MAX_TAG, pattern=ONE_LINE)] = ""
    status: ReviewStatus | None = None
    unread: bool = False
    undecided: bool = False
    held: bool = False
    after: RecordingId | None = None
    limit: Annotated[int, Limits(ge=1, le=MOST)] = 30

    @property
    def since(self) -> datetime | None:
        """The earliest beginning."""
        return self.from_


class AddMarkerBody(Body):
    """`POST /recordings/{recording_id}/markers`."""

    start_ms: Place
    end_ms: Place | None = None
    category: Category
    text: MarkerText = ""
    visibility: Visibility = Visibility.TEAM
    command_id: CommandId


class EditMarkerBody(Body):
    """`PATCH /recordings/{recording_id}/markers/{marker_id}`: what is absent stays; a null end makes a point of a span."""

    revision: Revision
    start_ms: Place | None = None
    end_ms: Place | None = None
    category: Category | None = None
    text: MarkerText | None = None
    visibility: Visibility | None = None


class RemoveMarkerBody(Body):
    """`POST /recordings/{recording_id}/markers/{marker_id}/remove`."""

    revision: Revision


class TagsBody(Body):
    """`POST /recordings/{recording_id}/tags`: exactly these from now on."""

    tags: Annotated[list[Tag], Limits(max_length=MAX_TAGS)]


class StatusBody(Body):
    """`POST /recordings/{recording_id}/status`."""

    status: ReviewStatus


class ReasonBody(Body):
    """`POST /recordings/{recording_id}/export` and `.../erase`."""

    reason: NeededReason


class WithdrawOwnBody(Body):
    """`POST /home/recordings/{recording_id}/withdraw`. `text_version` and `language` say what the person has read."""

    choice: Literal["keep", "destroy"]
    text_version: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}[a-z]?$")]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class WithdrawBody(WithdrawOwnBody):
    """`POST /recordings/{recording_id}/withdraw`. `person_id`: a participant or bystander a privacy officer acts for, with the
    reason; without it the own part."""

    person_id: Annotated[str | None, StringConstraints(pattern=r"^(par|bys)_[A-Za-z0-9_-]{1,36}$")] = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=ONE_LINE)] = ""


class HoldBody(ReasonBody):
    """`POST /recordings/{recording_id}/hold`."""

    hold: bool


class DecideBody(ReasonBody):
    """`POST /recordings/{recording_id}/decide`."""

    decision: Literal["keep", "destroy"]
