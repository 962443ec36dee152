"""One strict pydantic model per command and for CONNECT (protocol sections 2.1 and 2.3). Unknown fields are refused."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from telemed.care.incidents.frames import MAX_POINTS
from telemed.care.live_lines import MAX_LINE, harmless
from telemed.care.patients.words import Need
from telemed.errors import InvalidInput
from telemed.media.control_codec import MAX_LINES, MAX_TILE_HEIGHT

PROTOCOL_VERSION = 1
MAX_CHAT = 4000  # characters
MAX_NAME = 80
MAX_REASON = 200
MAX_JAVASCRIPT_INTEGER = 2**53 - 1
MAX_RTT_MS = 60_000.0
MAX_HEIGHT = 8640  # lines of a picture: 16K
MAX_MARKER = 500  # characters of a marker set during the call: one line, the rest is written in the review
MAX_RECORDING_MS = 7 * 24 * 3600 * 1000  # longer than any session lasts
MAX_EDITS = 20  # of a line at once


_LINE_BREAKING = frozenset({"Cc", "Zl", "Zp"})  # Unicode categories: control characters, line and paragraph separators
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they turn the reading direction: a forged name


def _single_line(text: str) -> str:
    """Refuse control characters, what turns the reading direction, and what is only blank; trim the ends."""
    if any(unicodedata.category(character) in _LINE_BREAKING or character in _TURNING for character in text):
        raise ValueError("control characters")
    trimmed = text.strip()
    if not trimmed:
        raise ValueError("blank")
    return trimmed


def _text(text: str) -> str:
    """Refuse control characters except line feed and tab, and what is only blank."""
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text):
        raise ValueError("control characters")
    if not text.strip():
        raise ValueError("blank")
    return text


CommandId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{4,40}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME), AfterValidator(_single_line)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=MAX_REASON), AfterValidator(_single_line)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=MAX_CHAT), AfterValidator(_text)]
Counter = Annotated[int, Field(ge=0, le=MAX_JAVASCRIPT_INTEGER)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
CaptureVerdict = Literal["ok", "none", "refused", "failed"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Resume(_Strict):
    """Where a client stopped reading its stream."""

    epoch: Identifier
    sequence: Counter


class Connect(_Strict):
    """The CONNECT payload."""

    protocol: int
    ticket: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    resume: Resume | None = None


class Command(_Strict):
    """What every command carries; commands without further fields are exactly this."""

    command_id: CommandId


class SetName(Command):
    """`set_name`."""

    name: Name


class ReportDevices(Command):
    """`device_report`."""

    camera: CaptureVerdict
    microphone: CaptureVerdict
    speaker: Literal["ok", "untested", "failed", "silent"]  # silent: must make no sound, so nothing was played
    network: Literal["good", "poor", "blocked", "untested"]
    rtt_ms: Annotated[float, Field(ge=0, le=MAX_RTT_MS, allow_inf_nan=False)]


class SetVisibility(Command):
    """`visibility`."""

    hidden: bool


class OnParticipant(Command):
    """`admit`, `hold`, `resume`, `acknowledge`."""

    participant_id: Identifier


class OnParticipantWithReason(OnParticipant):
    """`deny`, `remove`."""

    reason: Reason | None = None


class ConfirmIdentity(OnParticipant):
    """`confirm_identity`. `how` None takes it back."""

    how: Literal["said", "known", "document"] | None


class DecideMove(Command):
    """`decide_move`."""

    request_id: Identifier
    approve: bool


class SayNeeds(Command):
    """`needs`: what talking with this person takes, for this visit."""

    needs: Annotated[list[Literal["cannot_hear", "cannot_speak", "sign_language", "interpreter"]], Field(max_length=len(Need))]


class SetMedia(Command):
    """`media_state`. `interrupted`: the microphone is wanted on, but the device gave it to something else, as a phone call."""

    microphone: bool
    camera: bool
    screen: bool
    interrupted: bool = False


class AppliedAnswer(Command):
    """`negotiated`."""

    attempt: Counter
    offer: Counter


class Tile(_Strict):
    """How large a track is shown, in device pixels; 0: nobody can see it."""

    track_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{4,64}$")]
    height: Annotated[int, Field(ge=0, le=MAX_TILE_HEIGHT)]
    first: bool = False  # given up last


class SetView(Command):
    """`set_view`."""

    tiles: Annotated[list[Tile], Field(min_length=1, max_length=MAX_LINES)]


class SendChat(Command):
    """`chat`. `to`: the one person a member of staff writes to; without it everybody in the call."""

    body: Body
    to: Identifier | None = None


class TextEdit(_Strict):
    """One change of a line, in code points. What could harm a reader is taken out of `insert`."""

    at: Annotated[int, Field(ge=0, le=MAX_LINE)]
    erase: Annotated[int, Field(ge=0, le=MAX_LINE)]
    insert: Annotated[str, StringConstraints(max_length=MAX_LINE), AfterValidator(harmless)]


class WriteText(Command):
    """`text`: edits of an unfinished line. `reset`: the line was empty before them."""

    line: CommandId
    sequence: Annotated[int, Field(ge=1, le=MAX_JAVASCRIPT_INTEGER)]
    edits: Annotated[list[TextEdit], Field(min_length=1, max_length=MAX_EDITS)]
    reset: bool = False
    to: Identifier | None = None


class AskRecording(Command):
    """`recording_ask`. With `emergency_reason` it begins at once, where the clinic allows that."""

    emergency_reason: Reason | None = None


class OnRecording(Command):
    """`recording_begin`, `recording_pause`, `recording_resume`, `recording_stop`."""

    recording_id: Identifier


class ChooseRecording(OnRecording):
    """`recording_choose`: what is to be done while somebody who refused can be heard."""

    choice: Literal["stop", "video_only", "wait"]


class GiveConsent(Command):
    """`recording_consent`. `text_version` and `language` say what the person has read."""

    answer: Literal["agree", "refuse", "withdraw"]
    text_version: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}[a-z]?$")]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class DecideEarlier(OnRecording):
    """`recording_earlier`: what becomes of what was recorded before a withdrawal."""

    choice: Literal["keep", "destroy"]


class AddBystander(Command):
    """`recording_bystander`: somebody who is there and has no seat. `by_name`: the carer, or who says that it cannot be asked."""

    label: Literal["child", "relative", "victim", "other"]
    decided_by: Literal["self", "carer", "unable"]
    by_name: Name | None = None
    reason: Reason | None = None
    agreed: bool


class ChangeBystander(Command):
    """`recording_bystander_now`: somebody listed says otherwise, or has left the room."""

    bystander_id: Identifier
    now: Literal["agreed", "refused", "left"]


class NoteUnrecorded(Command):
    """`recording_unrecorded`: why a visit that had to be recorded is not."""

    reason: Reason


class SetMarker(OnRecording):
    """`recording_marker`. `at_ms` counts from the beginning of the recording; without it: now."""

    at_ms: Annotated[int, Field(ge=0, le=MAX_RECORDING_MS)] | None = None
    category: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
    text: Annotated[str, StringConstraints(max_length=MAX_MARKER), AfterValidator(_single_line)] | None = None


class Instruct(OnParticipant):
    """`instruct`: what a caller is asked to do; `value` and `card_id` by kind."""

    kind: Literal["camera", "light", "zoom", "hold_still", "turn", "closer", "still", "card"]
    value: Annotated[str, StringConstraints(max_length=16)] | float | None = None
    card_id: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] | None = None


class OnInstruction(Command):
    """`instruction_clear`, `instruction_shown`."""

    instruction_id: Identifier


Grant = Literal["granted", "denied", "dismissed", "unanswered", "unavailable", "unasked", "phone_call"]


class TellFacts(Command):
    """`caller_facts`: what a caller's device can do and how it is. What is not named stays; null: it does not say."""

    battery: Share | None = None
    charging: bool | None = None
    network: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{0,16}$")] | None = None
    downlink: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] | None = None
    torch: bool | None = None
    zoom: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] | None = None
    cameras: Annotated[int, Field(ge=0, le=100)] | None = None
    location: Grant | None = None
    camera: Grant | None = None
    microphone: Grant | None = None


