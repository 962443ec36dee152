"""Routes of stills: uploads (tus 1.0), pictures in the call and afterwards, and those of a patient's visits."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.care.stills.limits import PIECE_BYTES
from telemed.web import response_models_stills as give
from telemed.web.handlers import stills
from telemed.web.request_models_stills import EraseStillBody
from telemed.web.response_models import Nothing
from telemed.web.route import Route
from telemed.web.stills.tus import PIECE_TYPE
from telemed.web.throttle import Rate

PIECE_RATE = Rate(1200, 60.0)  # 20 pieces a second are 2.6 Mbit/s: what one person's pictures take at most
BEGIN_RATE = Rate(30, 60.0)
OPEN_RATE = Rate(300, 60.0)  # a strip of forty, opened by a page that was loaded again and again

_ALL = "/sessions/{id}/stills"
_ONE = f"{_ALL}/{{still_id}}"
_OF_PATIENT = "/patients/{patient_id}/stills"
_KINDS = ("image/jpeg", "image/png", "image/webp")

STILL_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        _ALL,
        Action.SEND_STILL,
        stills.create_still,
        give.StillAnswer,
        rate=BEGIN_RATE,
        done=201,
        errors=(409, 410, 412),
    ),
    Route("HEAD", _ONE, Action.SEND_STILL, stills.still_offset, Nothing, rate=BEGIN_RATE, errors=(410, 412, 413, 415)),
    Route(
        "PATCH",
        _ONE,
        Action.SEND_STILL,
        stills.append_still,
        Nothing,
        body_limit=PIECE_BYTES,
        rate=PIECE_RATE,
        done=204,
        errors=(409, 410, 412, 460),
        raw=(PIECE_TYPE,),
    ),
    Route("DELETE", _ONE, Action.CANCEL_STILL, stills.cancel_still, Nothing, rate=BEGIN_RATE, done=204, errors=(409,)),
    Route(
        "PUT",
        f"{_ONE}/thumbnail",
        Action.SEND_STILL,
        stills.put_still_thumbnail,
        Nothing,
        rate=BEGIN_RATE,
        errors=(409, 410),
        raw=("image/jpeg",),
    ),
    Route(
        "GET", f"{_ONE}/thumbnail", Action.SEE_STILL, stills.still_thumbnail, Nothing, rate=OPEN_RATE, files=("image/jpeg",)
    ),
    Route("GET", f"{_ONE}/picture", Action.SEE_STILL, stills.still_picture, Nothing, rate=OPEN_RATE, files=_KINDS),
    Route(
        "POST", f"{_ONE}/erase", Action.ERASE_STILL, stills.erase_still, Nothing, EraseStillBody, rate=BEGIN_RATE, errors=(409,)
    ),
    Route("GET", _OF_PATIENT, Action.READ_STILLS, stills.patient_stills, give.PatientStills),
    Route(
        "GET",
        f"{_OF_PATIENT}/{{still_id}}/thumbnail",
        Action.READ_STILLS,
        stills.patient_still_thumbnail,
        Nothing,
        rate=OPEN_RATE,
        files=("image/jpeg",),
    ),
    Route(
        "GET",
        f"{_OF_PATIENT}/{{still_id}}/picture",
        Action.READ_STILLS,
        stills.patient_still_picture,
        Nothing,
        rate=OPEN_RATE,
        files=_KINDS,
    ),
)
