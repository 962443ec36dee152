"""Routes of recordings: for those who review them, for patients, and figures for admins."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import request_models_recordings as ask
from telemed.web import response_models_recordings as give
from telemed.web.handlers import recordings
from telemed.web.response_models import Nothing
from telemed.web.route import Route
from telemed.web.throttle import Rate

SEARCH_RATE = Rate(120, 60.0)  # one person, typing
PIECE_RATE = Rate(1200, 60.0)  # eight people's players seeking at once, each asking for several ranges
STILL_RATE = Rate(300, 60.0)  # a list of forty, opened by a page that was loaded again and again
MARK_RATE = Rate(240, 60.0)  # one key in the heat of a review
VERIFY_RATE = Rate(10, 60.0)  # reads every byte
EXPORT_RATE = Rate(10, 600.0)
ERASE_RATE = Rate(20, 60.0)
WITHDRAW_RATE = Rate(20, 60.0)

_ONE = "/recordings/{recording_id}"
_MARKER = f"{_ONE}/markers/{{marker_id}}"
_STILL = f"{_ONE}/stills/{{still_id}}"
_PICTURES = ("image/jpeg", "image/png", "image/webp")
_MEDIA = ("audio/mp4", "audio/webm", "video/mp4", "video/webm")

RECORDING_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/recordings/search",
        Action.LIST_RECORDINGS,
        recordings.search_recordings,
        give.Recordings,
        ask.SearchRecordingsBody,
        rate=SEARCH_RATE,
    ),
    Route("GET", "/recordings/clinicians", Action.LIST_RECORDINGS, recordings.recorded_clinicians, give.Clinicians),
    Route("GET", _ONE, Action.READ_RECORDING, recordings.recording_detail, give.RecordingDetail),
    Route("GET", f"{_ONE}/timeline", Action.WATCH_RECORDING, recordings.recording_timeline, give.RecordingTimeline),
    Route("GET", f"{_ONE}/plots", Action.WATCH_RECORDING, recordings.recording_plots, give.Plots),
    Route("GET", f"{_ONE}/viewers", Action.READ_RECORDING, recordings.recording_viewers, give.Viewers),
    Route(
        "GET",
        f"{_ONE}/segments/{{segment_id}}",
        Action.WATCH_RECORDING,
        recordings.recording_segment,
        Nothing,
        rate=PIECE_RATE,
        errors=(412, 416),
        files=_MEDIA,
        ranges=True,
    ),
    Route(
        "GET",
        f"{_STILL}/thumbnail",
        Action.WATCH_RECORDING,
        recordings.recording_still_thumbnail,
        Nothing,
        rate=STILL_RATE,
        files=("image/jpeg",),
    ),
    Route(
        "GET",
        f"{_STILL}/picture",
        Action.WATCH_RECORDING,
        recordings.recording_still_picture,
        Nothing,
        rate=STILL_RATE,
        files=_PICTURES,
    ),
    Route(
        "GET",
        f"{_ONE}/frames/{{frame_id}}",
        Action.WATCH_RECORDING,
        recordings.recording_frame,
        Nothing,
        rate=STILL_RATE,
        files=("image/jpeg",),
    ),
    Route("GET", f"{_ONE}/markers", Action.WATCH_RECORDING, recordings.recording_markers, give.Markers),
    Route(
        "POST",
        f"{_ONE}/markers",
        Action.MARK_RECORDING,
        recordings.add_marker,
        give.MarkerAnswer,
        ask.AddMarkerBody,
        rate=MARK_RATE,
        errors=(409,),
    ),
    Route(
        "PATCH",
        _MARKER,
        Action.MARK_RECORDING,
        recordings.edit_marker,
        give.MarkerAnswer,
        ask.EditMarkerBody,
        rate=MARK_RATE,
        errors=(409,),
    ),
    Route(
        "POST", f"{_MARKER}/remove", Action.MARK_RECORDING, recordings.remove_marker, Nothing, ask.RemoveMarkerBody, errors=(409,)
    ),
    Route("POST", f"{_ONE}/tags", Action.REVIEW_RECORDING, recordings.tag_recording, give.TagsAnswer, ask.TagsBody),
    Route(
        "POST",
        f"{_ONE}/status",
        Action.REVIEW_RECORDING,
        recordings.set_recording_status,
        give.StatusAnswer,
        ask.StatusBody,
        errors=(409,),
    ),
    Route(
        "POST",
        f"{_ONE}/verify",
        Action.VERIFY_RECORDING,
        recordings.verify_recording,
        give.Verified,
        rate=VERIFY_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        f"{_ONE}/export",
        Action.EXPORT_RECORDING,
        recordings.export_recording,
        give.ExportBegun,
        ask.ReasonBody,
        rate=EXPORT_RATE,
        errors=(409,),
    ),
    Route(
        "GET",
        f"{_ONE}/exports/{{export_id}}",
        Action.EXPORT_RECORDING,
        recordings.fetch_export,
        Nothing,
        files=("application/zip",),
    ),
    Route("POST", f"{_ONE}/hold", Action.HOLD_RECORDING, recordings.hold_recording, give.Held, ask.HoldBody, rate=ERASE_RATE),
    Route(
        "POST",
        f"{_ONE}/erase",
        Action.ERASE_RECORDING,
        recordings.ask_erase,
        give.EraseAsked,
        ask.ReasonBody,
        rate=ERASE_RATE,
        errors=(409,),
    ),
    Route(
        "POST", f"{_ONE}/erase/confirm", Action.ERASE_RECORDING, recordings.confirm_erase, Nothing, rate=ERASE_RATE, errors=(409,)
    ),
    Route(
        "POST", f"{_ONE}/erase/cancel", Action.ERASE_RECORDING, recordings.cancel_erase, Nothing, rate=ERASE_RATE, errors=(409,)
    ),
    Route(
        "POST",
        f"{_ONE}/decide",
        Action.DECIDE_RECORDING,
        recordings.decide_recording,
        Nothing,
        ask.DecideBody,
        rate=ERASE_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        f"{_ONE}/withdraw",
        Action.WITHDRAW_RECORDING,
        recordings.withdraw_recording,
        give.PartAnswer,
        ask.WithdrawBody,
        rate=WITHDRAW_RATE,
        errors=(409,),
    ),
    Route(
        "POST",
        "/home/recordings/{recording_id}/withdraw",
        Action.WITHDRAW_OWN_RECORDING,
        recordings.withdraw_own_recording,
        give.PartAnswer,
        ask.WithdrawOwnBody,
        rate=WITHDRAW_RATE,
        errors=(409,),
    ),
    Route("GET", "/home/recordings", Action.READ_OWN_RECORDINGS, recordings.own_recordings, give.OwnRecordings, errors=(404,)),
    Route("GET", "/admin/recordings", Action.READ_OPERATION, recordings.recordings_operation, give.RecordingsOperation),
)
