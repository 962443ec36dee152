"""The acknowledgement of a command: the one place where errors become what a socket client sees."""

from __future__ import annotations

from typing import Any

from telemed.errors import TelemedError, TooMany, Unavailable
from telemed.signaling.faults import report_fault

Answer = dict[str, Any]


def accepted(result: dict[str, Any]) -> Answer:
    """The command took effect."""
    return {"ok": True, "result": result}


def refused(error: TelemedError) -> Answer:
    """The command had no effect, for a reason the client may know."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.field is not None:
        body["field"] = error.field
    if isinstance(error, (TooMany, Unavailable)):
        body["retry_after"] = error.retry_after
    return {"ok": False, "error": body}


def failed(where: str, error: Exception) -> Answer:
    """The command met a fault of ours: reported for the operator, hidden from the client."""
    report_fault(where, error)
    return {
        "ok": False,
        "error": {"code": "internal", "message": "Something went wrong on the server. Please try again."},
    }
