"""Stills: tus uploads by who takes them, and pictures opened again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiohttp import web

from telemed.care.stills import limits
from telemed.care.stills.ports import WrongOffset
from telemed.care.stills.records import StillRecord
from telemed.care.stills.views import still_view
from telemed.care.stills.words import StillPart, StillState
from telemed.errors import TelemedError, Unavailable
from telemed.web.bodies import read_bytes
from telemed.web.call import Call, Reply
from telemed.web.error_answers import error_answer
from telemed.web.request_models_stills import EraseStillBody
from telemed.web.route import API
from telemed.web.stills import tus
from telemed.web.stills.sending import picture_answer

PIECE_SECONDS = 60.0  # for one piece: 2 kbit/s, less than a voice takes


def _id(call: Call) -> str:
    """The still of the path."""
    return call.request.match_info["still_id"]


async def create_still(call: Call) -> Reply:
    """`POST /sessions/{id}/stills`: begin an upload."""
    uploads, headers = call.services.deps.still_uploads, call.request.headers
    try:
        await uploads.check_begin(call.who, call.session_id)
        tus.check_version(headers)
        still = await uploads.create(call.who, call.session_id, tus.new_still(headers))
    except TelemedError as fault:
        return _refused(fault)
    place = {"Location": f"{API}/sessions/{call.session_id}/stills/{still.id}", "Upload-Offset": "0"}
    content = {"still": still_view(still, {})}
    return Reply(stream=web.json_response(content, status=201, headers=tus.ALWAYS | tus.ABOUT | place))


async def still_offset(call: Call) -> Reply:
    """`HEAD /sessions/{id}/stills/{still_id}`: how far the upload is."""
    try:
        still, offset = await call.services.deps.still_uploads.received(call.who, call.session_id, _id(call))
        tus.check_version(call.request.headers)
    except TelemedError as fault:
        return _refused(fault)
    return _told(200, still, offset, {"Upload-Length": str(still.length)})


async def append_still(call: Call) -> Reply:
    """`PATCH /sessions/{id}/stills/{still_id}`: one piece."""
    uploads, headers = call.services.deps.still_uploads, call.request.headers
    try:
        await uploads.check(call.who, call.session_id, _id(call))  # before a body of somebody else's is read
        tus.check_version(headers)
        offset = tus.number(headers, "Upload-Offset")
        piece = await _piece(call, limits.PIECE_BYTES)
        tus.check_sum(headers, piece)
        still, now = await uploads.append(call.who, call.session_id, _id(call), offset, piece)
    except TelemedError as fault:
        return _refused(fault)
    return _told(204, still, now, {})


async def cancel_still(call: Call) -> Reply:
    """`DELETE /sessions/{id}/stills/{still_id}`: call the upload off."""
    try:
        await call.services.deps.still_uploads.cancel(call.who, call.session_id, _id(call))
    except TelemedError as fault:
        return _refused(fault)
    return Reply(stream=web.Response(status=204, headers=tus.ALWAYS))


async def put_still_thumbnail(call: Call) -> Reply:
    """`PUT /sessions/{id}/stills/{still_id}/thumbnail`."""
    uploads = call.services.deps.still_uploads
    await uploads.check(call.who, call.session_id, _id(call))
    data = await _piece(call, limits.THUMBNAIL_BYTES)
    await uploads.put_thumbnail(call.who, call.session_id, _id(call), data)
    return Reply()


async def still_thumbnail(call: Call) -> Reply:
    """`GET /sessions/{id}/stills/{still_id}/thumbnail`."""
    return await _opened(call, StillPart.THUMBNAIL)


async def still_picture(call: Call) -> Reply:
    """`GET /sessions/{id}/stills/{still_id}/picture`: audited."""
    return await _opened(call, StillPart.PICTURE)


async def erase_still(call: Call) -> Reply:
    """`POST /sessions/{id}/stills/{still_id}/erase`."""
    reason = call.body_as(EraseStillBody).reason
    await call.services.deps.still_shelf.erase(call.staff, call.session_id, _id(call), reason)
    return Reply()


async def patient_stills(call: Call) -> Reply:
    """`GET /patients/{patient_id}/stills`."""
    patient_id = call.request.match_info["patient_id"]
    return Reply(await call.services.patients.stills.read(call.staff, patient_id))


async def patient_still_thumbnail(call: Call) -> Reply:
    """`GET /patients/{patient_id}/stills/{still_id}/thumbnail`."""
    return await _patient_opened(call, StillPart.THUMBNAIL)


async def patient_still_picture(call: Call) -> Reply:
    """`GET /patients/{patient_id}/stills/{still_id}/picture`: audited."""
    return await _patient_opened(call, StillPart.PICTURE)


async def _opened(call: Call, part: StillPart) -> Reply:
    still, reader = await call.services.deps.still_shelf.open(call.who, call.session_id, _id(call), part)
    return Reply(stream=picture_answer(still, part, reader))


async def _patient_opened(call: Call, part: StillPart) -> Reply:
    patient_id = call.request.match_info["patient_id"]
    still, reader = await call.services.patients.stills.open(call.staff, patient_id, _id(call), part)
    return Reply(stream=picture_answer(still, part, reader))


async def _piece(call: Call, most: int) -> bytes:
    """The body, whole: what is cut off is not taken. Raises TooLarge, Unavailable."""
    try:
        async with asyncio.timeout(PIECE_SECONDS):
            return await read_bytes(call.request, most)
    except TimeoutError:
        raise Unavailable("This took too long. Please try again.") from None


def _told(status: int, still: StillRecord, offset: int, more: Mapping[str, str]) -> Reply:
    headers = {**tus.ALWAYS, "Upload-Offset": str(offset), **more}
    if still.state is StillState.KEPT:
        headers |= {"Telemed-Still-Sha256": still.sha256, "Telemed-Still-Size": str(still.size)}
    return Reply(stream=web.Response(status=status, headers=headers))


def _refused(fault: TelemedError) -> Reply:
    """An error as tus clients want it: with the version, and where to go on."""
    response = error_answer(fault)
    response.headers.update(tus.ALWAYS)
    if isinstance(fault, tus.OtherVersion):
        response.headers["Tus-Version"] = tus.VERSION
    if isinstance(fault, WrongOffset):
        response.headers["Upload-Offset"] = str(fault.offset)
    return Reply(stream=response)
