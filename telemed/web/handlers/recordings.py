"""Recordings: finding, watching, marking, reviewing, keeping and erasing them, and the patient's list of who watched."""

from __future__ import annotations

from telemed.care.recording.repositories import RecordingQuery
from telemed.care.stills.words import StillPart
from telemed.web import request_models_recordings as ask
from telemed.web.call import Call, Reply
from telemed.web.recordings.withdrawing import Said
from telemed.web.stills.sending import frame_answer, picture_answer


def _id(call: Call) -> str:
    """The recording of the path."""
    return call.request.match_info["recording_id"]


async def search_recordings(call: Call) -> Reply:
    """`POST /recordings/search`."""
    body = call.body_as(ask.SearchRecordingsBody)
    named = body.model_dump(exclude={"from_", "to"})
    query = RecordingQuery(**named, since=body.from_, until=body.to)
    return Reply(await call.services.recordings.reading.search(call.staff, query))


async def recorded_clinicians(call: Call) -> Reply:
    """`GET /recordings/clinicians`."""
    return Reply(await call.services.recordings.reading.clinicians(call.staff))


async def recording_detail(call: Call) -> Reply:
    """`GET /recordings/{recording_id}`."""
    return Reply(await call.services.recordings.reading.detail(call.staff, _id(call)))


async def recording_timeline(call: Call) -> Reply:
    """`GET /recordings/{recording_id}/timeline`."""
    return Reply(await call.services.recordings.reading.timeline(call.staff, _id(call)))


async def recording_plots(call: Call) -> Reply:
    """`GET /recordings/{recording_id}/plots`."""
    return Reply(await call.services.recordings.reading.plots(call.staff, _id(call)))


async def recording_viewers(call: Call) -> Reply:
    """`GET /recordings/{recording_id}/viewers`."""
    return Reply(await call.services.recordings.reading.viewers(call.staff, _id(call)))


async def recording_segment(call: Call) -> Reply:
    """`GET /recordings/{recording_id}/segments/{segment_id}`: the file, or the range of it that is asked for."""
    segment_id = call.request.match_info["segment_id"]
    media = call.services.recordings.media
    return Reply(stream=await media.answer(call.staff, _id(call), segment_id, call.request))


async def recording_still_thumbnail(call: Call) -> Reply:
    """`GET /recordings/{recording_id}/stills/{still_id}/thumbnail`."""
    return await _still(call, StillPart.THUMBNAIL)


async def recording_still_picture(call: Call) -> Reply:
    """`GET /recordings/{recording_id}/stills/{still_id}/picture`: audited."""
    return await _still(call, StillPart.PICTURE)


async def _still(call: Call, part: StillPart) -> Reply:
    still_id = call.request.match_info["still_id"]
    still, reader = await call.services.recordings.stills.open(call.staff, _id(call), still_id, part)
    return Reply(stream=picture_answer(still, part, reader))


async def recording_frame(call: Call) -> Reply:
    """`GET /recordings/{recording_id}/frames/{frame_id}`: audited."""
    jpeg = await call.services.recordings.frames.open(call.staff, _id(call), call.request.match_info["frame_id"])
    return Reply(stream=frame_answer(jpeg))


async def recording_markers(call: Call) -> Reply:
    """`GET /recordings/{recording_id}/markers`."""
    return Reply(await call.services.recordings.markers.read(call.staff, _id(call)))


async def add_marker(call: Call) -> Reply:
    """`POST /recordings/{recording_id}/markers`."""
    body = call.body_as(ask.AddMarkerBody)
    values = body.model_dump(exclude={"command_id"})
    return Reply(await call.services.recordings.markers.add(call.staff, _id(call), values, body.command_id))


async def edit_marker(call: Call) -> Reply:
    """`PATCH /recordings/{recording_id}/markers/{marker_id}`."""
    body = call.body_as(ask.EditMarkerBody)
    named = body.model_dump(exclude={"revision"}, exclude_unset=True)
    changes = {name: value for name, value in named.items() if value is not None or name == "end_ms"}
    marker_id = call.request.match_info["marker_id"]
    return Reply(await call.services.recordings.markers.edit(call.staff, _id(call), marker_id, changes, body.revision))