class AskToBeCalled(Command):
    """`call_back`; `number`: another one than we have, as typed."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=32), AfterValidator(_single_line)] | None = None


class BeSilent(Command):
    """`caller_silent`: nothing may be heard at the caller."""

    silent: bool


class OnStill(Command):
    """`still_cancel`, `still_decline`."""

    still_id: Identifier


Coordinate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class DrawnShape(_Strict):
    """A line, an arrow from its first point to its second, or a circle around its first through its second."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    kind: Literal["pen", "arrow", "circle"]
    points: Annotated[list[list[Coordinate]], Field(min_length=2, max_length=MAX_POINTS)]


class OnFrame(Command):
    """`draw_undo`, `draw_clear`, `frame_resume`."""

    frame_id: Identifier


class Draw(OnFrame):
    """`draw`."""

    shape: DrawnShape


class ReportQuality(Command):
    """`quality_report`."""

    freezes: Annotated[int, Field(ge=0, le=10_000)]
    rtt_ms: Annotated[float, Field(ge=0, le=MAX_RTT_MS, allow_inf_nan=False)]
    concealed: Share
    frozen: Share | None = None
    height: Annotated[int, Field(ge=0, le=MAX_HEIGHT)] | None = None
    way: Literal["udp", "tcp", "relay"] | None = None


