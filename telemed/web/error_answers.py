"""The one place where errors become HTTP answers. Nothing about our inside leaves: a fault answers with a code."""

from __future__ import annotations

import logging
import math
import secrets

from aiohttp import web

from telemed.errors import (
    AttemptRefused,
    InvalidInput,
    NotAllowed,
    NotFound,
    TelemedError,
    TooEarly,
    TooLarge,
    TooMany,
    Unavailable,
)
from telemed.web.byte_ranges import RangeNotSatisfiable

log = logging.getLogger(__name__)

INCIDENT_BYTES = 4  # 8 hex characters: short enough to read out on the phone, enough to find one line in a log

# What aiohttp's router and parser raise, as errors of ours.
_ROUTER_ERRORS: dict[int, type[TelemedError]] = {403: NotAllowed, 404: NotFound, 413: TooLarge}


class MethodNotAllowed(TelemedError):
    """The path exists, the method does not: 405."""

    status = 405
    code = "method_not_allowed"


def error_answer(error: TelemedError) -> web.Response:
    """Return the JSON answer of protocol section 1 for an error raised on purpose."""
    if error.status >= 500 and not isinstance(error, Unavailable):
        return incident_answer(error)
    content: dict[str, str | int] = {"code": error.code, "message": error.message}
    if error.field is not None:
        content["field"] = error.field
    if isinstance(error, AttemptRefused):
        content["next_attempt"] = error.next_attempt
    response = web.json_response({"error": content}, status=error.status)
    if isinstance(error, TooEarly | TooMany | Unavailable):
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, RangeNotSatisfiable):
        response.headers["Content-Range"] = f"bytes */{error.size}"
    if isinstance(error, TooLarge):
        response.force_close()  # the rest of the body is not worth reading
    return response


def new_incident(error: BaseException) -> str:
    """Log a fault under a random code and return the code. Its type and place are logged, not its text: that may hold data."""
    incident = secrets.token_hex(INCIDENT_BYTES)
    log.error("Incident %s: %s at %s", incident, type(error).__name__, _place(error))
    return incident


def incident_answer(error: BaseException) -> web.Response:
    """Return 500 with an incident code in the message and in a field of its own."""
    incident = new_incident(error)
    message = f"Something went wrong on our side. Please quote the code {incident}."
    response = web.json_response({"error": {"code": "internal", "message": message, "incident": incident}}, status=500)
    response.force_close()
    return response


def from_router(error: web.HTTPException) -> TelemedError:
    """Translate an error of aiohttp's own (unknown path, wrong method) into ours."""
    if error.status == 405:
        return MethodNotAllowed("This path does not know this method.")
    kind = _ROUTER_ERRORS.get(error.status, InvalidInput)
    return kind("The request cannot be answered.") if kind is not NotFound else NotFound()


def _place(error: BaseException) -> str:
    """Return the innermost frames of the fault as `file:line function`, outermost first."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " > ".join(frames[-6:])