async def remove_marker(call: Call) -> Reply:
    """`POST /recordings/{recording_id}/markers/{marker_id}/remove`."""
    revision = call.body_as(ask.RemoveMarkerBody).revision
    marker_id = call.request.match_info["marker_id"]
    return Reply(await call.services.recordings.markers.remove(call.staff, _id(call), marker_id, revision))


async def tag_recording(call: Call) -> Reply:
    """`POST /recordings/{recording_id}/tags`."""
    tags = sorted(set(call.body_as(ask.TagsBody).tags))
    return Reply(await call.services.recordings.review.tag(call.staff, _id(call), tags))


async def set_recording_status(call: Call) -> Reply:
    """`POST /recordings/{recording_id}/status`."""
    status = call.body_as(ask.StatusBody).status
    return Reply(await call.services.recordings.review.status(call.staff, _id(call), status))


async def hold_recording(call: Call) -> Reply:
    """`POST /recordings/{recording_id}/hold`."""
    body = call.body_as(ask.HoldBody)
    return Reply(await call.services.recordings.review.hold(call.staff, _id(call), body.hold, body.reason))


async def verify_recording(call: Call) -> Reply:
    """`POST /recordings/{recording_id}/verify`."""
    return Reply(await call.services.recordings.verifier.verify(call.staff, _id(call), call.request))


async def export_recording(call: Call) -> Reply:
    """`POST /recordings/{recording_id}/export`."""
    reason = call.body_as(ask.ReasonBody).reason
    return Reply(await call.services.recordings.exports.ask(call.staff, _id(call), reason))


async def fetch_export(call: Call) -> Reply:
    """`GET /recordings/{recording_id}/exports/{export_id}`: the zip, once."""
    export_id = call.request.match_info["export_id"]
    return Reply(stream=await call.services.recordings.exports.fetch(call.staff, _id(call), export_id, call.request))


async def ask_erase(call: Call) -> Reply:
    """`POST /recordings/{recording_id}/erase`."""
    reason = call.body_as(ask.ReasonBody).reason
    return Reply(await call.services.recordings.erasing.ask(call.staff, _id(call), reason))


async def confirm_erase(call: Call) -> Reply:
    """`POST /recordings/{recording_id}/erase/confirm`."""
    return Reply(await call.services.recordings.erasing.confirm(call.staff, _id(call)))


async def cancel_erase(call: Call) -> Reply:
    """`POST /recordings/{recording_id}/erase/cancel`."""
    return Reply(await call.services.recordings.erasing.cancel(call.staff, _id(call)))


async def decide_recording(call: Call) -> Reply:
    """`POST /recordings/{recording_id}/decide`: whether what was recorded in an emergency is kept."""
    body = call.body_as(ask.DecideBody)
    keep = body.decision == "keep"
    return Reply(await call.services.recordings.erasing.decide(call.staff, _id(call), keep, body.reason))


async def withdraw_recording(call: Call) -> Reply:
    """`POST /recordings/{recording_id}/withdraw`: the own part, or that of somebody a privacy officer acts for."""
    body = call.body_as(ask.WithdrawBody)
    said = Said(body.choice == "destroy", body.text_version, body.language)
    withdrawing = call.services.recordings.withdrawing
    return Reply(await withdrawing.staff(call.staff, _id(call), said, body.person_id, body.reason))


async def withdraw_own_recording(call: Call) -> Reply:
    """`POST /home/recordings/{recording_id}/withdraw`."""
    body = call.body_as(ask.WithdrawOwnBody)
    said = Said(body.choice == "destroy", body.text_version, body.language)
    return Reply(await call.services.recordings.withdrawing.own(call.person, _id(call), said))


async def own_recordings(call: Call) -> Reply:
    """`GET /home/recordings`: that they exist, and who watched them."""
    return Reply(await call.services.recordings.own.read(call.person))


async def recordings_operation(call: Call) -> Reply:
    """`GET /admin/recordings`: counts and bytes, nobody's name."""
    return Reply(await call.services.recordings.figures.read(call.staff))