class KeepPlace(Command):
    """`keep_place`: a number as the person types it."""

    phone: Annotated[str, StringConstraints(min_length=3, max_length=40), AfterValidator(_single_line)]


class OnEntry(Command):
    """`queue_read`, `queue_hold`, `queue_resume`, `queue_put_back`, `queue_keep_waiting`, `queue_no_show`."""

    entry_id: Identifier


class AnswerEntry(OnEntry):
    """`queue_answer`. With `into` the person joins another patient's call: `confirmed` that both may hear each other."""

    into: Identifier | None = None
    confirmed: bool = False


class WriteToEntry(OnEntry):
    """`queue_message`."""

    body: Body


class TransferEntry(OnEntry):
    """`queue_transfer`: to a waiting room, or to a person."""

    queue_id: Identifier | None = None
    user_id: Identifier | None = None
    note: Annotated[str, StringConstraints(max_length=200), AfterValidator(_single_line)] | None = None


class RankEntry(OnEntry):
    """`queue_priority`."""

    priority: Literal["urgent", "high", "normal"]


class RemoveEntry(OnEntry):
    """`queue_remove`."""

    reason: Reason


class OnQueue(Command):
    """`queue_acknowledge`."""

    queue_id: Identifier


class TellLate(OnQueue):
    """`queue_late`: minutes that everybody who waits is told; 0 takes it back."""

    minutes: Literal[0, 10, 20, 30]


CALL_COMMANDS: dict[str, type[Command]] = {
    "set_name": SetName,
    "device_report": ReportDevices,
    "needs": SayNeeds,
    "enter_waiting": Command,
    "visibility": SetVisibility,
    "admit": OnParticipant,
    "deny": OnParticipantWithReason,
    "hold": OnParticipant,
    "resume": OnParticipant,
    "remove": OnParticipantWithReason,
    "decide_move": DecideMove,
    "media_state": SetMedia,
    "negotiated": AppliedAnswer,
    "set_view": SetView,
    "chat": SendChat,
    "typing": Command,
    "text": WriteText,
    "text_sync": Command,
    "quality_report": ReportQuality,
    "leave": Command,
    "end": Command,
    "recording_ask": AskRecording,
    "recording_begin": OnRecording,
    "recording_choose": ChooseRecording,
    "recording_pause": OnRecording,
    "recording_resume": OnRecording,
    "recording_stop": OnRecording,
    "recording_consent": GiveConsent,
    "recording_earlier": DecideEarlier,
    "recording_bystander": AddBystander,
    "recording_bystander_now": ChangeBystander,
    "recording_unrecorded": NoteUnrecorded,
    "recording_marker": SetMarker,
    "instruct": Instruct,
    "instruction_clear": OnInstruction,
    "instruction_shown": OnInstruction,
    "caller_facts": TellFacts,
    "call_back": AskToBeCalled,
    "leave_quickly": Command,
    "caller_silent": BeSilent,
    "still_ask": OnParticipant,
    "still_cancel": OnStill,
    "still_decline": OnStill,
    "confirm_identity": ConfirmIdentity,
    "keep_place": KeepPlace,
    "drop_place": Command,
    "stay_in_line": Command,
    "draw": Draw,
    "draw_undo": OnFrame,
    "draw_clear": OnFrame,
    "frame_resume": OnFrame,
}

STAFF_COMMANDS: dict[str, type[Command]] = {
    "acknowledge": OnParticipant,
    "queue_answer": AnswerEntry,
    "queue_message": WriteToEntry,
    "queue_read": OnEntry,
    "queue_hold": OnEntry,
    "queue_resume": OnEntry,
    "queue_put_back": OnEntry,
    "queue_transfer": TransferEntry,
    "queue_keep_waiting": OnEntry,
    "queue_no_show": OnEntry,
    "queue_priority": RankEntry,
    "queue_remove": RemoveEntry,
    "queue_late": TellLate,
    "queue_acknowledge": OnQueue,
}

_Model = TypeVar("_Model", bound=BaseModel)


def parse(model: type[_Model], payload: Any) -> _Model:
    """Check a payload; raises InvalidInput that names the field and never repeats its value."""
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        location = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"]
        raise InvalidInput("A field is missing, unknown or has a wrong value.", field=_known_field(model, location)) from None


def _known_field(model: type[BaseModel], location: tuple[int | str, ...]) -> str | None:
    """The field's name if it is ours: an unknown field's name came from outside and is not repeated."""
    name = location[0] if location else None
    return name if isinstance(name, str) and name in model.model_fields else None
